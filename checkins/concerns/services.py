"""Raising a concern, adding to it, and that somebody reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.functions import TransactionNow
from django.db import transaction
from django.db.models import CharField, Max, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from checkins.concerns import policies, queries
from checkins.concerns.models import READ, Concern, ConcernAbout, ConcernEntry, ConcernFile, ConcernMessage
from checkins.concerns.playbook import ENTRIES, due_at
from checkins.threads.models import Message
from matching.pairings.models import Pairing
from mentoring.kernel import files
from mentoring.kernel.audit import services as audit
from mentoring.kernel.encryption.fields import SensitiveBytes
from mentoring.kernel.errors import Refused
from mentoring.kernel.limits import services as limits
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django.db.models import QuerySet

LONGEST_TEXT = 10_000
LONGEST_LINE = 300
MOST_FILES = 5
MOST_BYTES = 5 * 1024 * 1024
# The kinds of mail; declared in `letters.py`.
NEEDS_YOU, STILL_NEEDS_YOU, FOR_YOU = "needs-you", "still-needs-you", "for-you"
# Beyond it a concern is taken all the same, and its mail waits: no reader is flooded.
A_DAY = limits.Limit("concerns", 10)
WAITS = timedelta(hours=12)
A_DAY_UNREAD, THREE_DAYS_UNREAD = timedelta(hours=24), timedelta(hours=72)
AT_ONCE = 200
# The name under which a program says how long it keeps them; and how long PostgreSQL does, in days of the longest year.
KEPT_AS, KEPT_IN_ANY_CASE = "concerns", timedelta(days=366)
LISTED = "concerns.listed"
AN_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class About:
    """A person it is about, and in which pairing, if in one."""

    membership: Membership
    pairing: Pairing | None = None


@dataclass(frozen=True, repr=False)
class Given:
    """A file that somebody adds."""

    name: str
    content: bytes


@transaction.atomic
def raise_concern(
    *,
    by: Membership,
    audience: str,
    is_named: bool,
    now: datetime,
    words: str = "",
    kind: str = Concern.Kind.OTHER,
    urgency: int | None = None,
    about: Iterable[About] = (),
    who_else: str = "",
    reach: str = Concern.Reach.HERE,
    telephone: str = "",
    given: Sequence[Given] = (),
    shown: Sequence[Message] = (),
) -> Concern:
    """Take what somebody says is wrong. It is never refused because there were many: then its mail waits.

    `given`: files; `shown`: messages of a thread of theirs. Whoever is named by their whole name in `who_else` counts as named.
    """
    if not policies.may_raise(by):
        raise Refused(_("You have left this program. Turn to the people you know there."))
    words, who_else, telephone = in_words(words), in_words(who_else, LONGEST_LINE), in_words(telephone, LONGEST_LINE)
    if not words and reach != Concern.Reach.CALL:
        raise Refused(_("Write a few words, or ask to be called."))
    if reach == Concern.Reach.CALL and not is_named:
        raise Refused(_("To be called, they need to see who you are."))
    urgency = urgency or ENTRIES[kind].urgency
    concern = Concern.objects.create(
        program=by.program,
        raised_by=by,
        is_named=is_named,
        audience=audience,
        kind=kind,
        urgency=urgency,
        words=words or None,
        who_else=who_else or None,
        reach=reach,
        telephone=(telephone or None) if reach == Concern.Reach.CALL else None,
        raised_at=now,
        due_at=due_at(kind, urgency, now),
    )
    _name(concern, [*about, *(About(person) for person in called(who_else, by.program))])
    _add_files(concern, given, now)
    _show_messages(concern, by, shown)
    in_time = limits.take(A_DAY, who=by.user_id, stretch=f"{now:%Y-%m-%d}", now=now)
    tell_readers(concern, slot="raised", now=now, due_at=now if in_time else now + WAITS)
    record("raised", concern, by, now)
    return concern


@transaction.atomic
@audit.held_back()
def add(*, concern: Concern, by: Membership, text: str, now: datetime, given: Sequence[Given] = ()) -> ConcernEntry:
    """Whoever raised it writes once more: an answer, a question, something that happened since. What was closed is open again."""
    concern = locked(concern)
    if not policies.may_add(by, concern, now):
        raise Refused(_("This has been closed for a while. Tell us anew: it will be read together with this."))
    text = in_words(text)
    if not text and not given:
        raise Refused(_("Write a few words first."))
    is_opened_again = not concern.is_open
    waits_from_now = is_opened_again or Concern.objects.answered().filter(pk=concern.pk).exists()
    entry = write(ConcernEntry.Kind.REOPENED if is_opened_again else ConcernEntry.Kind.ADDED, concern, by, now, text=text)
    _add_files(concern, given, now)
    if waits_from_now:
        concern.closed_at, concern.outcome, concern.due_at = None, "", due_at(concern.kind, concern.urgency, now)
        concern.save(update_fields=["closed_at", "outcome", "due_at"])
    tell_readers(concern, slot=entry.pk.hex, now=now, only_handler=True)
    return entry


@transaction.atomic
def note_reading(*, concern: Concern, by: Membership, now: datetime) -> None:
    """Somebody is about to read it. Where this cannot be written down, nothing may be shown."""
    if not Concern.objects.readable_by(by).filter(pk=concern.pk).exists():
        raise Refused(_("This is not yours to read."))
    audit.record(verb=READ, subject=concern, program_id=concern.program_id, actor_id=by.user_id, now=now)


@transaction.atomic
def note_listing(*, by: Membership, now: datetime) -> None:
    """Somebody is about to see the list, whatever is in it."""
    audit.record(verb=LISTED, subject=by.program, program_id=by.program_id, actor_id=by.user_id, now=now)


def remind_due(*, now: datetime) -> int:
    """Write to those who may read it about each open concern that nobody who is there has read: at first, after a day, after three.

    Who may read one only since a moment ago is written to as well. Twice, or at once, adds none. Returns how many mails are owed anew.
    """
    made, after = 0, None
    while True:
        waiting = Concern.objects.open().unread().select_related("program").order_by("pk")
        some = list((waiting.filter(pk__gt=after) if after else waiting)[:AT_ONCE])
        if not some:
            return made
        made += sum(_remind(concern, now) for concern in some)
        after = some[-1].pk


def _remind(concern: Concern, now: datetime) -> int:
    waited = now - concern.raised_at
    if waited < A_DAY_UNREAD:
        return tell_readers(concern, slot="raised", now=now)
    slot = "three-days" if waited >= THREE_DAYS_UNREAD else "a-day"
    return tell_readers(concern, slot=slot, now=now, kind=STILL_NEEDS_YOU)


# --- what becomes of it in the end ---


def closed_before(program_id: int, before: datetime) -> "QuerySet[Concern]":
    """Of a program, what was closed by then; PostgreSQL keeps what was said for a year in any case."""
    closed = Concern.objects.filter(program=program_id, closed_at__lt=before)
    return closed.filter(closed_at__lt=TransactionNow() - KEPT_IN_ANY_CASE)


def events_of_others(membership: Membership) -> Q:
    """What the audit log keeps from an admin: what was done with a concern that they do not read, and that any came to its end.

    That somebody else looked at the list too: a deputy who does has a reason to, and so has whoever looks at it more often than before.
    """
    theirs = Concern.objects.readable_by(membership).annotate(key=Cast("pk", CharField())).values("key")
    of_others = Q(object_type=Concern._meta.label_lower) & ~Q(object_id__in=theirs)
    looks_of_others = Q(verb=LISTED) & ~Q(actor_id=membership.user_id)
    return of_others | looks_of_others | Q(verb="retention.let_go", detail__kind=KEPT_AS)


# --- what cases do as well ---


def locked(concern: Concern) -> Concern:
    return Concern.objects.select_for_update(of=["self"], no_key=True).select_related("program", "raised_by__user").get(pk=concern.pk)


def write(kind: str, concern: Concern, by: Membership, now: datetime, *, text: str = "", **detail: Any) -> ConcernEntry:
    """Add to what was said and done, and to the audit trail: last, since that stays locked until the end.

    The concern is locked: of two things of one instant the second stands after the first.
    """
    last = ConcernEntry.objects.filter(concern=concern).aggregate(last=Max("at"))["last"]
    at = max(now, last + AN_INSTANT) if last else now
    entry = ConcernEntry.objects.create(concern=concern, kind=kind, author=by, text=text or None, detail=detail, at=at)
    record(kind, concern, by, now, entry=str(entry.pk))
    return entry


def record(verb: str, concern: Concern, by: Membership, now: datetime, **detail: str) -> None:
    """The trail learns no more than the readers: without a name, not who raised it."""
    is_hidden = by.pk == concern.raised_by_id and not concern.is_named
    audit.record(
        verb=f"concern.{verb}",
        subject=concern,
        program_id=concern.program_id,
        actor_id=None if is_hidden else by.user_id,
        now=now,
        detail=detail,
    )


def tell_readers(
    concern: Concern,
    *,
    slot: str,
    now: datetime,
    due_at: datetime | None = None,
    kind: str = NEEDS_YOU,
    only_handler: bool = False,
    but: Membership | None = None,
) -> int:
    """Owe those who may read it a mail that says only that somebody needs them. Where it is somebody's, `only_handler`, just them."""
    readers = [reader for reader in queries.readers_of(concern) if but is None or reader.pk != but.pk]
    handler = [reader for reader in readers if reader.pk == concern.handled_by_id]
    duties = [
        outbox.Duty(kind=kind, subject_id=concern.pk, recipient=reader.user, slot=slot, program_id=concern.program_id, due_at=due_at)
        for reader in (handler if only_handler and handler else readers)
    ]
    return outbox.owe_many(duties, now=now)


