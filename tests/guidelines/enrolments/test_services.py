"""People learn at their own pace; what comes before a first pairing holds it back, and nothing else."""

from datetime import timedelta

import pytest

from guidelines.courses import services as courses
from guidelines.enrolments import services
from guidelines.enrolments.models import Enrolment, LiveHour, Reflection, Step
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships import services as memberships
from programs.memberships.models import Membership
from programs.profiles import services as profiles
from programs.readiness.models import Requirement
from programs.setup import services as setup
from tests.factories.guidelines import MODULE, CourseVersionFactory, EnrolmentFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProfileFactory, UserFactory

pytestmark = pytest.mark.django_db

LESSON, SITUATION, IT_IS_OUT, REFLECTION, CHECK = range(5)


@pytest.fixture
def version():
    return CourseVersionFactory(valid_days=100, course__program__time_zone="UTC")


@pytest.fixture
def ana(version):
    return MembershipFactory(program=version.course.program)


@pytest.fixture
def coordinator(version):
    return version.written_by


def key(version, at):
    return version.read_modules[0].screens[at].key


def everything(version, who, now, wait=True):
    """Every screen on the way; without waiting, the shorter one."""
    what = {"membership": who, "course": version.course, "now": now}
    services.go_on(screen=key(version, LESSON), **what)
    services.pick(screen=key(version, SITUATION), choice=0 if wait else 1, **what)
    if wait:
        services.pick(screen=key(version, IT_IS_OUT), choice=1, **what)
    services.reflect(screen=key(version, REFLECTION), text="", **what)
    return services.pick(screen=key(version, CHECK), choice=0, **what)


def enrolment_of(who):
    return Enrolment.objects.get(membership=who)


def mails(kind):
    return set(OutboxMessage.objects.filter(kind=kind).values_list("recipient", flat=True))


# --- learning ---


@pytest.mark.parametrize("wait", [True, False])
def test_a_course_is_finished_when_each_screen_on_ones_way_is_done(noon, version, ana, wait):
    progress = everything(version, ana, noon, wait)

    assert progress.is_done
    assert (enrolment_of(ana).finished_at, enrolment_of(ana).version) == (noon, version)
    assert enrolment_of(ana).expires_on == noon.date() + timedelta(days=100)


def test_progress_is_kept_by_the_screen(noon, version, ana):
    progress = services.go_on(membership=ana, course=version.course, screen=key(version, LESSON), now=noon)

    assert (progress.done, progress.next_place.screen) == (1, SITUATION + 1)
    assert (enrolment_of(ana).begun_at, enrolment_of(ana).finished_at) == (noon, None)


def test_a_check_is_done_once_an_answer_holds_however_many_tries_it_takes(noon, version, ana):
    what = {"membership": ana, "course": version.course, "screen": key(version, CHECK), "now": noon}

    services.pick(choice=1, **what)
    services.pick(choice=1, **what)
    assert Step.objects.get().done_at is None

    services.pick(choice=0, **what)
    services.pick(choice=1, **what)
    assert (Step.objects.get().done_at, Step.objects.get().tries) == (noon, 3)


def test_a_choice_that_is_not_there_is_refused(noon, version, ana):
    for choice in (-1, 2):
        with pytest.raises(Refused, match="Pick one"):
            services.pick(membership=ana, course=version.course, screen=key(version, CHECK), choice=choice, now=noon)


def test_a_situation_is_not_passed_without_a_choice(noon, version, ana):
    with pytest.raises(Refused, match="Pick an answer first"):
        services.go_on(membership=ana, course=version.course, screen=key(version, SITUATION), now=noon)


def test_a_reflection_is_unreadable_in_the_database_and_goes_when_it_is_emptied(noon, version, ana):
    what = {"membership": ana, "course": version.course, "screen": key(version, REFLECTION), "now": noon}

    services.reflect(text="On Monday", **what)
    assert Reflection.objects.get().text == "On Monday"
    assert b"On Monday" not in bytes(Reflection.objects.values_list("text", flat=True).get())

    services.reflect(text="  ", **what)
    assert not Reflection.objects.exists()


