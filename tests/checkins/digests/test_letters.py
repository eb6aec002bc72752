import re
from datetime import timedelta

import pytest
import time_machine

from checkins.digests import letters
from checkins.digests.queries import Numbers, numbers_of
from checkins.digests.services import DIGEST
from guidelines.enrolments.services import REMINDER_LETTER, REQUIREMENT
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.letters import compose
from mentoring.kernel.outbox.models import OutboxMessage
from programs.readiness import services as readiness
from tests.checkins.pages import address
from tests.factories.checkins import DigestTimeFactory, TaskFactory
from tests.factories.guidelines import CourseVersionFactory, EnrolmentFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_at_noon")]


@pytest.fixture
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def owed_to(person):
    outbox.owe(kind=DIGEST, subject_id=person.pk, recipient=person.user, program_id=person.program_id, now=NOON)
    return OutboxMessage.objects.get(subject=str(person.pk))


def test_it_holds_numbers_and_nobodys_name():
    pairing = PairingFactory(active=True, program__name="Northside", first__user__name="Zebulon Quill", second__user__name="Ottilie Quay")
    coordinator = DigestTimeFactory(membership=pairing.proposed_by).membership
    for how in ({}, {"unanswered": True}, {"kind": "gap"}, {"kind": "load", "put_off": True}):
        TaskFactory(pairing=pairing, **how)

    message, kind = owed_to(coordinator), kinds.get(DIGEST)
    mail = compose(message, kind=kind, context=kind.context([message])[message.pk], address="priya@example.org")

    assert mail.subject == "Your program today"
    assert "3 things need somebody today" in mail.body
    assert re.search(r"what the weeks show: 1\b", mail.body)
    assert f"/p/{pairing.program.slug}/today/" in mail.body
    assert "introductions" not in mail.body
    assert "late" not in mail.body
    assert not re.search("Quill|Zebulon|Quay|Ottilie|comfort|ease", mail.subject + mail.body + str(mail.alternatives))


def test_it_counts_what_each_may_see_and_nothing_of_their_own_pairings():
    own = PairingFactory(active=True, second__is_coordinator=True)
    half, program = own.second, own.program
    coordinator, admin = (MembershipFactory(program=program, **{role: True}) for role in ("coordinator", "admin"))
    other = PairingFactory(active=True, program=program, coordinator=coordinator)
    for pairing in (own, other):
        TaskFactory(pairing=pairing)
        TaskFactory(pairing=pairing, for_admins=True, kind="gap")
    TaskFactory()

    numbers = numbers_of((half, coordinator, admin), NOON)

    assert numbers == {half.pk: Numbers(said=1), coordinator.pk: Numbers(said=2, of_mine=1), admin.pk: Numbers(said=2, measured=2)}


def test_introductions_that_wait_for_long_are_one_thing_as_on_the_page():
    old = NOON - timedelta(days=30)
    own = PairingFactory(proposed=True, proposed_at=old, first__is_coordinator=True)
    PairingFactory(program=own.program, proposed=True, proposed_at=NOON)
    coordinator = MembershipFactory(program=own.program, coordinator=True)
    before = numbers_of((own.first, coordinator), NOON)
    assert (before[own.first_id].total, before[coordinator.pk].total) == (0, 1)
    for _ in range(2):
        PairingFactory(program=own.program, proposed=True, proposed_at=old)
    TaskFactory(pairing__program=own.program)

    numbers = numbers_of((own.first, coordinator), NOON)

    assert numbers[own.first_id] == numbers[coordinator.pk] == Numbers(said=1, introduced=True)
    assert numbers[coordinator.pk].total == 2


def test_what_is_mine_is_as_many_things_as_the_page_shows_of_it(as_member, course):
    coordinator = MembershipFactory(program=course.course.program, coordinator=True)
    mine = {"program": coordinator.program, "coordinator": coordinator}
    TaskFactory(pairing=PairingFactory(active=True, **mine))
    PairingFactory(accepted=True, first=late_with(course), **mine)
    for whose in (mine, mine, {"program": coordinator.program}):
        PairingFactory(proposed=True, proposed_at=NOON - timedelta(days=30), **whose)

    numbers = numbers_of([coordinator], NOON)[coordinator.pk]

    page = as_member(coordinator).get(address("today", coordinator.program), {"whose": "mine"})
    assert numbers.of_mine == page.context["total"] == 3


@pytest.fixture
def course():
    return CourseVersionFactory(required=True, course__program__name="Northside")