def tell_raiser(concern: Concern, *, slot: str, now: datetime) -> None:
    """Owe whoever raised it a mail that something is there for them, if they wished for mail and are here still."""
    if concern.reach == Concern.Reach.MAIL and concern.raised_by.left_at is None:
        outbox.owe(kind=FOR_YOU, subject_id=concern.pk, recipient=concern.raised_by.user, slot=slot, program_id=concern.program_id, now=now)


def in_words(text: str, most: int = LONGEST_TEXT) -> str:
    text = text.replace("\r\n", "\n").strip()
    if "\0" in text:
        raise Refused(_("There is a character in this that cannot be kept. Type the text anew."))
    if len(text) > most:
        raise Refused(_("Write at most %(most)s characters.") % {"most": most})
    return text


def called(names: str, program: Program) -> list[Membership]:
    """Who in the program has one of these whole names, one a line or between commas."""
    said = {" ".join(name.split()) for line in names.splitlines() for name in line.split(",")} - {""}
    if not said:
        return []
    same = Q(pk__in=[])
    for name in said:
        same |= Q(user__name__iexact=name) | Q(user__email__iexact=name)
    return list(Membership.objects.filter(same, program=program))


def _name(concern: Concern, about: Iterable[About]) -> None:
    """Of an unnamed concern a pairing of whoever raised it is left out: with it one would know who that is."""
    rows: dict[int, ConcernAbout] = {}
    for one in about:
        if one.membership.program_id != concern.program_id:
            raise Refused(_("This person is not in your program."))
        pairing = one.pairing if one.pairing and (concern.is_named or not one.pairing.includes(concern.raised_by)) else None
        first, second = (pairing.first_id, pairing.second_id) if pairing else (None, None)
        row = ConcernAbout(concern=concern, membership=one.membership, pairing=pairing, first_id=first, second_id=second)
        rows.setdefault(one.membership.pk, row)
    ConcernAbout.objects.bulk_create(rows.values())


