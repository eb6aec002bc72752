"""Handing what is owed to the mail server, so that nothing is lost and nothing goes twice, whenever a worker dies.

A worker claims up to 50 mails for two minutes, says of each that it hands it over, hands it over, and says that it was taken; each of
these is committed on its own, and no transaction is open while the mail server is spoken to. So a worker that dies leaves at most one
mail a connection of which nobody knows whether the server has it; that one goes once more under the same Message-ID.

What can wait is looked at by person before (`gathering`): some of it goes together, some not yet.

All times are the database's. `statement_timestamp()` rather than `now()`, so that it holds inside a test's transaction too.
"""

import logging
import random
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from mentoring.kernel.encryption.keys import Unreadable
from mentoring.kernel.outbox import failpoints, gathering, kinds, letters, services
from mentoring.kernel.outbox.addresses import fingerprint_of
from mentoring.kernel.outbox.gathering import LEASE_SECONDS, Outgoing
from mentoring.kernel.outbox.letters import Item
from mentoring.kernel.outbox.lines import Line, ServerAway
from mentoring.kernel.outbox.models import DIGEST, MOST_ATTEMPTS, MailDay, OutboxMessage, SuspendedAddress
from mentoring.kernel.outbox.replies import Outcome, Reply

logger = logging.getLogger(__name__)

State = OutboxMessage.State
BATCH = 50
# What the lease must still have when a mail is handed over: more than the longest conversation.
FENCE_SECONDS = 45
# How long the outcome of a mail is worth retrying to record: what the fence leaves after the longest conversation.
RECORD_SECONDS = 15
BROKEN_LINES_IN_A_ROW = 3
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]
JITTER = 0.1
# Long enough to be worth the start, short enough that a worker asked to stop does so soon, and that planning gets its turn.
DRAIN_SECONDS = 20
# The database went away; no mail is to blame.
DATABASE_AWAY = (OperationalError, InterfaceError)

TABLE = OutboxMessage._meta.db_table
DAYS = MailDay._meta.db_table
CLAIM = f"""
    WITH picked AS MATERIALIZED (
        SELECT id FROM {TABLE}
        WHERE state = 'pending' AND available_at <= statement_timestamp() AND (expires_at IS NULL OR expires_at > statement_timestamp())
        ORDER BY priority, available_at, id LIMIT {BATCH} FOR UPDATE SKIP LOCKED
    )
    UPDATE {TABLE} SET state = 'leased', lease_token = %s, lease_until = statement_timestamp() + interval '{LEASE_SECONDS} seconds'
    FROM picked WHERE {TABLE}.id = picked.id RETURNING {TABLE}.id
"""  # noqa: S608
# The clock, and not the statement's beginning: it may have waited for a cancellation to commit.
HAND_OVER = f"""
    UPDATE {TABLE} SET handed_over_at = clock_timestamp()
    WHERE id = %s AND lease_token = %s AND state = 'leased' AND lease_until > clock_timestamp() + interval '{FENCE_SECONDS} seconds'
        AND (expires_at IS NULL OR expires_at > clock_timestamp())
"""  # noqa: S608
# The day's one mail takes the day with it. A digest says all that it carries, or does not go: so what it carried was sent if it was.
# The row is locked first, so that a cancellation leaves the day free.
HAND_OVER_OF_DAY = f"""
    WITH mine AS (
        SELECT id, recipient_id FROM {TABLE}
        WHERE id = %(mail)s AND lease_token = %(token)s AND state = 'leased' AND recipient_id IS NOT NULL
            AND lease_until > clock_timestamp() + interval '{FENCE_SECONDS} seconds'
            AND (expires_at IS NULL OR expires_at > clock_timestamp()) AND clock_timestamp() < %(until)s
            AND NOT EXISTS (SELECT FROM {TABLE} item WHERE gathered_into_id = %(mail)s AND state = 'gathered' AND id <> ALL(%(items)s))
        FOR UPDATE
    ), day AS (
        INSERT INTO {DAYS} AS taken (recipient_id, day, message_id) SELECT recipient_id, %(day)s, id FROM mine
        ON CONFLICT (recipient_id, day) DO UPDATE SET message_id = taken.message_id WHERE taken.message_id = EXCLUDED.message_id
        RETURNING message_id
    )
    UPDATE {TABLE} SET handed_over_at = clock_timestamp() FROM day WHERE {TABLE}.id = day.message_id
"""  # noqa: S608
CONFIRM = f"""
    UPDATE {TABLE} SET state = 'sent', sent_at = statement_timestamp(), ended_at = statement_timestamp(), last_error = '',
        lease_token = NULL, lease_until = NULL, address = NULL, secret = NULL
    WHERE id = %s AND lease_token = %s AND state = 'leased'
"""  # noqa: S608
# Whoever is just taking one of them back waits for nobody: `gathering.settle` says the rest.
CONFIRM_DIGEST = f"""
    WITH digest AS ({CONFIRM} RETURNING id, sent_at), carried AS (
        SELECT id FROM {TABLE} WHERE gathered_into_id = %s AND state = 'gathered' FOR UPDATE SKIP LOCKED
    ), sent AS (
        UPDATE {TABLE} SET state = 'sent', sent_at = digest.sent_at, ended_at = digest.sent_at, last_error = '',
            address = NULL, secret = NULL
        FROM digest, carried WHERE {TABLE}.id = carried.id
    )
    SELECT count(*) FROM digest
"""  # noqa: S608

