"""Owing a mail, and taking it back."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import delivery, services
from mentoring.kernel.outbox.gathering import Outgoing
from mentoring.kernel.outbox.models import OutboxMessage, OutboxReceipt
from mentoring.kernel.outbox.services import Duty
from tests.factories.programs import UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def test_owing_twice_makes_one_row(owe_to):
    person = UserFactory()

    first, second = owe_to(person, subject_id=4), owe_to(person, subject_id=4)

    assert first.pk == second.pk
    assert first.dedupe_key == f"probe:4:{person.pk}:0"


def test_another_slot_is_another_mail(owe_to):
    person = UserFactory()

    assert owe_to(person, slot="0").message_id != owe_to(person, slot="1").message_id


def test_two_beats_make_one_row(transactional_db):
    """Two planners at the same second, each in its own transaction, on a database that really has both."""
    people = UserFactory.create_batch(50)
    duties = [Duty(kind="probe", subject_id=1, recipient=person) for person in people]
    at_once, made = threading.Barrier(2), []

    def plan() -> None:
        at_once.wait()
        made.append(services.owe_many(duties, now=NOON))
        connection.close()

    planners = [threading.Thread(target=plan) for _ in range(2)]
    for planner in planners:
        planner.start()
    for planner in planners:
        planner.join()

    assert sum(made) == 50
    assert OutboxMessage.objects.count() == 50


def test_a_mail_is_owed_only_if_its_cause_is_committed(owe_to):
    with transaction.atomic():
        owe_to(UserFactory())
        transaction.set_rollback(True)

    assert not OutboxMessage.objects.exists()


def test_many_mails_cost_two_statements_a_thousand(queries_of):
    people = UserFactory.create_batch(3)
    duties = [Duty(kind="probe", subject_id=n, recipient_id=people[n % 3].pk) for n in range(1, 1001)]

    # The savepoint of the transaction makes two more.
    assert queries_of(lambda: services.owe_many(duties, now=NOON)) == 4
    assert services.owe_many(duties, now=NOON) == 0


def test_the_address_and_the_secret_are_unreadable_in_the_database(owe_to):
    owe_to(address="New.Person@example.org", secret="483920")

    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel_outboxmessage::text FROM kernel_outboxmessage")
        [(row,)] = cursor.fetchall()

    message = OutboxMessage.objects.get()
    assert (message.address, message.secret) == ("New.Person@example.org", "483920")
    for word in ("example", "Person", "483920"):
        assert word not in row
        assert word.encode().hex() not in row


def test_the_same_address_typed_differently_is_the_same_duty(owe_to):
    assert owe_to(address="New@example.org").pk == owe_to(address=" new@EXAMPLE.org").pk


@pytest.mark.parametrize("words", ["Amara Okoye", "amara@example.org", ["1"], 1.5])
def test_words_have_no_place_in_the_context(owe_to, words):
    with pytest.raises(ValueError, match="ids"):
        owe_to(UserFactory(), context={"name": words})


def test_a_mail_needs_somebody_to_go_to(owe_to):
    with pytest.raises(ValueError, match="recipient"):
        owe_to()
    with pytest.raises(ValueError, match="recipient"):
        owe_to(UserFactory(), address="a@example.org")


def test_a_kind_that_nobody_declares_cannot_be_owed(owe_to):
    with pytest.raises(LookupError):
        owe_to(UserFactory(), kind="nobody-declares-it")


# --- taking back ---


def test_what_is_taken_back_is_not_sent(smtp, owe_to):
    person, partner = UserFactory(), UserFactory()
    mine, theirs, other = owe_to(person, secret="x"), owe_to(partner), owe_to(person, subject_id=2)

    assert services.cancel(kind="probe", subject_ids=[1], recipient_id=person.pk, now=NOON) == 1
    delivery.drain()

    states = dict(OutboxMessage.objects.values_list("pk", "state"))
    assert states == {mine.pk: State.CANCELLED, theirs.pk: State.SENT, other.pk: State.SENT}
    mine.refresh_from_db()
    assert mine.secret is None


def test_what_is_leased_can_be_taken_back_until_it_is_handed_over(owe_to):
    owe_to(UserFactory())
    token, [message] = delivery._claim()

    assert services.cancel(kind="probe", subject_ids=[1], now=NOON) == 1
    assert not delivery._hand_over(token, Outgoing(message))


def test_what_is_handed_over_is_past_taking_back(owe_to):
    owe_to(UserFactory())
    token, [message] = delivery._claim()
    assert delivery._hand_over(token, Outgoing(message))

    assert services.cancel(kind="probe", subject_ids=[1], now=NOON) == 0
    assert delivery._confirm(token, Outgoing(message))


# --- what an operator sees and does ---


def test_health_tells_how_late_the_latest_mail_is(owe_to):
    now = timezone.now()
    assert services.health(now=now) == services.Health(oldest_due_seconds=0.0, dead=0)

    owe_to(UserFactory(), due_at=now - timedelta(minutes=7))
    owe_to(UserFactory(), due_at=now + timedelta(minutes=7), subject_id=2)
    OutboxMessage.objects.filter(pk=owe_to(UserFactory(), subject_id=3).pk).update(state=State.DEAD, ended_at=NOON)

    assert services.health(now=now) == services.Health(oldest_due_seconds=420.0, dead=1)


def test_a_dead_mail_can_be_sent_again_under_the_same_message_id(smtp, owe_to):
    message = owe_to(UserFactory())
    OutboxMessage.objects.update(state=State.DEAD, ended_at=Now(), attempt=8, doubtful_count=1)

    services.send_again(message=message, now=timezone.now())
    delivery.drain()

    assert [mail.message_id for mail in smtp.mails] == [f"<{message.message_id}>"]
    assert AuditEvent.objects.about(message).get().verb == "mail.sent_again"


def test_only_a_dead_mail_that_is_of_use_can_be_sent_again(owe_to):
    pending = owe_to(UserFactory())
    late = owe_to(UserFactory(), subject_id=2, expires_at=NOON)
    nobody = owe_to(UserFactory(), subject_id=3)
    OutboxMessage.objects.exclude(pk=pending.pk).update(state=State.DEAD, ended_at=NOON)
    OutboxMessage.objects.filter(pk=nobody.pk).update(recipient=None)

    for message in (pending, late, nobody):
        with pytest.raises(Refused):
            services.send_again(message=message, now=timezone.now())


def test_what_was_given_up_too_late_forgets_its_secret(owe_to):
    owe_to(UserFactory(), secret="483920", expires_at=NOON)
    OutboxMessage.objects.update(state=State.DEAD, ended_at=NOON)

    services.reap_expired(now=NOON)

    message = OutboxMessage.objects.get()
    assert (message.state, message.secret) == (State.DEAD, None)


def test_what_is_kept_back_after_a_restore_waits_for_the_operator(smtp, owe_to):
    owe_to(UserFactory())
    owe_to(UserFactory(), subject_id=2)
    delivery._claim()

    assert services.hold(now=timezone.now()) == 2
    assert delivery.drain().sent == 0

    assert services.release_held(now=timezone.now()) == 2
    assert delivery.drain().sent == 2


def test_a_told_past_counts_as_sent_and_sends_nothing(smtp, owe_to):
    told = owe_to(UserFactory(), program_id=7, due_at=NOON)
    ahead = owe_to(UserFactory(), program_id=7, due_at=timezone.now() + timedelta(days=1))
    other = owe_to(UserFactory(), program_id=8, due_at=timezone.now() + timedelta(days=1))

    assert services.record_as_sent(program_id=7, now=timezone.now()) == 1
    delivery.drain()

    told.refresh_from_db()
    assert (told.state, told.sent_at) == (State.SENT, NOON)
    assert set(OutboxMessage.objects.open().values_list("pk", flat=True)) == {ahead.pk, other.pk}
    assert smtp.mails == []


def test_old_rows_leave_and_their_key_stays(owe_to):
    person = UserFactory()
    ended = NOON - timedelta(days=91)
    old = owe_to(person)
    OutboxMessage.objects.update(state=State.SENT, sent_at=ended, ended_at=ended)
    recent = owe_to(person, subject_id=2)

    # First the receipt; the row goes only when the receipt is an hour old.
    assert services.retire(now=NOON) == 0
    assert OutboxReceipt.objects.get().dedupe_key == old.dedupe_key
    assert OutboxMessage.objects.filter(pk=old.pk).exists()
    OutboxReceipt.objects.update(written_at=NOON - timedelta(hours=2))
    assert services.retire(now=NOON) == 1

    assert list(OutboxMessage.objects.all()) == [recent]
    assert services.owe_many([Duty(kind="probe", subject_id=1, recipient=person)], now=NOON) == 0
    assert services.retire(now=NOON) == 0