def test_in_a_new_version_what_says_the_same_stays_done(noon, version, ana, coordinator):
    services.go_on(membership=ana, course=version.course, screen=key(version, LESSON), now=noon)
    services.pick(membership=ana, course=version.course, screen=key(version, CHECK), choice=0, now=noon)
    text = MODULE.format(title="Waiting").replace("That gives room.", "That gives room to think.")
    read = courses.digest_of(version, 1)
    courses.save_module(course=version.course, by=coordinator, number=1, text=text, read=read, now=noon)
    new = courses.publish(course=version.course, by=coordinator, summary="A reason.", revision=1, now=noon)

    progress = services.pick(membership=ana, course=version.course, screen=key(new, SITUATION), choice=1, now=noon)

    assert [new.read_modules[0].screens[at].title for at in progress.modules[0].left] == ["Your last quiet", "Who waits?"]
    with pytest.raises(services.Moved):
        services.pick(membership=ana, course=version.course, screen=key(version, CHECK), choice=0, now=noon)


def test_who_looks_again_at_what_is_finished_does_not_begin_anew(noon, version, ana):
    everything(version, ana, noon)

    services.pick(membership=ana, course=version.course, screen=key(version, SITUATION), choice=1, now=noon + timedelta(days=1))

    assert enrolment_of(ana).finished_at == noon


def test_a_course_can_be_taken_again(noon, version, ana):
    everything(version, ana, noon)

    again = services.begin_again(membership=ana, course=version.course, now=noon + timedelta(days=90))

    assert services.begin_again(membership=ana, course=version.course, now=noon + timedelta(days=91)) == again
    assert Enrolment.objects.of(ana).finished().count() == Enrolment.objects.of(ana).open().count() == 1


def test_who_has_left_or_is_elsewhere_does_not_learn_here(noon, version):
    for somebody in (MembershipFactory(), MembershipFactory(program=version.course.program, left=True)):
        with pytest.raises(Refused, match="not yours"):
            services.go_on(membership=somebody, course=version.course, screen=key(version, LESSON), now=noon)


# --- what comes before a first pairing ---


def requires(version, audience):
    return CourseVersionFactory(course__program=version.course.program, audience=audience, is_required=True)


def is_held_back(who):
    return Requirement.objects.open().filter(membership=who, key="training").exists()


def joined(version, noon, **sides):
    membership = memberships.join(program=version.course.program, user=UserFactory(), is_participant=True, now=noon)
    profiles.save_profile(membership=membership, by=membership, offers_capacity=1, answers={}, now=noon, **sides)
    return membership


@pytest.mark.parametrize(
    ("offers", "seeks", "audience", "held_back"),
    [
        (True, False, "mentors", True),
        (True, False, "mentees", False),
        (True, True, "mentees", True),
        (False, True, "mentors", False),
        (False, True, "everyone", True),
        (False, False, "mentors", True),
        (True, True, "pair", True),
    ],
)
def test_a_newcomer_waits_for_the_course_of_their_side(noon, version, offers, seeks, audience, held_back):
    requires(version, audience)

    membership = joined(version, noon, offers_mentoring=offers, seeks_mentoring=seeks)

    assert is_held_back(membership) == held_back


def test_a_pairing_starts_when_the_last_course_is_finished(noon, version):
    required = requires(version, "everyone")
    first, second = (MembershipFactory(program=required.course.program, ready=True) for _ in range(2))
    pairing = PairingFactory(program=required.course.program, first=first, second=second, accepted=True)
    services.ask_everybody(program=required.course.program, now=noon)
    everything(required, first, noon)
    assert Pairing.objects.get(pk=pairing.pk).state == Pairing.State.ACCEPTED

    everything(required, second, noon)

    assert Pairing.objects.get(pk=pairing.pk).state == Pairing.State.ACTIVE


def test_publishing_a_required_course_stops_nothing_that_has_begun(noon, version):
    pairing = PairingFactory(program=version.course.program, active=True)
    required = requires(version, "everyone")

    services.ask_everybody(program=required.course.program, now=noon)

    assert is_held_back(pairing.first)
    assert Pairing.objects.get(pk=pairing.pk).state == Pairing.State.ACTIVE


def test_who_takes_the_other_side_too_has_its_course_to_do(noon, version):
    requires(version, "mentees")
    both = joined(version, noon, offers_mentoring=True, seeks_mentoring=False)
    assert not is_held_back(both)

    profiles.save_profile(membership=both, by=both, offers_mentoring=True, seeks_mentoring=True, offers_capacity=1, answers={}, now=noon)

    assert is_held_back(both)