Result = TypeVar("Result")


@dataclass
class Drained:
    """`is_more`: the time was over before the mail was."""

    sent: int = 0
    is_more: bool = False


@dataclass
class _Round:
    """What the senders of one drain share."""

    deadline: float
    drained: Drained = field(default_factory=Drained)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_over(self) -> bool:
        if time.monotonic() < self.deadline:
            return False
        self.drained.is_more = True
        return True

    def count_sent(self) -> None:
        with self.lock:
            self.drained.sent += 1


@dataclass(frozen=True)
class _Addressed:
    message: OutboxMessage
    address: str
    is_suspended: bool


@dataclass(frozen=True)
class _Ready:
    """A mail whose cause holds and whose words are known: one, or those of a digest."""

    outgoing: Outgoing
    says: list[Item]
    address: str
    is_suspended: bool

    @property
    def message(self) -> OutboxMessage:
        return self.outgoing.message


_draining = threading.Lock()
_asked = threading.Event()


def drain(*, seconds: float = DRAIN_SECONDS) -> Drained:
    """Send what is due, with up to `EMAIL_CONNECTIONS` connections at once, until there is none or the time is over.

    One drain a process: a second one leaves word with the first, which then looks once more.
    """
    total = Drained()
    _asked.set()
    while _asked.is_set() and _draining.acquire(blocking=False):
        try:
            _asked.clear()
            drained = _drain(seconds)
        finally:
            _draining.release()
        total = Drained(total.sent + drained.sent, drained.is_more)
        if drained.is_more:
            break
    return total


def reap() -> int:
    """Take back what dead workers held. Returns how many mails that were.

    What was not handed over is simply due again. What was, is doubtful: it goes once more, under the same Message-ID; the second time it
    is given up, because nobody can tell any more how often it arrived.
    """
    abandoned = OutboxMessage.objects.filter(state=State.LEASED, lease_until__lt=Now())
    given_back = {"state": State.PENDING, "lease_token": None, "lease_until": None, "handed_over_at": None}
    reaped = _update_locked(abandoned.filter(handed_over_at=None), **given_back)
    handed_over = abandoned.filter(handed_over_at__isnull=False)
    reaped += _update_locked(handed_over.filter(doubtful_count=1), **_dead("unknown"))
    reaped += _update_locked(handed_over.filter(doubtful_count=0), **given_back, doubtful_count=1, last_error="unknown")
    gathering.settle()
    return reaped


def _drain(seconds: float) -> Drained:
    round_ = _Round(deadline=time.monotonic() + seconds)
    line = Line()
    helpers: list[threading.Thread] = []
    try:
        token, messages = _claim()
        if len(messages) == BATCH:
            # There may be more than one connection's worth, and the server is there: the others come in.
            line.make_ready()
            helpers = [threading.Thread(target=_help, args=(round_,), daemon=True) for _ in range(settings.EMAIL_CONNECTIONS - 1)]
            for helper in helpers:
                helper.start()
        _send_all(round_, line, token, messages)
    except ServerAway as away:
        _give_back(token)
        _log_away(away)
    finally:
        line.close()
        for helper in helpers:
            helper.join()
    return round_.drained


def _help(round_: _Round) -> None:
    """One more sender, with a lease, a line and a database connection of its own."""
    line = Line()
    try:
        token, messages = _claim()
        _send_all(round_, line, token, messages)
    except DATABASE_AWAY as away:
        logger.warning("outbox_database_away", extra={"reason": type(away).__name__})
    finally:
        line.close()
        connection.close()


