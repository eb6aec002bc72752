"""Owing a mail and taking it back. Both happen in the transaction of their cause; nothing here talks to a mail server."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, models, transaction
from django.db.models import Exists, F, Min, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from mentoring.kernel import wakeup
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.addresses import fingerprint_of, sending_domain
from mentoring.kernel.outbox.models import OutboxMessage, OutboxReceipt, SuspendedAddress
from mentoring.kernel.queues import Queue

State = OutboxMessage.State
# The task in tasks.py.
DRAIN = "kernel.drain_outbox"
ROWS_A_STATEMENT = 1000
# Keys, states, days and times; nobody's words.
AN_ID = re.compile(r"[\w.:+-]{0,64}")
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One mail to owe. Either a `recipient` (or only the key of one), or an `address` where there is no user yet.

    `slot` tells apart two mails of one kind about one thing to one person. `context` holds ids, never words; what the text needs and
    must not be read in the database (a code, a token) goes to `secret`. Without `due_at` it is due now.
    """

    kind: str
    subject_id: int | uuid.UUID
    recipient: AbstractBaseUser | None = None
    recipient_id: int | None = None
    address: str | None = None
    slot: str = "0"
    program_id: int | None = None
    context: Mapping[str, object] = field(default_factory=dict)
    due_at: datetime | None = None
    expires_at: datetime | None = None
    secret: str | None = None


def owe(
    *,
    kind: str,
    subject_id: int | uuid.UUID,
    recipient: AbstractBaseUser | None = None,
    address: str | None = None,
    slot: str = "0",
    program_id: int | None = None,
    context: Mapping[str, object] | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    secret: str | None = None,
    now: datetime,
) -> None:
    """Owe one mail. Owing it again (same kind, subject, recipient and slot) changes nothing, whatever became of the first."""
    duty = Duty(
        kind=kind,
        subject_id=subject_id,
        recipient=recipient,
        address=address,
        slot=slot,
        program_id=program_id,
        context=context or {},
        due_at=due_at,
        expires_at=expires_at,
        secret=secret,
    )
    owe_many([duty], now=now)


def owe_many(duties: Iterable[Duty], *, now: datetime) -> int:
    """Owe many mails with two statements a thousand. Returns how many were not owed before."""
    messages = [_message_for(duty, now=now) for duty in duties]
    made = 0
    with transaction.atomic():
        for start in range(0, len(messages), ROWS_A_STATEMENT):
            made += _insert(messages[start : start + ROWS_A_STATEMENT])
        if made:
            wakeup.on_commit(DRAIN, Queue.MAIL)
    return made


def cancel(*, kind: str, subject_ids: Iterable[int | uuid.UUID], recipient_id: int | None = None, now: datetime) -> int:
    """Take back what is no longer owed: once this is committed, none of it begins to be sent. Returns how many were taken back.

    What a mail server already has is past taking back.
    """
    ended = OutboxMessage.objects.about(kind=kind, subject_ids=subject_ids).not_handed_over()
    if recipient_id is not None:
        ended = ended.filter(recipient_id=recipient_id)
    return _end(ended, State.CANCELLED, now=now)


@dataclass(frozen=True)
class Health:
    oldest_due_seconds: float
    dead: int


def health(now: datetime) -> Health:
    """How late the mail is that should have gone longest ago, and how many were given up."""
    oldest = OutboxMessage.objects.due_at(now).aggregate(oldest=Min("available_at"))["oldest"]
    return Health(
        oldest_due_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        dead=OutboxMessage.objects.dead().count(),
    )


@transaction.atomic
def send_again(*, message: OutboxMessage, by: AbstractBaseUser | None = None, now: datetime) -> OutboxMessage:
    """Owe a mail once more that was given up, under the same Message-ID. `by` is empty when an operator asks."""
    message = OutboxMessage.objects.select_for_update(of=["self"]).get(pk=message.pk)
    if message.state != State.DEAD:
        raise Refused(_("Only a message that was given up can be sent again."))
    if message.expires_at is not None and message.expires_at <= now:
        raise Refused(_("This message is of no use any more: what it was about has passed."))
    if message.recipient_id is None and message.address is None:
        raise Refused(_("There is nobody left to send this message to."))
    message.state = State.PENDING
    message.available_at = now
    message.attempt = message.doubtful_count = 0
    message.handed_over_at = message.ended_at = None
    message.save(update_fields=["state", "available_at", "attempt", "doubtful_count", "handed_over_at", "ended_at"])
    audit.record(
        verb="mail.sent_again", subject=message, program_id=message.program_id, actor_id=by.pk if by is not None else None, now=now
    )
    wakeup.on_commit(DRAIN, Queue.MAIL)
    return message


def hold(*, now: datetime) -> int:
    """After a backup was restored: keep back whatever was waiting, since it may have gone out after the backup was made."""
    waiting = OutboxMessage.objects.filter(state__in=[State.PENDING, State.LEASED], created_at__lte=now)
    return waiting.update(state=State.HELD, lease_token=None, lease_until=None, handed_over_at=None)


@transaction.atomic
def release_held(*, now: datetime) -> int:
    """Let go what `hold` kept back."""
    released = OutboxMessage.objects.filter(state=State.HELD).update(state=State.PENDING, available_at=Greatest(F("available_at"), now))
    if released:
        wakeup.on_commit(DRAIN, Queue.MAIL)
    return released


def record_as_sent(*, program_id: int, now: datetime) -> int:
    """For a told past (the demo program): what was due by `now` counts as sent when it was due, and nothing goes out."""
    told = OutboxMessage.objects.filter(program_id=program_id, state=State.PENDING, due_at__lte=now)
    return told.update(state=State.SENT, sent_at=F("due_at"), ended_at=F("due_at"), address=None, secret=None)