def test_the_setting_lets_everybody_go_and_holds_them_again(noon, version, coordinator):
    requires(version, "everyone")
    waiting = joined(version, noon, offers_mentoring=True, seeks_mentoring=False)
    program = version.course.program
    kept = {name: getattr(program, name) for name in ("name", "purpose", "time_zone", "mentor_word", "mentee_word", "help_contact")}

    setup.change_program(program=program, by=coordinator, training_first=False, now=noon, **kept)
    assert not is_held_back(waiting)

    setup.change_program(program=program, by=coordinator, training_first=True, now=noon, **kept)
    assert is_held_back(waiting)


def test_a_course_that_is_put_away_holds_nobody_back(noon, version, coordinator):
    required = requires(version, "everyone")
    waiting = joined(version, noon, offers_mentoring=True, seeks_mentoring=False)

    courses.set_away(course=required.course, by=coordinator, is_away=True, now=noon)

    assert not is_held_back(waiting)


def test_asking_many_costs_as_much_as_asking_few(noon, version, queries_of):
    requires(version, "everyone")
    program = version.course.program
    ProfileFactory.create_batch(2, membership__program=program)
    few = queries_of(lambda: services.ask_everybody(program=program, now=noon))
    Requirement.objects.all().delete()

    ProfileFactory.create_batch(6, membership__program=program)

    assert queries_of(lambda: services.ask_everybody(program=program, now=noon)) == few


# --- those who run the program ---


def test_a_reminder_goes_once_a_day_to_those_who_have_it_still_to_finish(noon, version, ana, coordinator):
    done = EnrolmentFactory(taken=version, finished=True).membership

    def remind(now):
        return services.remind(version=version, people=Membership.objects.all(), by=coordinator, now=now)

    assert (remind(noon), remind(noon + timedelta(hours=1)), remind(noon + timedelta(days=1))) == (1, 0, 1)
    assert mails("course-reminder") == {ana.user_id}
    assert done.user_id not in mails("course-reminder")


def test_what_was_done_elsewhere_counts_from_that_day(noon, version, ana, coordinator):
    begun = EnrolmentFactory(taken=version).membership
    day = noon.date() - timedelta(days=40)

    made = services.record_as_done(version=version, people=Membership.objects.all(), on=day, by=coordinator, now=noon)

    assert made == 2
    for membership in (ana, begun):
        assert (enrolment_of(membership).expires_on, enrolment_of(membership).recorded_by) == (day + timedelta(days=100), coordinator)


def test_what_was_done_elsewhere_lets_a_pairing_start(noon, version, coordinator):
    required = requires(version, "everyone")
    waiting = joined(version, noon, offers_mentoring=True, seeks_mentoring=False)

    services.record_as_done(version=required, people=Membership.objects.filter(pk=waiting.pk), on=noon.date(), by=coordinator, now=noon)

    assert not is_held_back(waiting)


def test_time_together_is_recorded_and_put_right(noon, version, ana, coordinator):
    what = {
        "course": version.course,
        "people": Membership.objects.filter(pk=ana.pk),
        "held_on": noon.date(),
        "by": coordinator,
        "now": noon,
    }

    services.record_live(minutes=60, **what)
    services.record_live(minutes=90, **what)
    assert LiveHour.objects.get().minutes == 90

    services.take_live_back(hour=LiveHour.objects.get(), by=coordinator, now=noon)
    assert not LiveHour.objects.exists()


def test_what_is_still_to_come_cannot_be_recorded(noon, version, coordinator):
    tomorrow = noon.date() + timedelta(days=1)

    with pytest.raises(Refused, match="still to come"):
        services.record_as_done(version=version, people=Membership.objects.all(), on=tomorrow, by=coordinator, now=noon)
    with pytest.raises(Refused, match="still to come"):
        services.record_live(course=version.course, people=Membership.objects.all(), held_on=tomorrow, minutes=60, by=coordinator, now=noon)


# --- refreshers ---


@pytest.fixture
def refresher(version):
    return CourseVersionFactory(course__program=version.course.program, title="Refresh", refresher=True)


@pytest.fixture
def old_pairing(noon, refresher):
    return PairingFactory(program=refresher.course.program, active=True, activated_at=noon - timedelta(days=91))