def _send_all(round_: _Round, line: Line, token: uuid.UUID, messages: list[OutboxMessage]) -> None:
    """Batch after batch, until nothing is due, the time is over, or the server is away."""
    while messages:
        claimed_at = time.monotonic()
        failpoints.reach("after_claim")
        if not _send_batch(round_, line, token, messages, claimed_at):
            return
        if round_.is_over():
            return
        token, messages = _claim()


def _send_batch(round_: _Round, line: Line, token: uuid.UUID, messages: list[OutboxMessage], claimed_at: float) -> bool:
    """False when this sender should stop. Whatever was not handed over is due again at once."""
    broken_in_a_row = 0
    try:
        for ready in _prepare(token, messages):
            if round_.is_over():
                return False
            if (mail := _compose(token, ready)) is None:
                continue
            line.make_ready()
            if not _hand_over(token, ready.outgoing):
                # Taken back in the meantime; or the lease is too short, and then so it is for the rest.
                if time.monotonic() - claimed_at > LEASE_SECONDS - FENCE_SECONDS:
                    return True
                continue
            reply = _send(line, token, ready, mail)
            if reply.outcome is Outcome.TAKEN:
                round_.count_sent()
            broken_in_a_row = broken_in_a_row + 1 if reply.outcome in (Outcome.LOST, Outcome.DOUBTFUL) else 0
            if broken_in_a_row == BROKEN_LINES_IN_A_ROW:
                raise ServerAway("breaks off")
    except ServerAway as away:
        _log_away(away)
        return False
    else:
        return True
    finally:
        _give_back(token)


def _send(line: Line, token: uuid.UUID, ready: _Ready, mail: EmailMessage) -> Reply:
    try:
        reply = line.send(mail)
    except ServerAway:
        _record(lambda: _mine(token, ready.message).update(**_released()))
        raise
    except Exception as wrong:
        # A backend that is not SMTP has errors of its own, and nobody knows which of them pass.
        logger.error("outbox_backend_failed", extra={"mail": ready.message.pk, "error": _where(wrong)})
        reply = Reply(Outcome.LATER, type(wrong).__name__)
    message = ready.message
    if reply.outcome is Outcome.TAKEN:
        failpoints.reach("after_250")
        if not _record(lambda: _confirm(token, ready.outgoing)):
            logger.warning("outbox_sent_without_lease", extra={"mail": message.pk})
        if ready.is_suspended:
            services.lift(message=message)
    elif reply.outcome in (Outcome.NEVER, Outcome.UNKNOWN_ADDRESS):
        _record(lambda: _mine(token, message).update(**_dead(reply.words), attempt=F("attempt") + 1))
        # It reached nobody, so the day has its mail still to come.
        _record(lambda: MailDay.objects.filter(message=message).delete())
        if reply.outcome is Outcome.UNKNOWN_ADDRESS:
            permanent = OutboxMessage.CameBack.PERMANENT
            services.came_back(message.message_id, permanent, reply.words, timezone.now(), address=ready.address)
    else:
        _record(lambda: _mine(token, message).update(**_after_failure(message, reply)))
    return reply


