"""The pages on which people learn, and those on which the program sees how far they are."""

import csv
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from guidelines.courses import services as courses
from guidelines.enrolments.models import Enrolment
from mentoring.kernel.outbox.models import OutboxMessage
from programs.readiness import services as readiness
from tests.factories.guidelines import (
    MODULE,
    CourseVersionFactory,
    EnrolmentFactory,
    LiveHourFactory,
    ReflectionFactory,
    StepFactory,
)
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProfileFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

LESSON, SITUATION, IT_IS_OUT, REFLECTION, CHECK = range(1, 6)


@pytest.fixture
def version():
    return CourseVersionFactory(valid_days=100, live_minutes=60, course__program__time_zone="UTC")


@pytest.fixture
def program(version):
    return version.course.program


@pytest.fixture
def ana(program):
    return ProfileFactory(membership__program=program, seeks_mentoring=True).membership


@pytest.fixture
def browser(as_member, ana):
    return as_member(ana)


@pytest.fixture
def coordinator(version):
    return version.written_by


def page(name, version, *more):
    return reverse(f"guidelines:{name}", args=[version.course.program.slug, version.course_id, *more])


def at(version, screen):
    return page("screen", version, 1, screen)


def shown(response):
    return " ".join(response.content.decode().split())


def press(browser, version, at_screen, **typed):
    """What is shown after what was pressed there."""
    response = browser.post(at(version, at_screen), typed)
    assert response.status_code == 302, shown(response)
    return response["Location"], shown(browser.get(response["Location"]))


def everything(browser, version):
    press(browser, version, LESSON)
    press(browser, version, SITUATION, choice=1)
    press(browser, version, REFLECTION, text="")
    press(browser, version, CHECK, choice=0)


# --- learning ---


def test_one_screen_leads_to_the_next(browser, version):
    where, words = press(browser, version, LESSON)

    assert where == at(version, SITUATION)
    assert "A quiet moment" in words


def test_looking_at_a_screen_keeps_nothing(browser, version):
    browser.get(at(version, LESSON))

    assert not Enrolment.objects.exists()


def test_a_choice_shows_what_it_leads_to_and_can_be_made_again(browser, version):
    _where, words = press(browser, version, SITUATION, choice=1)
    assert "Sam looks away." in words
    assert at(version, REFLECTION) in words

    _where, words = press(browser, version, SITUATION, choice=0)
    assert "Sam begins to talk." in words
    assert at(version, IT_IS_OUT) in words


def test_a_check_opens_its_reasons_and_is_never_a_failure(browser, version):
    _where, words = press(browser, version, CHECK, choice=1)
    assert "That fills it." in words
    assert "There is more to it" in words
    assert "That gives room." not in words

    _where, words = press(browser, version, CHECK, choice=0)
    assert "This holds" in words
    assert "That gives room." in words
    assert "That fills it." in words


def test_nothing_picked_says_what_to_do(browser, version):
    response = browser.post(at(version, CHECK), {})

    assert response.status_code == 200
    assert "Pick one. You can pick again as often as you like." in shown(response)


def test_a_reflection_is_there_when_one_comes_back_and_for_nobody_else(browser, as_member, version, ana, coordinator):
    press(browser, version, REFLECTION, text="On Monday I spoke first.")

    assert "On Monday I spoke first." in shown(browser.get(at(version, REFLECTION)))
    other = MembershipFactory(program=version.course.program, is_coordinator=True)
    assert "On Monday" not in shown(as_member(other).get(at(version, REFLECTION)))
    for somebody in (coordinator, other):
        for name in ("training-course", "training-questions", "course", "course-text"):
            assert "On Monday" not in shown(as_member(somebody).get(page(name, version)))


def test_a_reflection_that_is_too_long_is_not_lost(browser, version):
    response = browser.post(at(version, REFLECTION), {"text": "a" * 10_001})

    assert "at most 10000 characters" in shown(response)
    assert "a" * 10_001 in shown(response)


