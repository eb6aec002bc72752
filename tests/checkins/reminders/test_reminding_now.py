from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from checkins.answers import services as answering
from checkins.reminders import services
from checkins.reminders.letters import CHECK_INS
from checkins.reminders.services import Reminded
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.wishes import services as wishes
from tests.at_once import at_once
from tests.checkins.pages import people_around
from tests.factories.checkins import CheckInFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON


def remind(by, now=NOON, **narrowed):
    return services.remind_now(pairings=Pairing.objects.filter(**narrowed), by=by, now=now)


@pytest.fixture
def around(db):
    return people_around()


def test_who_has_not_answered_gets_a_reminder_now(around):
    waiting = CheckInFactory(pairing=around.pairing)
    CheckInFactory(pairing=around.pairing, membership=around.other_half, answered=True)

    assert remind(around.coordinator) == Reminded(now=1, already=0)

    message = OutboxMessage.objects.get()
    assert message.dedupe_key.startswith(f"checkin-due:{waiting.pk}:{around.half.user_id}:now-")
    assert (message.due_at, message.expires_at, message.priority) == (NOON, waiting.closes_at, 2)


@pytest.mark.parametrize(
    "how",
    [
        {"closed": True},
        {"opens_at": NOON + timedelta(hours=1)},
        {"called_off_at": NOON},
        {"membership__left_at": NOON},
        {"pairing__paused": True},
        {"pairing__closed": True},
    ],
    ids=lambda how: next(iter(how)),
)
@pytest.mark.django_db
def test_nobody_else_is_reminded(how):
    pairing = PairingFactory(active=True, **{name.removeprefix("pairing__"): value for name, value in how.items() if "pairing__" in name})
    check_in = CheckInFactory(pairing=pairing, **{name: value for name, value in how.items() if "__" not in name})
    if "membership__left_at" in how:
        type(pairing.first).objects.filter(pk=check_in.membership_id).update(left_at=NOON)

    assert remind(pairing.coordinator) == Reminded(now=0, already=0)
    assert not OutboxMessage.objects.exists()
    assert not AuditEvent.objects.exists()


def test_what_is_asked_at_the_end_is_reminded_of_as_what_it_is(db):
    check_in = CheckInFactory(closing=True)

    remind(check_in.pairing.coordinator)

    assert OutboxMessage.objects.get().kind == "checkin-closing"


def test_somebody_in_two_pairings_gets_one_about_what_closes_first(around):
    CheckInFactory(pairing=around.pairing)
    other = PairingFactory(active=True, program=around.pairing.program, first=around.half)
    sooner = CheckInFactory(pairing=other, closes_at=NOON + timedelta(days=1))

    assert remind(around.coordinator) == Reminded(now=1, already=0)
    assert OutboxMessage.objects.get().subject == str(sooner.pk)
    assert remind(around.coordinator, pk=around.pairing.pk) == Reminded(now=0, already=1)
    assert OutboxMessage.objects.count() == 1


def test_who_gets_one_in_another_program_today_is_reminded_here_as_well(around):
    CheckInFactory(pairing=around.pairing)
    elsewhere = PairingFactory(active=True, first=MembershipFactory(user=around.half.user))
    CheckInFactory(pairing=elsewhere)
    remind(elsewhere.coordinator)

    assert remind(around.coordinator) == Reminded(now=1, already=0)


def test_who_wants_no_reminders_or_has_no_address_that_works_is_counted_as_such(around):
    for half in around.pairing.halves:
        CheckInFactory(pairing=around.pairing, membership=half)
    wishes.choose(recipient=around.half.user, category=CHECK_INS.name, is_wanted=False, now=NOON)
    outbox.owe(kind="account", subject_id=1, recipient=around.other_half.user, now=NOON)
    mail = OutboxMessage.objects.get()
    outbox.came_back(mail.message_id, OutboxMessage.CameBack.PERMANENT, "550", NOON)

    assert remind(around.coordinator) == Reminded(now=0, already=0, not_by_mail=2)
    assert OutboxMessage.objects.get() == mail


def test_a_reminder_that_was_taken_back_leaves_room_for_another_of_that_day(around):
    check_in = CheckInFactory(pairing=around.pairing)
    remind(around.coordinator)
    outbox.cancel(kind="checkin-due", subject_ids=[check_in.pk], now=NOON)

    assert remind(around.coordinator, NOON + timedelta(minutes=1)).now == 1
    assert OutboxMessage.objects.open().count() == 1


def test_whether_a_partner_still_has_a_reminder_to_come_is_told_to_nobody_who_is_half_of_it(around):
    """It would say that the partner has not answered what is asked about the two."""
    around.half.is_coordinator = True
    CheckInFactory(pairing=around.pairing, membership=around.other_half)
    remind(around.coordinator)
    other = PairingFactory(active=True, program=around.pairing.program, first=around.other_half)
    CheckInFactory(pairing=other)

    assert remind(around.half, pk=other.pk) == Reminded(now=1, already=0)