def late_with(course, **who):
    """A participant of whom the course has been asked for twenty days."""
    late = MembershipFactory(program=course.course.program, **who)
    readiness.require(membership=late, key=REQUIREMENT, now=NOON - timedelta(days=20))
    return late


def test_who_is_late_with_a_course_counts_as_on_the_page_and_is_not_named(as_member, course):
    coordinator, other = (DigestTimeFactory(membership__program=course.course.program).membership for _ in range(2))
    looked_after = late_with(course, user__name="Zebulon Quill")
    PairingFactory(program=course.course.program, accepted=True, first=looked_after, coordinator=coordinator)
    late_with(course, user__name="Ottilie Quay", is_coordinator=True)
    EnrolmentFactory(taken=course, membership=late_with(course), finished=True)
    late_with(CourseVersionFactory(required=True))

    numbers, message, kind = numbers_of((coordinator, other), NOON), owed_to(coordinator), kinds.get(DIGEST)
    mail = compose(message, kind=kind, context=kind.context([message])[message.pk], address="priya@example.org")

    assert numbers == {coordinator.pk: Numbers(late=2, of_mine=1), other.pk: Numbers(late=2)}
    assert as_member(coordinator).get(address("today", course.course.program)).context["total"] == 2
    assert letters.still_owed([message]) == {message.pk}
    for text in (mail.body, mail.alternatives[0].content):
        assert "2 things need somebody today" in text
        assert "people who are late with a course: 2" in text
        assert not re.search("Quill|Zebulon|Quay|Ottilie|Waiting", text)


def test_nobody_is_told_of_themselves_nor_of_who_was_reminded_within_a_week(course):
    me, other = (late_with(course, is_coordinator=True) for _ in range(2))
    assert numbers_of((me,), NOON) == {me.pk: Numbers(late=1)}

    outbox.owe(kind=REMINDER_LETTER, subject_id=course.course_id, recipient=other.user, program_id=me.program_id, now=NOON)

    assert numbers_of((me,), NOON)[me.pk].total == 0


@pytest.mark.parametrize("state", ["proposed", "accepted", "active", "paused"])
def test_who_runs_the_program_is_not_told_that_their_own_partner_is_late(as_member, course, state):
    own = PairingFactory(first=late_with(course), program=course.course.program, second__is_coordinator=True, **{state: True})
    ended = PairingFactory(first=late_with(course), program=own.program, second=own.second, closed=True)
    other = MembershipFactory(program=own.program, coordinator=True)

    numbers = numbers_of((own.second, other), NOON)

    assert [numbers[who.pk].late for who in (own.second, other)] == [1, 2]
    page = as_member(own.second).get(address("today", own.program))
    assert page.context["total"] == numbers[own.second_id].total
    assert ended.first.user.full_name in page.text
    assert own.first.user.full_name not in as_member(own.second).get(address("today", own.program), {"kind": "training"}).text


def test_nobody_reads_from_who_is_late_who_stands_in_for_them(course):
    resting = PairingFactory(program=course.course.program, paused=True, second__is_coordinator=True)
    stand_in = PairingFactory(program=resting.program, stands_in_for=resting, first=resting.first, active=True).second
    EnrolmentFactory(taken=course, membership=stand_in, finished=True, expires_on=NOON.date() - timedelta(days=1))
    other = MembershipFactory(program=resting.program, coordinator=True)

    numbers = numbers_of((resting.second, other), NOON)

    # What ran out counts for who is paired, and the half who rests may not know who is paired with the other.
    assert [numbers[who.pk].late for who in (resting.second, other)] == [0, 1]


def test_the_numbers_of_many_cost_four_queries(django_assert_num_queries, course):
    late_with(course)
    ours = MembershipFactory.create_batch(4, program=course.course.program, coordinator=True)
    others = [CourseVersionFactory(required=True).written_by for _ in range(3)]

    with django_assert_num_queries(4):
        numbers = numbers_of([*ours, *others], NOON)

    assert [numbers[person.pk].late for person in (*ours, *others)] == [1, 1, 1, 1, 0, 0, 0]


def test_it_is_not_owed_where_nothing_needs_anybody_or_nobody_wants_it():
    task = TaskFactory()
    program = task.pairing.program
    wants, unasked, quiet = (MembershipFactory(program=program, coordinator=True) for _ in range(3))
    idle = MembershipFactory(coordinator=True)
    left = MembershipFactory(program=program, coordinator=True, left=True)
    for person in (wants, quiet, idle, left):
        DigestTimeFactory(membership=person)
    owed = [owed_to(person) for person in (wants, unasked, idle, left)]

    assert letters.still_owed(owed) == {owed[0].pk}