def test_one_goes_on_where_one_was_on_whichever_device(as_member, browser, version, ana):
    press(browser, version, LESSON)
    press(browser, version, SITUATION, choice=0)

    elsewhere = as_member(ana).get(page("course", version))

    assert at(version, IT_IS_OUT) in shown(elsewhere)


def test_the_end_leads_to_the_course_which_says_that_it_is_finished(browser, version):
    everything(browser, version)

    words = shown(browser.get(page("course", version)))
    assert "You finished this course on" in words
    assert page("certificate", version) in words


def test_what_was_pressed_on_an_old_page_counts_where_the_screen_stands_now(browser, version, coordinator, noon):
    old = version.read_modules[0]
    text = MODULE.format(title="Waiting").replace("## Count to five", "## New {lesson}\nBefore it.\n\n## Count to five")
    courses.save_module(course=version.course, by=coordinator, number=1, text=text, read=courses.digest_of(version, 1), now=noon)
    courses.publish(course=version.course, by=coordinator, summary="One more.", revision=1, now=noon)

    where, _words = press(browser, version, 1, screen=old.screens[0].key)
    assert where == at(version, 3)

    where, words = press(browser, version, 1, screen="0" * 32)
    assert where == page("course", version)
    assert "This course has a new version" in words


@pytest.mark.parametrize(("module", "screen"), [(0, 1), (1, 0), (1, 6), (2, 1), (99999, 1)])
def test_a_screen_that_is_not_there_is_not_found(browser, version, module, screen):
    assert browser.get(page("screen", version, module, screen)).status_code == 404


def test_markdown_of_a_screen_is_clean(browser, coordinator):
    evil = MODULE.format(title="Waiting").replace("After a question", "<script>alert(1)</script> [x](javascript:alert(1))")
    version = CourseVersionFactory(course__program=coordinator.program, modules=[evil])

    words = browser.get(at(version, LESSON)).content.decode()

    assert "<strong>wait</strong>" in words
    assert "<script>alert" not in words
    assert 'href="javascript' not in words


# --- what there is to learn ---


def test_what_is_asked_of_me_comes_first(browser, version, program):
    required = CourseVersionFactory(course__program=program, is_required=True, audience="mentees", title="For mentees")
    CourseVersionFactory(course__program=program, is_required=True, audience="mentors", title="For mentors")
    refresher = CourseVersionFactory(course__program=program, refresher=True, title="A refresher")

    answer = browser.get(reverse("guidelines:learn", args=[program.slug]))

    assert [one.version for one in answer.context["asked"]] == [required]
    assert {one.version for one in answer.context["others"]} >= {version, refresher}
    assert "A first pairing of yours starts once this course is done." in shown(answer)


def test_a_refresher_that_comes_later_is_not_shown_before(browser, version, program, ana):
    refresher = CourseVersionFactory(course__program=program, refresher=True)
    EnrolmentFactory(taken=refresher, membership=ana, begun_at=None, asked_at=timezone.now() + timedelta(days=1))

    answer = browser.get(reverse("guidelines:learn", args=[program.slug]))

    assert answer.context["asked"] == []


def test_home_and_the_pairing_say_what_is_missing(as_member, version, program, noon):
    pairing = PairingFactory(program=program, accepted=True)
    readiness.require(membership=pairing.first, key="training", now=noon)
    browser, words = as_member(pairing.first), "Finish the course that comes before a first pairing"

    assert words in shown(browser.get(reverse("checkins:home", args=[program.slug])))
    assert words in shown(browser.get(reverse("matching:proposal", args=[program.slug, pairing.pk])))


def test_the_text_version_holds_every_choice_and_what_it_leads_to(browser, version):
    words = shown(browser.get(page("course-text", version)))

    for said in (
        "Sam begins to talk.",
        "Sam looks away.",
        "It goes on with “It is out”.",
        "Sam stops.",
        "That gives room.",
        "That fills it.",
    ):
        assert said in words


# --- certificates ---


