"""Owing a mail and taking it back. Both happen in the transaction of their cause; nothing here talks to a mail server."""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
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
from mentoring.kernel.outbox.models import DIGEST, OutboxMessage, OutboxReceipt, SuspendedAddress
from mentoring.kernel.queues import Queue
from mentoring.kernel.wishes import services as wishes

State = OutboxMessage.State
# The task in tasks.py.
DRAIN = "kernel.drain_outbox"
ROWS_A_STATEMENT = 1000
# Keys, states, days and times; nobody's words.
AN_ID = re.compile(r"[\w.:+-]{0,64}")
KEPT_FOR = timedelta(days=90)
# Where the pages are that a mail leads to. Each serves a page with a button; a POST to it is the one click of RFC 8058.
UNSUBSCRIBE_PATH = "mail/stop/{token}/"
CHOICES_PATH = "mail/"
UNSUBSCRIBE = "mentoring.kernel.outbox.unsubscribe"
# What is said of a mail for good; nothing that is said later counts.
LAST_WORDS = (OutboxMessage.CameBack.PERMANENT, OutboxMessage.CameBack.COMPLAINT)


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
    ended = OutboxMessage.objects.about(kind=kind, subject_ids=subject_ids).open()
    if recipient_id is not None:
        ended = ended.filter(recipient_id=recipient_id)
    return _end(ended, State.CANCELLED, now=now)


@transaction.atomic
def reconsider(recipient_id: int, now: datetime) -> None:
    """Somebody's wishes or clock changed: take back what they no longer want, and look anew at when the rest goes.

    Whoever sends decides when; what waits for an hour that was right before is looked at once more, and so is what is about to be sent.
    """
    unwanted = wishes.of([recipient_id])[recipient_id].unwanted
    waiting = OutboxMessage.objects.can_wait().filter(recipient=recipient_id)
    if unwanted:
        kinds_of_those = [name for category in unwanted for name in kinds.of_category(category)]
        _end(waiting.open().filter(kind__in=kinds_of_those), State.CANCELLED, now=now)
    # A retry keeps its wait: that one is not the person's.
    put_off = Q(state=State.PENDING, attempt=0, doubtful_count=0, available_at__gt=F("due_at"))
    leased = Q(state=State.LEASED, handed_over_at=None)
    keys = list(waiting.filter(put_off | leased).order_by("pk").select_for_update(of=["self"]).values_list("pk", flat=True))
    OutboxMessage.objects.filter(pk__in=keys, attempt=0, doubtful_count=0).update(available_at=F("due_at"))
    if OutboxMessage.objects.filter(pk__in=keys).update(state=State.PENDING, lease_token=None, lease_until=None):
        wakeup.on_commit(DRAIN, Queue.MAIL)


@dataclass(frozen=True)
class Unsubscribing:
    """What a link at the foot of a mail stops, and for whom."""

    recipient_id: int
    categories: tuple[str, ...]


def unsubscribe_address(recipient_id: int, *categories: str) -> str:
    """Where one click, or a page with a button, stops mail of these categories. It never ends, and it is no sign-in."""
    token = signing.Signer(salt=UNSUBSCRIBE).sign_object([recipient_id, *categories])
    return f"{settings.BASE_URL}/{UNSUBSCRIBE_PATH.format(token=token)}"


def read_unsubscribe(token: str) -> Unsubscribing:
    """What the link stops; changes nothing. Raises `Refused` for a link that is not whole."""
    try:
        recipient_id, *categories = signing.Signer(salt=UNSUBSCRIBE).unsign_object(token)
    except (signing.BadSignature, ValueError):
        raise Refused(_("This link is not complete. Please copy all of it from the mail.")) from None
    return Unsubscribing(recipient_id, tuple(categories))


@transaction.atomic
def unsubscribe(token: str, now: datetime) -> Unsubscribing:
    """Stop mail of the link's categories: what waits of them is taken back with that. Doing it again changes nothing.

    Raises `Refused` for a link that is not whole. One of somebody who is erased changes nothing and is fine.
    """
    stopped = read_unsubscribe(token)
    if recipient := get_user_model().objects.filter(pk=stopped.recipient_id).first():
        for category in stopped.categories:
            wishes.choose(recipient=recipient, category=category, is_wanted=False, now=now)
    return stopped


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
    message.handed_over_at = message.ended_at = message.gathered_into = None
    message.save(update_fields=["state", "available_at", "attempt", "doubtful_count", "handed_over_at", "ended_at", "gathered_into"])
    # What a digest carried was given up with it.
    message.carries.dead().update(state=State.GATHERED, ended_at=None)
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


def record_as_sent(*, program_id: int, now: datetime, kind: str | None = None) -> int:
    """For a told past (the demo program): what was due by `now`, of one `kind` or any, counts as sent then, and nothing goes out."""
    told = OutboxMessage.objects.filter(program_id=program_id, state=State.PENDING, due_at__lte=now)
    if kind is not None:
        told = told.filter(kind=kind)
    return told.update(state=State.SENT, sent_at=F("due_at"), ended_at=F("due_at"), address=None, secret=None)


def reap_expired(*, now: datetime) -> int:
    """End what nobody has a use for any more, and forget the secrets of what was given up and cannot be sent again."""
    late = Q(expires_at__isnull=False, expires_at__lte=now)
    waiting = [State.PENDING, State.HELD, State.GATHERED]
    expired = _end(OutboxMessage.objects.filter(late, state__in=waiting), State.EXPIRED, now=now)
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