def _after_failure(message: OutboxMessage, reply: Reply) -> dict[str, Any]:
    attempt = message.attempt + 1
    is_doubtful = reply.outcome is Outcome.DOUBTFUL
    if attempt >= MOST_ATTEMPTS or (is_doubtful and message.doubtful_count):
        return _dead("unknown" if is_doubtful else reply.words) | {"attempt": attempt}
    wait = WAITS[attempt - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    return _released() | {
        "attempt": attempt,
        "available_at": Now() + wait,
        "doubtful_count": 1 if is_doubtful else message.doubtful_count,
        "last_error": reply.words,
    }


# --- what is worth sending, and in which words ---


def _prepare(token: uuid.UUID, messages: list[OutboxMessage]) -> list[_Ready]:
    """Ends those that are not owed or cannot be written; asks each kind once a batch. The rest, in their order."""
    reachable = _reachable(token, messages)
    chosen = gathering.gather(token, [one.message for one in reachable])
    failpoints.reach("after_gathering")
    asked: dict[int, Item] = {}
    _end(token, [item for outgoing in chosen for item in outgoing.items if gathering.is_late(item)], State.EXPIRED, "too late")
    said = [message for outgoing in chosen for message in outgoing.says if not gathering.is_late(message)]
    for name in dict.fromkeys(message.kind for message in said):
        asked |= _ask(token, name, [message for message in said if message.kind == name])
    # What goes now may be another mail to somebody than the one that was claimed.
    addressed = {one.message.recipient_id or -one.message.pk: one for one in reachable}
    ready = []
    for outgoing in _still_worth_it(token, chosen, asked):
        one = addressed[outgoing.message.recipient_id or -outgoing.message.pk]
        says = [asked[message.pk] for message in outgoing.says]
        ready.append(_Ready(outgoing, says, address=one.address, is_suspended=one.is_suspended))
    return ready


def _still_worth_it(token: uuid.UUID, chosen: list[Outgoing], asked: dict[int, Item]) -> list[Outgoing]:
    """Without what is not owed any more. A digest with nothing left ends, and one with one mail left goes as that mail."""
    for outgoing in chosen:
        outgoing.items = [item for item in outgoing.items if item.pk in asked]
    empty = [outgoing.message for outgoing in chosen if outgoing.message.kind == DIGEST and not outgoing.items]
    _end(token, empty, State.CANCELLED, "no longer owed")
    # Not one that was offered to a mail server, which knows it by its Message-ID.
    lone = {
        outgoing.message.pk: outgoing
        for outgoing in chosen
        if outgoing.message.kind == DIGEST
        and len(outgoing.items) == 1
        and not (outgoing.message.attempt or outgoing.message.doubtful_count)
    }
    unpacked = {outgoing.message.pk: outgoing for outgoing in gathering.unpack(token, list(lone.values()))} if lone else {}
    worth_it = []
    for outgoing in chosen:
        if outgoing.message.pk in lone:
            outgoing = unpacked.get(outgoing.items[0].pk, outgoing)
        if outgoing.items if outgoing.message.kind == DIGEST else outgoing.message.pk in asked:
            worth_it.append(outgoing)
    return worth_it


def _reachable(token: uuid.UUID, messages: list[OutboxMessage]) -> list[_Addressed]:
    """Those that go to somebody who is there and has an address that works."""
    people = [message.recipient_id for message in messages if message.recipient_id is not None]
    suspended = dict(SuspendedAddress.objects.filter(recipient__in=people).values_list("recipient_id", "fingerprint"))
    reachable = []
    for message in messages:
        try:
            address: Any = message.address or (message.recipient.email if message.recipient and message.recipient.is_active else None)
        except Unreadable as wrong:
            _bury(token, message, wrong)
            continue
        is_suspended = address is not None and suspended.get(message.recipient_id or 0) == fingerprint_of(address)
        if address is None:
            _end(token, [message], State.CANCELLED, "recipient is gone")
        elif is_suspended and message.priority >= kinds.Priority.REMINDER:
            # A code that somebody asks for just now, and a matter of safety, are worth a try all the same.
            _end(token, [message], State.CANCELLED, "address is suspended")
        else:
            reachable.append(_Addressed(message, address, is_suspended))
    return reachable


def _ask(token: uuid.UUID, name: str, messages: list[OutboxMessage]) -> dict[int, Item]:
    """What the kind says of these: whether they are still owed, and what there is to say."""
    try:
        kind = kinds.get(name)
        owed = kind.still_owed(messages)
        contexts = kind.context([message for message in messages if message.pk in owed])
    except DATABASE_AWAY:
        raise
    except Exception as wrong:
        if len(messages) == 1:
            _bury(token, messages[0], wrong)
            return {}
        # One of them is to blame: ask about each alone.
        return {key: answer for message in messages for key, answer in _ask(token, name, [message]).items()}
    _end(token, [message for message in messages if message.pk not in owed], State.CANCELLED, "no longer owed")
    missing = [message for message in messages if message.pk in owed and message.pk not in contexts]
    _end(token, missing, State.DEAD, "what it is about is missing")
    return {message.pk: Item(message, kind, contexts[message.pk]) for message in messages if message.pk in owed and message.pk in contexts}


def _compose(token: uuid.UUID, ready: _Ready) -> EmailMessage | None:
    try:
        if ready.message.kind == DIGEST:
            mail = letters.compose_digest(ready.message, items=ready.says, address=ready.address)
        else:
            [item] = ready.says
            mail = letters.compose(item.message, kind=item.kind, context=item.context, address=ready.address)
        mail.message()
    except DATABASE_AWAY:
        raise
    except letters.UnwritableItem as wrong:
        # The others go on without it.
        _bury(token, wrong.item.message, wrong.cause)
        rest = [item for item in ready.says if item is not wrong.item]
        if not rest:
            _end(token, [ready.message], State.CANCELLED, "no longer owed")
            return None
        ready.outgoing.items = [item.message for item in rest]
        return _compose(token, replace(ready, says=rest))
    except Exception as wrong:
        _bury(token, ready.message, wrong)
        return None
    return mail


def _bury(token: uuid.UUID, message: OutboxMessage, wrong: Exception) -> None:
    """A mail that cannot be written is given up and seen, and the next one goes on."""
    logger.error("outbox_cannot_be_written", extra={"mail": message.pk, "kind": message.kind, "error": _where(wrong)})
    _end(token, [message], State.DEAD, f"cannot be written: {type(wrong).__name__}")


def _where(wrong: Exception) -> str:
    """The error and its place, without its words: they may hold what somebody wrote."""
    frames = traceback.extract_tb(wrong.__traceback__)
    return f"{type(wrong).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(wrong).__name__


# --- one statement each, each committed ---


def _claim() -> tuple[uuid.UUID, list[OutboxMessage]]:
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [token])
        keys = [key for (key,) in cursor.fetchall()]
    if not keys:
        return token, []
    return token, list(
        OutboxMessage.objects.filter(pk__in=keys, lease_token=token).select_related("recipient").order_by("priority", "available_at", "pk")
    )


