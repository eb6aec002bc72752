"""The coordinator's morning: the order of its lines, who has them, and what is put off."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from checkins.care.models import Task
from checkins.home import views
from guidelines.enrolments import services as enrolments
from matching.pairings.models import Request
from mentoring.kernel.outbox.models import OutboxMessage
from tests.checkins.pages import address, people_around
from tests.factories.checkins import PatternFactory, SignalFactory, TaskFactory
from tests.factories.guidelines import CourseVersionFactory, EnrolmentFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProfileFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
OLD = NOW - timedelta(days=9)


def headings(page):
    return [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<h3>(.*?)</h3>", page)]


def waiting(program, **how):
    return PairingFactory(program=program, proposed=True, proposed_at=OLD, lapses_at=NOW + timedelta(days=5), **how)


def test_the_lines_come_in_the_order_of_their_kinds(as_member):
    around = people_around(active=True, first__user__called="Amara", second__user__called="Jonas")
    # Due in the opposite order.
    kinds = ["unreachable", "one_sided", "gap", "unanswered", "low_comfort", "please_call", "boundary"]
    for days, kind in enumerate(kinds):
        TaskFactory(pairing=around.pairing, kind=kind, due_at=NOW + timedelta(days=days), since_on=NOW.date())
    waiting(around.pairing.program)

    page = as_member(around.coordinator).get(address("today", around.pairing.program)).text

    assert "Eight things need you today." in page
    said = ["limits are not kept", "would like a call", "does not feel at ease", "has not answered", "see their pairing more differently"]
    said += ["takes part less", "introduction has waited long", "Mail does not reach"]
    assert [words for words, line in zip(said, headings(page), strict=True) if words in line] == said


def test_introductions_that_wait_stand_on_the_one_page_that_comes_to_them(as_member, monkeypatch):
    monkeypatch.setattr(views, "TASKS_A_PAGE", 2)
    around = people_around()
    for kind in ("low_comfort", "gap", "unreachable"):
        TaskFactory(pairing=around.pairing, kind=kind)
    waiting(around.pairing.program)
    browser, page = as_member(around.coordinator), address("today", around.pairing.program)

    assert ["introduction" in line for line in headings(browser.get(page).text)] == [False, False]
    assert ["introduction" in line for line in headings(browser.get(f"{page}?page=2").text)] == [True, False]
    Task.objects.filter(kind="unreachable").delete()
    assert ["introduction" in line for line in headings(browser.get(page).text)] == [False, False, True]


def test_an_introduction_counts_once_its_people_were_reminded_and_never_ones_own(as_member):
    around = people_around()
    program = around.pairing.program
    PairingFactory(program=program, proposed=True, proposed_at=NOW - timedelta(days=6), lapses_at=NOW + timedelta(days=8))
    own = waiting(program)
    own.first.is_coordinator = True
    own.first.save()
    asked = waiting(program)
    Request.objects.create(pairing=asked, by=asked.first, made_at=OLD)
    browser, page = as_member(around.coordinator), address("today", program)

    assert browser.get(page).context["introduced"].number == 1
    assert as_member(own.first).get(page).context["introduced"].number == 0


def test_what_is_put_off_is_out_of_the_morning_until_its_day(as_member):
    around = people_around()
    task = TaskFactory(pairing=around.pairing, put_off_until=NOW.date() + timedelta(days=3), put_off_because="away")
    browser, page = as_member(around.coordinator), address("today", around.pairing.program)

    shown = browser.get(page).text
    assert "Nobody needs you today." in shown
    assert headings(shown) == []
    assert "Somebody is away" in browser.get(f"{page}?kind=put-off").text

    task.put_off_until = NOW.date()
    task.save()
    assert browser.get(page).context["total"] == 1


def test_who_has_a_task_is_shown_and_it_is_in_their_own_list(as_member):
    around = people_around()
    colleague = MembershipFactory(program=around.pairing.program, coordinator=True, user__name="Petra Blum")
    task = TaskFactory(pairing=around.pairing)
    page = address("today", around.pairing.program)
    browser = as_member(around.coordinator)
    assert "nobody has taken it on yet" in browser.get(page).text

    task.owner = colleague
    task.save()

    shown = browser.get(page).text
    assert "Petra Blum has taken it on" in shown
    assert "I take it on" not in shown
    assert as_member(colleague).get(f"{page}?whose=mine").context["total"] == 1


def test_a_signal_tells_its_task_and_leads_to_its_page(as_member):
    around = people_around(active=True, first__user__called="Amara", second__user__called="Jonas")
    signal = SignalFactory(pairing=around.pairing, kind="topics")
    browser, program = as_member(around.coordinator), around.pairing.program

    for page in (address("today", program), address("pairing", program, around.pairing.pk)):
        shown = browser.get(page).text
        assert "Fewer topics seem to come from Amara" in shown
        assert address("signal", program, signal.pk) in shown


def test_a_load_that_is_too_much_is_said_and_nothing_of_it_to_who_looks_after_nobody(as_member, monkeypatch):
    around = people_around()
    browser, page = as_member(around.coordinator), address("today", around.pairing.program)
    assert "What you look after" in browser.get(page).text
    assert "What you look after" not in as_member(around.admin).get(page).text

    monkeypatch.setattr("checkins.loads.queries.TOO_MUCH", 1)

    assert "too much for one person" in browser.get(page).text


def test_patterns_are_told_to_admins_who_are_no_part_of_them(as_member):
    around = people_around()
    PatternFactory(about=around.other_half, pairings=[around.pairing])
    page = address("today", around.pairing.program)

    assert "Patterns over several pairings" in as_member(around.admin).get(page).text
    assert "Patterns over several pairings" not in as_member(around.coordinator).get(page).text
    around.coordinator.is_admin = True
    around.coordinator.save()
    assert "Patterns over several pairings" not in as_member(around.coordinator).get(page).text


# --- who is late with a course ---


def asked_of(version, name, *, days=20, **how):
    """A mentor to be, of whom the course has been asked for so many days."""
    membership = MembershipFactory(program=version.course.program, user__name=name, **how)
    ProfileFactory(membership=membership, mentor=True)
    enrolments.keep_requirements(
        program=membership.program, people=membership.__class__.objects.filter(pk=membership.pk), now=NOW - timedelta(days=days)
    )
    return membership


@pytest.fixture
def version():
    return CourseVersionFactory(required=True, audience="mentors", title="Mentor course")


def morning(version):
    return address("today", version.course.program)


def test_who_is_late_with_a_course_has_a_line_with_its_reason_and_it_goes_when_they_finish(as_member, version):
    late = asked_of(version, "Sam Late")
    EnrolmentFactory(taken=version, membership=late, stepped_at=NOW - timedelta(days=16), at_module=3, modules=8)
    asked_of(version, "New Comer", days=13)
    browser = as_member(version.written_by)

    page = browser.get(morning(version)).text
    assert headings(page) == ["Sam Late has not finished “Mentor course”"]
    assert "One thing needs you today." in page
    assert "They are in module 3 of 8" in " ".join(page.split())

    enrolments.record_as_done(
        version=version, people=type(late).objects.filter(pk=late.pk), on=NOW.date(), by=version.written_by, now=timezone.now()
    )
    assert headings(browser.get(morning(version)).text) == []


def test_who_was_reminded_is_out_of_the_morning_for_a_week(as_member, version):
    late = asked_of(version, "Sam Late")
    browser = as_member(version.written_by)
    page = browser.get(morning(version)).text
    to = re.search(r'action="([^"]+remind/)"', page).group(1)

    answer = browser.post(to, {"membership": late.pk, "back": morning(version)})

    assert answer["Location"] == morning(version)
    assert headings(browser.get(morning(version)).text) == []
    OutboxMessage.objects.update(created_at=NOW - timedelta(days=8))
    assert "A personal line helps more" in browser.get(morning(version)).text


def test_for_whom_a_pairing_waits_comes_first_and_the_first_few_alone_stand_among_the_rest(as_member, version):
    for number in range(6):
        asked_of(version, f"Late {number}", days=30)
    PairingFactory(program=version.course.program, first=asked_of(version, "Waited For"), accepted=True)
    browser = as_member(version.written_by)

    page = browser.get(morning(version)).text
    assert headings(page)[0] == "Waited For has not finished “Mentor course”"
    assert len(headings(page)) == views.LATE_SHOWN
    assert "2 people more are late with a course" in page
    assert len(headings(browser.get(f"{morning(version)}?kind=training").text)) == 7


def test_what_is_no_longer_valid_is_told_of_who_is_paired_and_nobody_reads_it_of_themselves(as_member, version):
    over = {"taken": version, "finished": True, "expires_on": NOW.date() - timedelta(days=1)}
    paired, alone = (asked_of(version, name) for name in ("Paired Mentor", "Alone Mentor"))
    for membership in (paired, alone):
        EnrolmentFactory(membership=membership, **over)
        enrolments.keep_requirements(program=membership.program, people=type(membership).objects.all(), now=NOW)
    PairingFactory(program=version.course.program, first=paired, active=True)
    paired.is_coordinator = True
    paired.save()

    assert headings(as_member(version.written_by).get(morning(version)).text) == ["Paired Mentor: “Mentor course” is no longer valid"]
    assert headings(as_member(paired).get(morning(version)).text) == []


def test_many_who_are_late_cost_as_much_as_one(as_member, version, queries_of):
    asked_of(version, "Late One")
    browser = as_member(version.written_by)
    for_one = queries_of(lambda: browser.get(f"{morning(version)}?kind=training"))
    for number in range(7):
        asked_of(version, f"Late {number}")

    assert queries_of(lambda: browser.get(f"{morning(version)}?kind=training")) == for_one