def test_a_refresher_is_offered_to_both_at_one_moment_with_the_usual_letter(noon, refresher, old_pairing, coordinator):
    assert services.offer(pairing=old_pairing, refresher=refresher.course, by=coordinator, now=noon) == 2

    first, second = OutboxMessage.objects.filter(kind="refresher-offered").order_by("recipient")
    assert {first.recipient_id, second.recipient_id} == {old_pairing.first.user_id, old_pairing.second.user_id}
    assert noon <= first.due_at == second.due_at < noon + timedelta(days=2)
    assert (first.context, first.kind) == (second.context, second.kind)
    assert len(set(Enrolment.objects.values_list("asked_at", flat=True))) == 1


def test_offering_twice_asks_nobody_twice(noon, refresher, old_pairing, coordinator):
    for _ in range(2):
        services.offer(pairing=old_pairing, refresher=refresher.course, by=coordinator, now=noon)

    assert Enrolment.objects.count() == 2


def test_what_somebody_has_begun_stays_before_them_when_it_is_offered(noon, refresher, old_pairing, coordinator):
    begun = EnrolmentFactory(taken=refresher, membership=old_pairing.first)

    services.offer(pairing=old_pairing, refresher=refresher.course, by=coordinator, now=noon)

    begun.refresh_from_db()
    assert begun.asked_at == noon


def test_who_is_part_of_a_pairing_does_not_offer_in_it(noon, refresher, old_pairing, coordinator):
    old_pairing.first.is_coordinator = True
    for by in (old_pairing.first, old_pairing.second, MembershipFactory(coordinator=True)):
        with pytest.raises(Refused):
            services.offer(pairing=old_pairing, refresher=refresher.course, by=by, now=noon)


def test_only_a_refresher_is_offered(noon, refresher, old_pairing, coordinator):
    course = CourseVersionFactory(course__program=refresher.course.program).course

    with pytest.raises(Refused, match="no refresher"):
        services.offer(pairing=old_pairing, refresher=course, by=coordinator, now=noon)


def test_a_refresher_comes_round_every_ninety_days_to_whoever_is_paired(noon, version, refresher, old_pairing):
    courses.set_away(course=version.course, by=version.written_by, is_away=True, now=noon)
    PairingFactory(program=refresher.course.program, active=True, activated_at=noon - timedelta(days=89))

    assert (services.offer_due(now=noon), services.offer_due(now=noon)) == (2, 0)
    assert mails("refresher-offered") == {old_pairing.first.user_id, old_pairing.second.user_id}
    assert services.offer_due(now=noon + timedelta(days=89)) == 2


def test_the_next_refresher_is_the_one_that_somebody_had_longest_ago(noon, version, refresher, old_pairing):
    EnrolmentFactory(taken=version, membership=old_pairing.first, finished=True, asked_at=noon - timedelta(days=200))
    EnrolmentFactory(taken=refresher, membership=old_pairing.first, finished=True, asked_at=noon - timedelta(days=100))

    services.offer_due(now=noon)

    assert Enrolment.objects.open().get(membership=old_pairing.first).course == version.course


def test_a_month_before_a_required_course_ends_its_holder_is_told_once(noon, version):
    required = requires(version, "everyone")
    soon, late = (
        EnrolmentFactory(taken=required, finished=True, expires_on=noon.date() + timedelta(days=days)).membership for days in (29, 31)
    )

    assert (services.tell_whose_course_ends(now=noon), services.tell_whose_course_ends(now=noon)) == (1, 0)
    assert mails("course-again") == {soon.user_id}
    assert late.user_id not in mails("course-again")


# --- certificates ---


def test_who_holds_a_certificate_makes_a_link_and_takes_it_back(noon, version):
    held = EnrolmentFactory(taken=version, finished=True)

    code = services.share(enrolment=held, by=held.membership, now=noon).code
    assert len(code) >= 32
    assert services.share(enrolment=held, by=held.membership, now=noon).code == code

    services.stop_sharing(enrolment=held, by=held.membership, now=noon)
    assert enrolment_of(held.membership).code == ""
    assert services.share(enrolment=held, by=held.membership, now=noon).code not in ("", code)


def test_nobody_else_shares_a_certificate(noon, version, ana, coordinator):
    held = EnrolmentFactory(taken=version, finished=True)

    for by in (ana, coordinator):
        with pytest.raises(Refused):
            services.share(enrolment=held, by=by, now=noon)


def test_the_trail_says_what_was_done_and_never_what_was_picked(noon, version, ana):
    everything(version, ana, noon)

    event = AuditEvent.objects.get(verb="course.finished")
    assert AuditEvent.objects.count() == 1
    assert event.detail == {"version": 1}