def _add_files(concern: Concern, given: Sequence[Given], now: datetime) -> None:
    if len(given) > MOST_FILES:
        raise Refused(_("Add at most %(most)s files at once.") % {"most": MOST_FILES})
    for file in given:
        known = recognised(file)
        ConcernFile.objects.create(
            concern=concern,
            name=file.name[:LONGEST_LINE] or "?",
            content=SensitiveBytes(file.content),
            ending=known.ending,
            size=len(file.content),
            may_run=known.may_run,
            added_at=now,
        )


def recognised(file: Given) -> files.Known:
    """What it is; refused where it is too large, or nothing that we know."""
    if len(file.content) > MOST_BYTES:
        raise Refused(_("A file can have 5 MB at most. “%(name)s” has more: send a part of it.") % {"name": file.name})
    known = files.recognise(file.content)
    if known is None:
        raise Refused(
            _("“%(name)s” is no picture, recording, letter, sheet or plain text, whatever its name says. Take a picture of it instead.")
            % {"name": file.name}
        )
    return known


def _show_messages(concern: Concern, by: Membership, shown: Sequence[Message]) -> None:
    """Their words as they are today. What was taken back is among them, with what it said."""
    theirs = Message.objects.visible_to(by).filter(pk__in=[message.pk for message in shown]).order_by("sent_at", "pk")
    ConcernMessage.objects.bulk_create(
        ConcernMessage(
            concern=concern,
            author_id=message.author_id,
            text=message.text or message.kept,
            sent_at=message.sent_at,
            was_taken_back=message.removed_at is not None,
        )
        for message in theirs
    )
