"""What becomes of a mail, by what the mail server says."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from mentoring.kernel.outbox import delivery, services
from mentoring.kernel.outbox.gathering import Outgoing
from mentoring.kernel.outbox.models import OutboxMessage, SuspendedAddress
from tests.factories.programs import UserFactory
from tests.kernel.outbox.probe.letters import MISSING, NOT_OWED, POISON
from tests.kernel.outbox.sink import HANG_UP

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def test_a_mail_that_is_due_is_sent(smtp, owe_to):
    amara = UserFactory(name="Amara Okoye")
    message = owe_to(amara, subject_id=7)

    assert delivery.drain().sent == 1

    message.refresh_from_db()
    assert (message.state, message.lease_token, message.attempt) == (State.SENT, None, 0)
    assert message.sent_at is not None
    [received] = smtp.mails
    assert received.recipient == amara.email
    assert received.message["Message-ID"] == f"<{message.message_id}>"
    assert received.message["Auto-Submitted"] == "auto-generated"
    assert received.message["To"] == f"Amara Okoye <{amara.email}>"
    assert "number 7" in received.message.get_body(("plain",)).get_content()
    assert "number 7" in received.message.get_body(("html",)).get_content()


def test_a_mail_that_is_not_due_yet_waits(smtp, owe_to):
    message = owe_to(UserFactory(), due_at=timezone.now() + timedelta(minutes=1))

    delivery.drain()

    message.refresh_from_db()
    assert message.state == State.PENDING
    assert smtp.mails == []


def test_safety_overtakes_whatever_waits(smtp, owe_to):
    for kind in ("probe-digest", "probe", "probe-account", "probe-safety"):
        owe_to(UserFactory(email=f"{kind}@example.org"), kind=kind)

    delivery.drain()

    assert [mail.recipient.partition("@")[0] for mail in smtp.mails] == ["probe-safety", "probe-account", "probe", "probe-digest"]


def test_a_mail_to_somebody_without_a_login_goes_to_the_address_and_forgets_it(smtp, owe_to):
    message = owe_to(address="New@example.org", secret="a token")

    delivery.drain()

    message.refresh_from_db()
    assert [mail.recipient for mail in smtp.mails] == ["New@example.org"]
    assert (message.state, message.address, message.secret) == (State.SENT, None, None)


def test_one_connection_carries_many_mails(smtp, owe_many_people):
    owe_many_people(40)

    delivery.drain()

    assert len(smtp.mails) == 40
    assert smtp.connections == 1
    assert smtp.commands["RSET"] == 39


# --- the retry table ---


@pytest.mark.parametrize(("attempt", "minutes"), list(enumerate([1, 5, 15, 60, 180, 360, 720])))
def test_not_now_waits_longer_each_time(smtp, owe_to, attempt, minutes):
    smtp.rule = lambda stage, recipient: "451 4.3.0 try later" if stage == "RCPT" else None
    message = owe_to(UserFactory())
    OutboxMessage.objects.update(attempt=attempt)

    delivery.drain()

    message.refresh_from_db()
    assert (message.state, message.attempt, message.last_error) == (State.PENDING, attempt + 1, "451 4.3.0 not now")
    waits = (message.available_at - timezone.now()).total_seconds() / 60
    assert minutes * 0.89 < waits < minutes * 1.11
    assert message.due_at < timezone.now()


def test_the_eighth_attempt_is_the_last(smtp, owe_to):
    smtp.rule = lambda stage, recipient: "451 4.3.0 try later" if stage == "RCPT" else None
    message = owe_to(UserFactory(), secret="a code")
    OutboxMessage.objects.update(attempt=7)

    delivery.drain()

    message.refresh_from_db()
    assert (message.state, message.attempt) == (State.DEAD, 8)
    assert message.secret == "a code"


@pytest.mark.parametrize("stage", ["RCPT", "DATA", "text"])
def test_a_refusal_for_good_ends_it(smtp, owe_to, stage):
    smtp.rule = lambda at, recipient: "554 5.6.0 no" if at == stage else None
    message = owe_to(UserFactory())
    other = owe_to(UserFactory(), subject_id=2)

    delivery.drain()

    for each in (message, other):
        each.refresh_from_db()
        assert (each.state, each.last_error) == (State.DEAD, "554 5.6.0 refused")
    assert not SuspendedAddress.objects.exists()


def test_a_server_that_is_away_costs_no_mail_an_attempt(sink, mail_goes_to, owe_to):
    mail_goes_to(sink)
    sink.stop()
    message = owe_to(UserFactory())

    assert delivery.drain().sent == 0

    message.refresh_from_db()
    assert (message.state, message.attempt, message.handed_over_at) == (State.PENDING, 0, None)
    assert message.available_at <= timezone.now()


@pytest.mark.parametrize(("stage", "reply"), [("connect", "554 no"), ("EHLO", HANG_UP), ("MAIL", "530 5.7.0 sign in first")])
def test_a_server_that_lets_nobody_in_costs_no_mail_an_attempt(smtp, owe_to, stage, reply):
    smtp.rule = lambda at, recipient: reply if at == stage or (stage == "EHLO" and at == "HELO") else None
    message = owe_to(UserFactory())

    delivery.drain()

    message.refresh_from_db()
    assert (message.state, message.attempt, message.handed_over_at) == (State.PENDING, 0, None)


def test_a_line_that_breaks_before_the_text_has_left_counts_an_attempt_and_the_next_goes_on(smtp, owe_to):
    smtp.rule = lambda stage, recipient: HANG_UP if stage == "RCPT" and recipient.startswith("first") else None
    first, second = owe_to(UserFactory(email="first@example.org")), owe_to(UserFactory(), subject_id=2)

    delivery.drain()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.attempt, first.doubtful_count) == (State.PENDING, 1, 0)
    assert second.state == State.SENT
    assert smtp.connections == 2


def test_a_server_that_keeps_breaking_off_is_left_alone(smtp, owe_many_people):
    smtp.rule = lambda stage, recipient: HANG_UP if stage == "RCPT" else None
    owe_many_people(10)

    delivery.drain()

    assert OutboxMessage.objects.filter(attempt=1).count() == 3
    assert OutboxMessage.objects.filter(attempt=0, state=State.PENDING).count() == 7


@pytest.mark.parametrize("stage", ["text", "taken"])
def test_a_line_that_breaks_after_the_text_has_left_is_doubtful_once_and_then_given_up(smtp, owe_to, stage):
    smtp.rule = lambda at, recipient: HANG_UP if at == stage else None
    message = owe_to(UserFactory())

    delivery.drain()

    message.refresh_from_db()
    assert (message.state, message.doubtful_count, message.attempt) == (State.PENDING, 1, 1)

    OutboxMessage.objects.update(available_at=Now())
    delivery.drain()

    message.refresh_from_db()
    assert (message.state, message.last_error) == (State.DEAD, "unknown")
    assert len({mail.message_id for mail in smtp.mails}) <= 1


def test_a_line_that_broke_while_idle_costs_no_mail_an_attempt(smtp, owe_many_people):
    smtp.rule = lambda stage, recipient: HANG_UP if stage == "RSET" else None
    owe_many_people(5)

    delivery.drain()

    assert OutboxMessage.objects.filter(state=State.SENT, attempt=0).count() == 5
    assert smtp.connections == 5


# --- what is not worth sending ---


def test_what_is_no_longer_owed_is_cancelled(smtp, owe_to):
    owed, not_owed = owe_to(UserFactory()), owe_to(UserFactory(), subject_id=NOT_OWED)

    delivery.drain()

    owed.refresh_from_db()
    not_owed.refresh_from_db()
    assert (owed.state, not_owed.state) == (State.SENT, State.CANCELLED)
    assert len(smtp.mails) == 1


def test_a_person_who_is_gone_gets_no_mail(smtp, owe_to):
    gone, erased = owe_to(UserFactory(is_active=False)), owe_to(UserFactory(), subject_id=2)
    OutboxMessage.objects.filter(pk=erased.pk).update(recipient=None)

    delivery.drain()

    for each in (gone, erased):
        each.refresh_from_db()
        assert each.state == State.CANCELLED
    assert smtp.begun == []


def test_what_comes_too_late_is_not_sent(smtp, owe_to):
    message = owe_to(UserFactory(), expires_at=timezone.now() - timedelta(seconds=1), secret="a code")

    delivery.drain()
    services.reap_expired(now=timezone.now())

    message.refresh_from_db()
    assert (message.state, message.secret) == (State.EXPIRED, None)
    assert smtp.begun == []


def test_poison_row_delays_no_other(smtp, owe_to, caplog):
    poison = [
        owe_to(UserFactory(), subject_id=POISON),
        owe_to(UserFactory(), subject_id=MISSING),
        owe_to(UserFactory(time_zone="Nowhere/At_All"), subject_id=3),
        owe_to(UserFactory(email="new\nBcc: line@example.org"), subject_id=4),
    ]
    unreadable = owe_to(address="lost@example.org", subject_id=5)
    unknown = owe_to(UserFactory(), subject_id=6)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_outboxmessage SET address = 'dev' WHERE id = %s", [unreadable.pk])
    OutboxMessage.objects.filter(pk=unknown.pk).update(kind="nobody-declares-it")
    good = [owe_to(UserFactory(), subject_id=n) for n in range(10, 14)]

    assert delivery.drain().sent == 4

    assert states(*poison, unreadable, unknown) == {State.DEAD}
    assert states(*good) == {State.SENT}
    assert services.health(now=timezone.now()).dead == 6
    assert "somebody's words" not in caplog.text


def test_an_unknown_address_gets_no_more_reminders_until_it_changes(smtp, owe_to):
    smtp.rule = lambda stage, recipient: "550 5.1.1 nobody here" if stage == "RCPT" and recipient == "old@example.org" else None
    person = UserFactory(email="old@example.org")
    first = owe_to(person)
    delivery.drain()
    first.refresh_from_db()
    assert (first.state, first.last_error) == (State.DEAD, "550 5.1.1 nobody there")
    assert SuspendedAddress.objects.get().recipient_id == person.pk

    reminder, code = owe_to(person, subject_id=2), owe_to(person, subject_id=3, kind="probe-account")
    delivery.drain()
    reminder.refresh_from_db()
    code.refresh_from_db()
    assert (reminder.state, code.state) == (State.CANCELLED, State.DEAD)

    person.email = "new@example.org"
    person.save()
    owe_to(person, subject_id=4)
    delivery.drain()
    assert [mail.recipient for mail in smtp.mails] == ["new@example.org"]


def test_an_address_that_takes_a_code_is_trusted_again(smtp, owe_to):
    person = UserFactory()
    ahead = owe_to(person, due_at=timezone.now() + timedelta(days=1))
    services.came_back(ahead.message_id, OutboxMessage.CameBack.PERMANENT, "550", timezone.now())
    assert SuspendedAddress.objects.exists()

    owe_to(person, subject_id=2, kind="probe-account")
    delivery.drain()

    assert not SuspendedAddress.objects.exists()


def states(*messages: OutboxMessage) -> set[str]:
    return set(OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).values_list("state", flat=True))


# --- what dead workers leave behind ---


def claimed(**changes: object) -> OutboxMessage:
    delivery._claim()
    OutboxMessage.objects.update(lease_until=Now() - timedelta(seconds=1), **changes)
    return OutboxMessage.objects.get()


def test_what_was_not_handed_over_is_due_again(owe_to):
    owe_to(UserFactory())
    claimed()

    assert delivery.reap() == 1

    message = OutboxMessage.objects.get()
    assert (message.state, message.lease_token, message.attempt, message.doubtful_count) == (State.PENDING, None, 0, 0)


def test_what_was_handed_over_goes_once_more_and_then_is_given_up(owe_to):
    before = owe_to(UserFactory()).message_id
    claimed(handed_over_at=Now())
    delivery.reap()
    message = OutboxMessage.objects.get()
    assert (message.state, message.doubtful_count, message.handed_over_at, message.message_id) == (State.PENDING, 1, None, before)

    claimed(handed_over_at=Now())
    delivery.reap()

    message = OutboxMessage.objects.get()
    assert (message.state, message.last_error) == (State.DEAD, "unknown")


def test_a_lease_that_holds_is_not_touched(owe_to):
    owe_to(UserFactory())
    delivery._claim()

    assert delivery.reap() == 0


def test_a_lease_that_is_too_short_hands_nothing_over(owe_to):
    owe_to(UserFactory())
    token, [message] = delivery._claim()
    OutboxMessage.objects.update(lease_until=Now() + timedelta(seconds=44))

    assert not delivery._hand_over(token, Outgoing(message))


def test_only_the_holder_of_the_lease_says_what_became_of_it(owe_to):
    owe_to(UserFactory())
    token, [message] = delivery._claim()
    OutboxMessage.objects.update(lease_until=Now() - timedelta(seconds=1))
    delivery.reap()

    assert delivery._confirm(token, Outgoing(message)) == 0
    assert OutboxMessage.objects.get().state == State.PENDING


def test_files_take_mail_where_no_server_is_set(settings, owe_many_people, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mailbox"
    owe_many_people(3)

    assert delivery.drain().sent == 3

    written = b"".join(file.read_bytes() for file in (tmp_path / "mailbox").iterdir())
    assert written.count(b"Subject: A letter about nothing") == 3