def reap_expired(*, now: datetime) -> int:
    """End what nobody has a use for any more, and forget the secrets of what was given up and cannot be sent again."""
    late = Q(expires_at__isnull=False, expires_at__lte=now)
    expired = _end(OutboxMessage.objects.filter(late, state__in=[State.PENDING, State.HELD]), State.EXPIRED, now=now)
    OutboxMessage.objects.dead().filter(late).exclude(address=None, secret=None).update(address=None, secret=None)
    return expired


def retire(*, now: datetime) -> int:
    """Let rows go that ended 90 days ago; their key stays in a receipt. Returns how many went.

    A row goes an hour after its receipt was committed, so that no statement that owes the same mail can miss both.
    """
    old = OutboxMessage.objects.filter(ended_at__lt=now - KEPT_FOR).order_by("ended_at")
    receipt = OutboxReceipt.objects.filter(dedupe_key=OuterRef("dedupe_key"))
    with_receipt = old.filter(Exists(receipt.filter(written_at__lt=now - timedelta(hours=1))))
    gone = 0
    while keys := list(with_receipt.values_list("pk", flat=True)[:ROWS_A_STATEMENT]):
        gone += old.filter(pk__in=keys).order_by().delete()[0]
    while receipts := [
        OutboxReceipt(dedupe_key=key, state=state, ended_at=ended_at)
        for key, state, ended_at in old.filter(~Exists(receipt)).values_list("dedupe_key", "state", "ended_at")[:ROWS_A_STATEMENT]
        if ended_at is not None
    ]:
        OutboxReceipt.objects.bulk_create(receipts, ignore_conflicts=True)
    return gone


def suspend(*, message: OutboxMessage, address: str, reply: str, now: datetime) -> None:
    """A server called this address unknown for good: reminders no longer go there."""
    if message.recipient_id is not None:
        SuspendedAddress.objects.update_or_create(
            recipient_id=message.recipient_id, defaults={"fingerprint": fingerprint_of(address), "reply": reply, "suspended_at": now}
        )


def lift(*, message: OutboxMessage) -> None:
    """The address took a mail after all."""
    SuspendedAddress.objects.filter(recipient_id=message.recipient_id).delete()


def _end(messages: "models.QuerySet[OutboxMessage]", state: OutboxMessage.State, *, now: datetime) -> int:
    # In the order of the keys, so that two who end the same mails wait for each other and never in a circle.
    with transaction.atomic():
        keys = list(messages.order_by("pk").select_for_update(of=["self"]).values_list("pk", flat=True))
        return OutboxMessage.objects.filter(pk__in=keys).update(
            state=state, ended_at=now, lease_token=None, lease_until=None, address=None, secret=None
        )


def _message_for(duty: Duty, *, now: datetime) -> OutboxMessage:
    kind = kinds.get(duty.kind)
    recipient_id = duty.recipient.pk if duty.recipient is not None else duty.recipient_id
    if (recipient_id is None) == (duty.address is None):
        raise ValueError(f"A mail of the kind {duty.kind!r} needs a recipient or an address, and not both.")
    for name, value in duty.context.items():
        if not (value is None or isinstance(value, int) or (isinstance(value, str) and AN_ID.fullmatch(value))):
            raise ValueError(f"The context of a mail holds ids, no words: {name!r} of the kind {duty.kind!r} looks like words.")
    reached = str(recipient_id) if duty.address is None else f"a{fingerprint_of(duty.address)[:24]}"
    dedupe_key = f"{duty.kind}:{duty.subject_id}:{reached}:{duty.slot}"
    due_at = duty.due_at or now
    return OutboxMessage(
        dedupe_key=dedupe_key,
        kind=kind.name,
        subject=str(duty.subject_id),
        program_id=duty.program_id,
        recipient_id=recipient_id,
        address=duty.address,
        secret=duty.secret,
        context=dict(duty.context),
        priority=kind.priority,
        created_at=now,
        due_at=due_at,
        available_at=due_at,
        expires_at=duty.expires_at,
        message_id=_message_id_for(dedupe_key),
    )


def _message_id_for(dedupe_key: str) -> str:
    """The same for every attempt, so that a copy is seen to be one; a stranger cannot work out what it is about."""
    digest = salted_hmac("mentoring.kernel.outbox.message_id", dedupe_key, algorithm="sha256").hexdigest()
    return f"{digest[:40]}@{sending_domain()}"


def _insert(messages: Sequence[OutboxMessage]) -> int:
    """Insert what is not there yet, and say how many: bulk_create would leave that out."""
    receipts = OutboxReceipt.objects.filter(dedupe_key__in=[message.dedupe_key for message in messages])
    retired = set(receipts.values_list("dedupe_key", flat=True))
    fields = [column for column in OutboxMessage._meta.concrete_fields if not column.primary_key]
    rows = [
        [column.get_db_prep_save(column.pre_save(message, True), connection) for column in fields]
        for message in messages
        if message.dedupe_key not in retired
    ]
    if not rows:
        return 0
    columns = ", ".join(connection.ops.quote_name(str(column.column)) for column in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(rows))
    with connection.cursor() as cursor:
        # Only names of our own columns and placeholders are put together here.
        cursor.execute(
            f"INSERT INTO {OutboxMessage._meta.db_table} ({columns}) VALUES {places} ON CONFLICT DO NOTHING",  # noqa: S608
            [value for row in rows for value in row],
        )
        return int(cursor.rowcount)
