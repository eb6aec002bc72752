"""Which of the mails that can wait go now: one a person and day, with all that is due in it.

A worker that has claimed mails looks here at everything that is due to the same people, whoever holds it, as long as no mail server has
been offered it. One worker at a time looks at a person, and what it decides is one transaction. What may not go yet is due later; of what
may, one alone goes as itself, and several go together in a digest. Who is to have the day's one mail is settled only when it is handed
over (`MailDay`), so that a mail that is taken back before leaves the day to the next.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection, transaction
from django.db.models import Case, DateTimeField, Max, Q, Value, When
from django.db.models.functions import Coalesce, Now

from mentoring.kernel import times
from mentoring.kernel.outbox import kinds, services
from mentoring.kernel.outbox.models import DIGEST, MailDay, OutboxMessage
from mentoring.kernel.outbox.timing import DAY, MINUTE, Hours, turn_of
from mentoring.kernel.wishes import services as wishes
from mentoring.kernel.wishes.services import Wishes

State = OutboxMessage.State
LEASE_SECONDS = 120
LEASE = timedelta(seconds=LEASE_SECONDS)
# Ours among the advisory locks of this database; the person's key is added.
LOCK = 0x4D61696C << 32


@dataclass
class Outgoing:
    """A mail to send. What can wait is the mail of a local day of its person, and may be handed over until then and no later."""

    message: OutboxMessage
    items: list[OutboxMessage] = field(default_factory=list)
    day: date | None = None
    until: datetime | None = None

    @property
    def says(self) -> list[OutboxMessage]:
        """The mails whose words are in it."""
        return self.items if self.message.kind == DIGEST else [self.message]


@dataclass
class _Person:
    """What is decided about the mails of one person."""

    recipient: Any
    carrier: OutboxMessage | None = None
    # What goes into the carrier, or, without one, into a new digest.
    gathered: list[OutboxMessage] = field(default_factory=list)
    later: dict[int, datetime] = field(default_factory=dict)
    unwanted: list[int] = field(default_factory=list)
    day: date | None = None
    until: datetime | None = None
    tomorrow: datetime | None = None


def gather(token: uuid.UUID, claimed: list[OutboxMessage]) -> list[Outgoing]:
    """Of what is claimed under this lease, and of what else is due to the same people: what goes now, in the order of the claim.

    The same number of statements for one mail and for fifty.
    """
    recipients = {message.recipient_id: message.recipient for message in claimed if message.can_wait and message.recipient_id}
    outgoing = _of_people(token, recipients) if recipients else {}
    chosen = []
    for message in claimed:
        if not message.can_wait:
            chosen.append(Outgoing(message))
        elif (mail := outgoing.pop(message.recipient_id or 0, None)) is not None:
            chosen.append(mail)
    return chosen


@transaction.atomic
def unpack(token: uuid.UUID, digests: list[Outgoing]) -> list[Outgoing]:
    """Digests of which one mail is left, as that mail. Those that are not ours any more are left out."""
    held = {"lease_token": token, "state": State.LEASED, "handed_over_at": None}
    digest_of = {digest.items[0].pk: digest for digest in digests}
    ours = OutboxMessage.objects.filter(pk__in=[digest.message.pk for digest in digests], **held)
    keys = set(ours.select_for_update(skip_locked=True, of=["self"]).values_list("pk", flat=True))
    lone = OutboxMessage.objects.filter(pk__in=digest_of, state=State.GATHERED, gathered_into__in=keys)
    freed = list(lone.select_for_update(skip_locked=True, of=["self"]).values_list("pk", "gathered_into"))
    OutboxMessage.objects.filter(pk__in=[digest for _key, digest in freed]).update(
        state=State.CANCELLED, ended_at=Now(), lease_token=None, lease_until=None, last_error="one mail was left"
    )
    OutboxMessage.objects.filter(pk__in=[key for key, _digest in freed]).update(
        state=State.LEASED, lease_token=token, lease_until=Now() + LEASE, gathered_into=None
    )
    return [Outgoing(digest_of[key].items[0], day=digest_of[key].day, until=digest_of[key].until) for key, _digest in freed]


@transaction.atomic
def settle() -> int:
    """What a digest carried shares its fate: it is sent or given up with it, and due again where the digest came to nothing.

    Most are, in the statement that says so of the digest. This is for the others.
    """
    left = OutboxMessage.objects.filter(state=State.GATHERED).exclude(gathered_into__state__in=OutboxMessage.OPEN)
    rows = list(left.select_for_update(skip_locked=True, of=["self"]).values_list("pk", "gathered_into__state", "gathered_into")[:1000])
    sent = [(key, digest) for key, state, digest in rows if state == State.SENT]
    dead = [(key, digest) for key, state, digest in rows if state == State.DEAD]
    digests = OutboxMessage.objects.in_bulk({digest for _key, digest in sent + dead})
    for key, digest in sent:
        at = digests[digest].sent_at
        OutboxMessage.objects.filter(pk=key).update(state=State.SENT, sent_at=at, ended_at=at, address=None, secret=None)
    for key, digest in dead:
        OutboxMessage.objects.filter(pk=key).update(
            state=State.DEAD, ended_at=digests[digest].ended_at, last_error=digests[digest].last_error
        )
    settled = {key for key, _digest in sent + dead}
    OutboxMessage.objects.filter(pk__in=[key for key, *_ in rows if key not in settled]).update(state=State.PENDING, gathered_into=None)
    return len(rows)


@transaction.atomic
def _of_people(token: uuid.UUID, recipients: dict[int, Any]) -> dict[int, Outgoing]:
    """What goes to each of them now."""
    with connection.cursor() as cursor:
        # In one order, so that two workers wait for each other and never in a circle.
        cursor.execute("SELECT pg_advisory_xact_lock(%s + person) FROM unnest(%s::bigint[]) AS person", [LOCK, sorted(recipients)])
    due = Q(state=State.PENDING, available_at__lte=Now()) & (Q(expires_at=None) | Q(expires_at__gt=Now()))
    found = (
        OutboxMessage.objects.can_wait()
        .filter(due | Q(state=State.LEASED), recipient__in=recipients, handed_over_at=None)
        .annotate(looked_at=Now())
        .order_by("due_at", "pk")
        # Whoever is just taking one back has it: this never waits for them while it holds what they may want next.
        .select_for_update(skip_locked=True, of=["self"])
    )
    rows: dict[int, list[OutboxMessage]] = {}
    for message in found:
        message.recipient = recipients[message.recipient_id or 0]
        rows.setdefault(message.recipient_id or 0, []).append(message)
    if not rows:
        return {}
    now: datetime = next(iter(rows.values()))[0].looked_at  # type: ignore[attr-defined]
    chosen = wishes.of(rows)
    taken: dict[int, dict[date, int]] = {}
    for recipient, day, message_id in MailDay.objects.filter(recipient__in=rows, day__gte=now.date() - DAY).values_list(
        "recipient_id", "day", "message_id"
    ):
        taken.setdefault(recipient, {})[day] = message_id
    latest = _latest_of_capped(rows, now)
    people = {
        key: _decide(recipients[key], messages, chosen[key], taken.get(key, {}), latest.get(key, {}), now) for key, messages in rows.items()
    }
    return _carry_out(token, people, rows, now)


def _latest_of_capped(rows: dict[int, list[OutboxMessage]], now: datetime) -> dict[int, dict[str, datetime]]:
    """When each person last got a mail of the kinds that come seldom."""
    capped = {kind.name: kind.at_most_every for kind in kinds.every() if kind.at_most_every is not None}
    people = {key for key, messages in rows.items() if any(message.kind in capped for message in messages)}
    latest: dict[int, dict[str, datetime]] = {}
    if people:
        begun = OutboxMessage.objects.filter(recipient__in=people, kind__in=capped)
        begun = begun.filter(Q(handed_over_at__isnull=False) | Q(sent_at__isnull=False) | Q(gathered_into__handed_over_at__isnull=False))
        begun_at = Max(Coalesce("sent_at", "handed_over_at", "gathered_into__handed_over_at"))
        for person, kind, at in begun.values_list("recipient_id", "kind").annotate(at=begun_at):
            latest.setdefault(person, {})[kind] = at
    return latest


def _decide(
    recipient: Any, messages: list[OutboxMessage], wished: Wishes, taken: dict[date, int], latest: dict[str, datetime], now: datetime
) -> _Person:
    person = _Person(recipient)
    try:
        ZoneInfo(recipient.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # There is no telling what time it is there. Whoever writes the mail gives it up, and it is seen.
        person.carrier = messages[0]
        return person
    hours = Hours(zone=recipient.time_zone, quiet_from=wished.quiet_from, quiet_until=wished.quiet_until)
    today = times.local_day(now, hours.zone)
    ready = []
    for message in messages:
        if message.kind != DIGEST and not _wants(wished, message):
            person.unwanted.append(message.pk)
            continue
        turn = turn_of(
            # What is owed late is as good as due when it is owed.
            due_at=max(message.due_at, message.created_at),
            now=now,
            hours=hours,
            gathers=wished.gathers and message.kind != DIGEST,
            snoozed_until=wished.snoozed_until,
            taken=[day for day, by in taken.items() if by != message.pk],
        )
        if turn <= now and (kept_back := _kept_back_until(message, latest)) is not None and kept_back > now:
            turn = kept_back
        if turn > now:
            person.later[message.pk] = turn
            continue
        ready.append(message)
        if (kind := _kind(message)) is not None and kind.at_most_every is not None:
            latest = latest | {message.kind: now}
    if not ready:
        return person
    person.day, person.until, person.tomorrow = today, hours.good_until(now), hours.first_allowed_of(today + DAY)
    # What may have arrived already goes as it is; what is refused and tried again has its digest already.
    carriers = [message for message in ready if message.doubtful_count] or [message for message in ready if message.kind == DIGEST]
    if carriers:
        person.carrier = carriers[0]
    elif len(ready) == 1:
        person.carrier = ready[0]
    rest = [message for message in ready if message is not person.carrier]
    if person.carrier is not None and person.carrier.kind == DIGEST and not person.carrier.doubtful_count:
        person.gathered = [message for message in rest if message.kind != DIGEST]
    elif person.carrier is None:
        person.gathered = rest
    # Looked at again when the carrier has gone, or has come to nothing.
    person.later |= {message.pk: now + MINUTE for message in rest if message not in person.gathered}
    return person


def _kind(message: OutboxMessage) -> kinds.Kind | None:
    try:
        return kinds.get(message.kind)
    except LookupError:
        return None


def _wants(wished: Wishes, message: OutboxMessage) -> bool:
    kind = _kind(message)
    return kind is None or kind.category is None or wished.wants(kind.category.name)


def _kept_back_until(message: OutboxMessage, latest: dict[str, datetime]) -> datetime | None:
    """Of a kind that comes seldom: when the next one may go. A mail that was begun is not kept back by itself."""
    kind = _kind(message)
    if kind is None or kind.at_most_every is None or message.attempt or message.doubtful_count or message.kind not in latest:
        return None
    return latest[message.kind] + kind.at_most_every


def _carry_out(token: uuid.UUID, people: dict[int, _Person], rows: dict[int, list[OutboxMessage]], now: datetime) -> dict[int, Outgoing]:
    _make_digests(token, [person for person in people.values() if person.carrier is None and person.gathered], now)
    of_key = {message.pk: message for messages in rows.values() for message in messages}
    outgoing: dict[int, Outgoing] = {}
    to_lease: list[int] = []
    old_digests: list[int] = []
    for key, person in people.items():
        if person.carrier is None:
            continue
        outgoing[key] = Outgoing(person.carrier, list(person.gathered), day=person.day, until=person.until)
        if person.carrier.lease_token != token:
            to_lease.append(person.carrier.pk)
        if person.carrier.kind == DIGEST and person.carrier.pk in of_key:
            old_digests.append(person.carrier.pk)
    for item in _carried_by(old_digests):
        outgoing[item.recipient_id or 0].items.append(item)
    _put_off({key: at for person in people.values() for key, at in person.later.items()})
    if unwanted := [key for person in people.values() for key in person.unwanted]:
        OutboxMessage.objects.filter(pk__in=unwanted).update(
            state=State.CANCELLED, ended_at=Now(), lease_token=None, lease_until=None, last_error="not wanted", address=None, secret=None
        )
    if to_lease:
        OutboxMessage.objects.filter(pk__in=to_lease).update(state=State.LEASED, lease_token=token, lease_until=Now() + LEASE)
    gathered = {item.pk: person.carrier.pk for person in people.values() if person.carrier for item in person.gathered}
    if gathered:
        into = Case(*(When(pk=key, then=Value(digest)) for key, digest in gathered.items()))
        OutboxMessage.objects.filter(pk__in=gathered).update(state=State.GATHERED, gathered_into=into, lease_token=None, lease_until=None)
    return outgoing


def _make_digests(token: uuid.UUID, people: list[_Person], now: datetime) -> None:
    """Each of them gets a digest as the carrier, held under this lease. One that was made that day and came to nothing is used again."""
    if not people:
        return
    keys = {f"{DIGEST}:{person.recipient.pk}:{person.day}": person for person in people}
    made = [
        OutboxMessage(
            dedupe_key=key,
            kind=DIGEST,
            subject=str(person.recipient.pk),
            recipient=person.recipient,
            priority=kinds.Priority.DIGEST,
            created_at=now,
            due_at=now,
            available_at=now,
            state=State.LEASED,
            lease_token=token,
            lease_until=now + LEASE,
            message_id=services.message_id_for(key),
        )
        for key, person in keys.items()
    ]
    OutboxMessage.objects.bulk_create(made, ignore_conflicts=True)
    again = OutboxMessage.objects.filter(dedupe_key__in=keys, state__in=[State.CANCELLED, State.EXPIRED])
    again.update(state=State.LEASED, ended_at=None, available_at=now, lease_token=token, lease_until=now + LEASE, last_error="")
    for digest in OutboxMessage.objects.filter(dedupe_key__in=keys, state=State.LEASED, lease_token=token):
        person = keys[digest.dedupe_key]
        digest.recipient = person.recipient
        person.carrier = digest
    for person in people:
        if person.carrier is None:
            # Somebody who moved came back to a day that had its digest. One goes, the others have the next day.
            person.carrier, *others = person.gathered
            person.gathered = []
            person.later |= {message.pk: person.tomorrow or now + DAY for message in others}


def _carried_by(digests: list[int]) -> Iterable[OutboxMessage]:
    if not digests:
        return []
    carried = OutboxMessage.objects.filter(gathered_into__in=digests, state=State.GATHERED).annotate(looked_at=Now())
    return carried.select_related("recipient").order_by("due_at", "pk")


def is_late(item: OutboxMessage) -> bool:
    """Of what an older digest carries: it is of no use any more."""
    looked_at: datetime | None = getattr(item, "looked_at", None)
    return item.expires_at is not None and looked_at is not None and item.expires_at <= looked_at


def _put_off(later: dict[int, datetime]) -> None:
    if later:
        until = Case(*(When(pk=key, then=Value(at)) for key, at in later.items()), output_field=DateTimeField())
        OutboxMessage.objects.filter(pk__in=later).update(state=State.PENDING, available_at=until, lease_token=None, lease_until=None)