@pytest.mark.parametrize(("state", "left_alone"), [("pending", True), ("sent", True), ("cancelled", False)])
def test_who_gets_one_of_the_plan_today_gets_no_second_one(state, left_alone, around):
    check_in = CheckInFactory(pairing=around.pairing)
    about = {"subject_id": check_in.pk, "recipient": around.half.user, "program_id": around.pairing.program_id}
    outbox.owe(kind="checkin-due", slot="1", due_at=NOON + timedelta(hours=2), now=NOON, **about)
    if state != "pending":
        ended = {"sent_at": NOON} if state == "sent" else {}
        OutboxMessage.objects.update(state=state, ended_at=NOON, **ended)

    assert remind(around.coordinator) == Reminded(now=int(not left_alone), already=int(left_alone))


def test_who_asked_for_a_later_day_is_left_alone_until_then(around):
    check_in = CheckInFactory(pairing=around.pairing)
    answering.remind_tomorrow(check_in=check_in, now=NOON)

    assert remind(around.coordinator) == Reminded(now=0, already=1)
    # Tomorrow's has come to nothing, and they have not asked again.
    outbox.cancel(kind="checkin-due", subject_ids=[check_in.pk], now=NOON)
    assert remind(around.coordinator, NOON + timedelta(hours=22)) == Reminded(now=1, already=0)


def test_a_later_day_that_was_asked_for_about_one_pairing_holds_for_every_one_in_the_program(around):
    answering.remind_tomorrow(check_in=CheckInFactory(pairing=around.pairing), now=NOON)
    other = PairingFactory(active=True, program=around.pairing.program, first=around.half)
    CheckInFactory(pairing=other)

    assert remind(around.coordinator, pk=other.pk) == Reminded(now=0, already=1)


@pytest.mark.parametrize("over", [{"answered_at": NOON}, {"called_off_at": NOON}])
def test_a_later_day_for_what_is_over_keeps_no_other_reminder(over, around):
    CheckInFactory(pairing=around.pairing, snoozed_until=NOON + timedelta(hours=21), **over)
    CheckInFactory(pairing=PairingFactory(active=True, program=around.pairing.program, first=around.half))

    assert remind(around.coordinator) == Reminded(now=1, already=0)


def test_whether_a_partner_asked_for_a_later_day_is_told_to_nobody_who_is_half_of_it(around):
    around.half.is_coordinator = True
    answering.remind_tomorrow(check_in=CheckInFactory(pairing=around.pairing, membership=around.other_half), now=NOON)
    other = PairingFactory(active=True, program=around.pairing.program, first=around.other_half)
    CheckInFactory(pairing=other)

    assert remind(around.half, pk=other.pk) == Reminded(now=1, already=0)


def test_a_day_is_that_of_the_persons_own_clock(around):
    around.half.user.time_zone = "Pacific/Auckland"
    around.half.user.save()
    CheckInFactory(pairing=around.pairing, closes_at=NOON + timedelta(days=20))
    before_midnight = datetime(2026, 3, 17, 10, 50, tzinfo=UTC)

    assert remind(around.coordinator, before_midnight).now == 1
    assert remind(around.coordinator, before_midnight + timedelta(minutes=5)).now == 0
    assert remind(around.coordinator, before_midnight + timedelta(minutes=11)).now == 1


def test_it_is_in_the_trail_with_how_many_and_nobodys_name(around):
    CheckInFactory(pairing=around.pairing)

    remind(around.coordinator)
    remind(around.coordinator)

    event = AuditEvent.objects.get(verb="checkins.reminded")
    assert (event.actor_id, event.detail) == (around.coordinator.user_id, {"people": 1, "already": 0})


def test_who_is_half_of_it_or_of_another_program_reminds_nobody_there(around):
    CheckInFactory(pairing=around.pairing)
    around.other_half.is_coordinator = True

    assert remind(around.other_half).now == 0
    assert remind(MembershipFactory(admin=True)).now == 0
    with pytest.raises(Refused):
        remind(around.neighbour)


def test_many_cost_as_much_as_one(around, queries_of):
    CheckInFactory(pairing=around.pairing)
    remind(around.coordinator)  # the first event of a program begins its chain
    one = queries_of(lambda: remind(around.coordinator, NOON + timedelta(days=1)))
    for _number in range(9):
        CheckInFactory(pairing=PairingFactory(active=True, program=around.pairing.program))

    assert queries_of(lambda: remind(around.coordinator, NOON + timedelta(days=2))) == one


@pytest.mark.django_db(transaction=True)
def test_two_who_remind_at_once_send_one():
    around = people_around()
    now = timezone.now()
    for pairing in (around.pairing, PairingFactory(active=True, program=around.pairing.program, first=around.half)):
        CheckInFactory(pairing=pairing, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1))
    narrowed = [{"pk": around.pairing.pk}, {"first": around.half}]

    at_once(*(lambda how=how: remind(around.coordinator, now, **how) for how in narrowed * 3))

    assert OutboxMessage.objects.count() == 1