def test_a_certificate_names_the_person_the_course_and_its_days(browser, version, ana):
    everything(browser, version)
    LiveHourFactory(course=version.course, membership=ana, recorded_by=version.written_by, minutes=60)

    words = shown(browser.get(page("certificate", version)))

    for said in (ana.user.full_name, "Waiting", "1 h together"):
        assert said in words


def test_the_check_page_says_so_much_and_no_more(browser, client, version, ana, noon):
    enrolment = EnrolmentFactory(taken=version, membership=ana, finished=True, expires_on=timezone.now().date())
    browser.post(page("certificate-share", version), {"once": str(uuid.uuid4())})
    enrolment.refresh_from_db()
    address = reverse("guidelines:certificate-check", args=[enrolment.code])

    answer = client.get(address)
    words = shown(answer)
    assert "This certificate is valid" in words
    assert ana.user.full_name in words
    assert ana.user.email not in words
    assert version.course.program.name not in words
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")

    Enrolment.objects.update(expires_on=timezone.now().date() - timedelta(days=2))
    assert "not valid any more" in shown(client.get(address))

    browser.post(page("certificate-stop", version), {"once": str(uuid.uuid4())})
    assert client.get(address).status_code == 404


@time_machine.travel(NOON, tick=False)
def test_who_guesses_codes_is_stopped(client, version, ana):
    EnrolmentFactory(taken=version, membership=ana, finished=True, code="right")
    wrong = reverse("guidelines:certificate-check", args=["wrong"])
    right = reverse("guidelines:certificate-check", args=["right"])

    assert [client.get(wrong).status_code for _ in range(21)] == [404] * 20 + [429]
    assert client.get(right).status_code == 429


# --- those who run the program ---


def test_who_is_where_can_be_found(as_member, version, coordinator, ana, noon):
    now = timezone.now()
    done = EnrolmentFactory(taken=version, finished=True).membership
    EnrolmentFactory(taken=version, membership=done, stepped_at=now - timedelta(days=15))
    stuck = EnrolmentFactory(taken=version, stepped_at=now - timedelta(days=15)).membership
    going = EnrolmentFactory(taken=version, stepped_at=now).membership
    over = EnrolmentFactory(taken=version, finished=True, expires_on=(now - timedelta(days=3)).date()).membership
    browser = as_member(coordinator)

    def found(state):
        return {person for person, _state in browser.get(page("training-course", version), {"state": state}).context["rows"]}

    assert {state: found(state) for state in ("done", "begun", "stuck", "new", "over")} == {
        "done": {done},
        "begun": {stuck, going},
        "stuck": {stuck},
        "new": {ana},
        "over": {over},
    }
    figures = browser.get(page("training-course", version)).context["figures"]
    assert (figures.asked, figures.finished, figures.under_way, figures.stuck) == (5, 1, 2, 1)


def test_the_export_is_the_list(as_member, version, coordinator, ana):
    EnrolmentFactory(taken=version, membership=ana, at_module=1, modules=3)

    answer = as_member(coordinator).get(page("training-export", version), {"state": "begun"})
    rows = list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))

    assert [row[:4] for row in rows[1:]] == [[ana.user.full_name, "Under way", "1", "3"]]


