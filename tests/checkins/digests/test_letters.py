import re
from datetime import timedelta

import pytest
import time_machine

from checkins.digests import letters
from checkins.digests.queries import Numbers, numbers_of
from checkins.digests.services import DIGEST
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.letters import compose
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.checkins import DigestTimeFactory, TaskFactory
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


def test_the_numbers_of_many_cost_two_queries(django_assert_num_queries):
    staff = MembershipFactory.create_batch(7, coordinator=True)

    with django_assert_num_queries(2):
        numbers_of(staff, NOON)


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