Unreachable = Callable[[int, datetime], None]
_when_unreachable: list[Unreachable] = []


def when_unreachable(act: Unreachable) -> None:
    """Register what happens, in the same transaction, when nobody is at the address of somebody (the key of a user) any more."""
    _when_unreachable.append(act)


@transaction.atomic
def came_back(message_id: str, verdict: OutboxMessage.CameBack, reply: str, now: datetime, *, address: str | None = None) -> bool:
    """A mail server says what became of a mail, at once or later. False where there is no such mail, or it said so before.

    Permanent: nobody is at that address, which gets no reminders any more until the person has another one. Complaint: the person wants
    no more of that category. Transient: it is noted. `reply` is a code and a word of ours. `address` is the one it is about, where it is
    told; a person who has a new one by now is not unreachable.
    """
    message = OutboxMessage.objects.select_for_update(of=["self"]).filter(message_id=message_id.strip().strip("<>")).first()
    if message is None or message.came_back == verdict or message.came_back in LAST_WORDS:
        return False
    message.came_back, message.came_back_at, message.last_error = verdict, now, reply[:80]
    message.save(update_fields=["came_back", "came_back_at", "last_error"])
    recipient = get_user_model().objects.filter(pk=message.recipient_id or 0).first()
    if recipient is None:
        return True
    if verdict == OutboxMessage.CameBack.PERMANENT:
        current = _address_of(recipient)
        if address is None or fingerprint_of(address) == fingerprint_of(current):
            _suspend(recipient.pk, current, reply, now)
    elif verdict == OutboxMessage.CameBack.COMPLAINT:
        for category in categories_of(message):
            wishes.choose(recipient=recipient, category=category, is_wanted=False, now=now)
    return True


def categories_of(message: OutboxMessage) -> list[str]:
    """Of a mail, or of all that a digest carries or carried. None of what goes at once."""
    names = list(message.carries.values_list("kind", flat=True)) if message.kind == DIGEST else [message.kind]
    return sorted({kind.category.name for kind in kinds.every() if kind.name in names and kind.category is not None})


def unreachable(recipients: Iterable[AbstractBaseUser]) -> set[int]:
    """The keys of those at whose present address nobody is."""
    addresses = {recipient.pk: fingerprint_of(_address_of(recipient)) for recipient in recipients}
    suspended = SuspendedAddress.objects.filter(recipient__in=addresses).values_list("recipient_id", "fingerprint")
    return {recipient_id for recipient_id, fingerprint in suspended if addresses[recipient_id] == fingerprint}


def _address_of(user: AbstractBaseUser) -> str:
    return str(getattr(user, user.get_email_field_name()))


def _suspend(recipient_id: int, address: str, reply: str, now: datetime) -> None:
    fingerprint = fingerprint_of(address)
    if SuspendedAddress.objects.filter(recipient=recipient_id, fingerprint=fingerprint).exists():
        return
    SuspendedAddress.objects.update_or_create(
        recipient_id=recipient_id, defaults={"fingerprint": fingerprint, "reply": reply[:80], "suspended_at": now}
    )
    for act in _when_unreachable:
        act(recipient_id, now)


def lift(*, message: OutboxMessage) -> None:
    """The address took a mail after all."""
    SuspendedAddress.objects.filter(recipient_id=message.recipient_id).delete()


@transaction.atomic
def _end(messages: "models.QuerySet[OutboxMessage]", state: OutboxMessage.State, *, now: datetime) -> int:
    """End those of them that no mail server has been offered yet. A digest that carried one is composed anew."""
    # In the order of the keys, so that two who end the same mails wait for each other and never in a circle. What is being handed over
    # or gathered in this moment is looked at once that is committed.
    locked = messages.filter(handed_over_at=None).order_by("pk").select_for_update(of=["self"])
    found = list(locked.values_list("pk", "state", "gathered_into"))
    digests = {digest for _key, at, digest in found if at == State.GATHERED and digest is not None}
    if digests:
        carrying = OutboxMessage.objects.filter(pk__in=digests, handed_over_at=None).order_by("pk").select_for_update(of=["self"])
        waiting = set(carrying.filter(state__in=OutboxMessage.OPEN).values_list("pk", flat=True))
        found = [(key, at, digest) for key, at, digest in found if at != State.GATHERED or digest in waiting]
        if OutboxMessage.objects.filter(pk__in=waiting & {digest for *_, digest in found}, state=State.LEASED).update(
            state=State.PENDING, lease_token=None, lease_until=None
        ):
            wakeup.on_commit(DRAIN, Queue.MAIL)
    return OutboxMessage.objects.filter(pk__in=[key for key, *_ in found]).update(
        state=state, ended_at=now, lease_token=None, lease_until=None, gathered_into=None, address=None, secret=None
    )


def _message_for(duty: Duty, *, now: datetime) -> OutboxMessage:
    kind = kinds.get(duty.kind)
    recipient_id = duty.recipient.pk if duty.recipient is not None else duty.recipient_id
    if (recipient_id is None) == (duty.address is None):
        raise ValueError(f"A mail of the kind {duty.kind!r} needs a recipient or an address, and not both.")
    if recipient_id is not None and kind.category is None and kind.priority >= kinds.Priority.REMINDER:
        raise ValueError(f"Mail of the kind {duty.kind!r} can wait, so its recipient needs a category to choose it by.")
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
        message_id=message_id_for(dedupe_key),
    )


def message_id_for(dedupe_key: str) -> str:
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