@pytest.mark.parametrize("state", ["proposed", "accepted", "active", "paused"])
def test_who_runs_the_program_is_told_nothing_of_how_far_their_own_partner_is(as_member, version, coordinator, ana, state):
    coordinator.is_participant = True
    coordinator.save()
    PairingFactory(program=coordinator.program, first=coordinator, second=ana, **{state: True})
    parted = MembershipFactory(program=coordinator.program)
    PairingFactory(program=coordinator.program, first=parted, second=coordinator, closed=True)
    EnrolmentFactory(taken=version, membership=ana)
    hour = LiveHourFactory(course=version.course, membership=ana, recorded_by=coordinator)
    browser, other = as_member(coordinator), as_member(MembershipFactory(program=coordinator.program, coordinator=True))
    everybody = {one.user.full_name for one in (ana, parted, coordinator)}

    def told(who):
        listed = who.get(page("training-course", version))
        rows = csv.reader(b"".join(who.get(page("training-export", version)).streaming_content).decode("utf-8-sig").splitlines())
        begun = who.get(page("training-course", version), {"state": "begun"}).context["rows"]
        figures = listed.context["figures"]
        [of_all] = who.get(reverse("guidelines:training", args=[coordinator.program.slug])).context["figures"]
        return (
            {row[0] for row in rows} & everybody,
            len(begun),
            (figures.asked, figures.under_way),
            (of_all.asked, of_all.under_way),
            ana.user.full_name in shown(listed),
        )

    assert told(other) == (everybody, 1, (3, 1), (3, 1), True)
    assert told(browser) == (everybody - {ana.user.full_name}, 0, (2, 0), (2, 0), False)

    browser.post(page("training-remind", version), {"membership": [ana.pk]})
    browser.post(page("training-remind", version))
    assert set(OutboxMessage.objects.values_list("recipient", flat=True)) == {parted.user_id, coordinator.user_id}
    browser.post(page("training-done", version), {"membership": [ana.pk], "on": timezone.now().date().isoformat()})
    assert not Enrolment.objects.finished().exists()
    assert browser.post(reverse("guidelines:training-live-back", args=[coordinator.program.slug, hour.pk])).status_code == 404


def test_hours_and_courses_elsewhere_are_recorded_for_the_ticked(as_member, version, coordinator, ana):
    other = MembershipFactory(program=version.course.program)
    foreign = MembershipFactory()
    browser, day = as_member(coordinator), timezone.now().date().isoformat()
    assert ana.user.full_name in shown(browser.get(page("training-live", version), {"membership": [ana.pk, foreign.pk]}))

    browser.post(page("training-live", version), {"membership": [ana.pk, foreign.pk], "held_on": day, "minutes": "75"})
    browser.post(page("training-done", version), {"membership": [ana.pk], "on": day})

    assert [(hour.membership, hour.minutes) for hour in version.course.live_hours.all()] == [(ana, 75)]
    assert [one.membership for one in Enrolment.objects.finished()] == [ana]
    assert not Enrolment.objects.filter(membership=other).exists()


def test_what_is_hard_is_told_of_five_people_or_more(as_member, version, coordinator):
    screens = version.read_modules[0].screens
    for number in range(5):
        enrolment = EnrolmentFactory(taken=version)
        StepFactory(enrolment=enrolment, screen=screens[4].key, picked=0, tries=1 if number == 0 else 3)
        if number:
            StepFactory(enrolment=enrolment, screen=screens[1].key, picked=0, tries=2)

    answer = as_member(coordinator).get(page("training-questions", version))

    assert [question.title for question, _words, _share in answer.context["rows"]] == ["Who waits?"]
    assert "most needed a second try" in shown(answer)
    assert "A quiet moment" not in shown(answer)
    assert answer.context["left_out"] == 2


def test_a_course_in_the_middle_costs_the_same_with_many_steps(browser, version, ana, costs_the_same):
    enrolment = EnrolmentFactory(taken=version, membership=ana)
    StepFactory(enrolment=enrolment)

    costs_the_same(
        lambda: browser.get(at(version, CHECK)),
        grow=lambda: [StepFactory(enrolment=enrolment, screen=f"{number:032}") for number in range(1, 9)],
        at_most=12,
    )


def test_what_a_person_picked_is_in_no_page_of_those_who_run_the_program(as_member, browser, version, coordinator):
    press(browser, version, CHECK, choice=1)
    ReflectionFactory(enrolment=Enrolment.objects.get(), screen=version.read_modules[0].screens[3].key, text="CANARY")

    for name in ("training-course", "training-questions"):
        words = shown(as_member(coordinator).get(page(name, version)))
        assert "That fills it." not in words
        assert "Whoever asks again" not in words
        assert "CANARY" not in words