def _hand_over(token: uuid.UUID, outgoing: Outgoing) -> bool:
    with connection.cursor() as cursor:
        if outgoing.day is None:
            cursor.execute(HAND_OVER, [outgoing.message.pk, token])
        else:
            items = [item.pk for item in outgoing.items]
            of_day: dict[str, Any] = {"mail": outgoing.message.pk, "token": token, "day": outgoing.day, "until": outgoing.until}
            cursor.execute(HAND_OVER_OF_DAY, of_day | {"items": items})
        return bool(cursor.rowcount)


def _confirm(token: uuid.UUID, outgoing: Outgoing) -> int:
    key = outgoing.message.pk
    with failpoints.before_commit(), connection.cursor() as cursor:
        if not outgoing.items:
            cursor.execute(CONFIRM, [key, token])
            return int(cursor.rowcount)
        cursor.execute(CONFIRM_DIGEST, [key, token, key])
        return int(cursor.fetchone()[0])


def _give_back(token: uuid.UUID) -> None:
    """What this lease still holds and has not handed over is due again: after a restart of the database too, and not in two minutes."""
    _record(lambda: OutboxMessage.objects.filter(lease_token=token, state=State.LEASED, handed_over_at=None).update(**_released()))


def _end(token: uuid.UUID, messages: list[OutboxMessage], state: OutboxMessage.State, words: str) -> None:
    """What is held under this lease, alone or in a digest that is."""
    if messages:
        held = Q(lease_token=token, state=State.LEASED)
        held |= Q(state=State.GATHERED, gathered_into__lease_token=token, gathered_into__state=State.LEASED)
        mine = OutboxMessage.objects.filter(held, pk__in=[message.pk for message in messages])
        mine.update(**(_dead(words) if state is State.DEAD else _forgotten(state, words)))


def _mine(token: uuid.UUID, message: OutboxMessage) -> "models.QuerySet[OutboxMessage]":
    return OutboxMessage.objects.filter(pk=message.pk, lease_token=token, state=State.LEASED)


def _released() -> dict[str, Any]:
    return {"state": State.PENDING, "lease_token": None, "lease_until": None, "handed_over_at": None}


def _dead(words: str) -> dict[str, Any]:
    return {"state": State.DEAD, "lease_token": None, "lease_until": None, "ended_at": Now(), "last_error": words[:80]}


def _forgotten(state: OutboxMessage.State, words: str) -> dict[str, Any]:
    return {
        "state": state,
        "lease_token": None,
        "lease_until": None,
        "ended_at": Now(),
        "last_error": words,
        "gathered_into": None,
        "address": None,
        "secret": None,
    }


@transaction.atomic
def _update_locked(messages: "models.QuerySet[OutboxMessage]", **changes: Any) -> int:
    """Leaves alone whatever somebody is just changing: it is looked at again in 30 seconds."""
    picked = messages.select_for_update(skip_locked=True, of=["self"]).values("pk")
    return OutboxMessage.objects.filter(Q(pk__in=picked)).update(**changes)


def _record(statement: Callable[[], Result]) -> Result:
    """Write down what became of a mail, trying again while the database restarts: else it would go a second time, or wait for nothing."""
    deadline = time.monotonic() + RECORD_SECONDS
    while True:
        try:
            return statement()
        except DATABASE_AWAY:
            if time.monotonic() > deadline or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(0.2)


def _log_away(away: ServerAway) -> None:
    logger.warning("outbox_mail_server_away", extra={"reason": str(away)})
