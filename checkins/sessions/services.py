"""Suggesting times, agreeing on one, moving, cancelling; and writing down what became of a meeting."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from checkins.agendas import services as agendas
from checkins.sessions import policies
from checkins.sessions.models import (
    LONGEST_LINE,
    LONGEST_MINUTES,
    SHORTEST_MINUTES,
    Session,
    SessionAccount,
    SessionOption,
    SessionQuerySet,
)
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

State, Absent = Session.State, Session.Absent

MOST_PLANNED = 5
# Nobody's calendar reaches further, and a year that was mistyped does.
FURTHEST_AHEAD = FURTHEST_BACK = timedelta(days=366)
A_DAY = timedelta(days=1)
IN_TWO_WEEKS = timedelta(days=14)
# Two who write down a meeting of the same day, begun this near to each other, probably mean one.
SAME_MEETING = timedelta(hours=2)
LONGEST_WORDS = 10_000

SUGGESTED, AGREED, MOVED, CHANGED = "session-suggested", "session-agreed", "session-moved", "session-changed"
CANCELLED, NOT_AGREED = "session-cancelled", "session-not-agreed"

_when_held: list[Callable[..., object]] = []


class OtherTimesMeanwhile(Refused):
    """Other times are open than those that this person saw: `seen` is the key of the first of them now, 0 where none is."""

    def __init__(self, options: Sequence[SessionOption]) -> None:
        when = "; ".join(date_format(timezone.localtime(option.starts_at), "l j F, H:i") for option in options)
        some = _("Other times are open here now: %(when)s. Have a look at them first.") % {"when": when}
        super().__init__(some if options else _("The times that were open here are open no more. Have a look at how it stands."))
        self.seen = options[0].pk if options else 0


class SavedMeanwhile(Refused):
    """This person's own words were saved elsewhere after they began to write: `account` is how they stand now."""

    def __init__(self, account: SessionAccount) -> None:
        super().__init__(_("Your words were saved in another window while you were writing. Nothing of what you wrote is lost."))
        self.account = account


class AlreadyLogged(Refused):
    """Probably this meeting is there already: `session`. `overlaps` says that it can be no other."""

    def __init__(self, session: Session, sentence: str, *, overlaps: bool) -> None:
        super().__init__(sentence)
        self.session = session
        self.overlaps = overlaps


def when_held(callback: Callable[..., object]) -> None:
    """Call `callback(session=…, now=…)` whenever a meeting is logged, in the same transaction. For `AppConfig.ready()`."""
    _when_held.append(callback)


# --- times, until both have agreed on one ---


@transaction.atomic
def propose(
    *,
    pairing: Pairing,
    by: Membership,
    options: Sequence[datetime],
    minutes: int,
    now: datetime,
    place: str = Session.Place.IN_PERSON,
    where: str = "",
) -> Session:
    """Suggest one to three times for a meeting. The other half picks one, suggests others, or says no."""
    pairing = _locked(pairing)
    if not policies.may_propose(by, pairing):
        raise Refused(_("Times are suggested by the two of a pairing, while it is active."))
    _refuse_length(minutes)
    if Session.objects.filter(pairing=pairing, state=State.PROPOSED).exists():
        raise Refused(_("There is an open suggestion between you two already. Answer it, or suggest other times there."))
    if Session.objects.filter(pairing=pairing, state=State.PLANNED, starts_at__gt=now).count() >= MOST_PLANNED:
        raise Refused(_("You two have %(most)s meetings planned. Have one of them first, or cancel one.") % {"most": MOST_PLANNED})
    _refuse_times(pairing, options, minutes, now)
    session = Session.objects.create(
        pairing=pairing, state=State.PROPOSED, minutes=minutes, place=place, where=_one_line(where), proposed_by=by
    )
    _offer(session, by, options, now)
    facts.note(pairing=pairing, by=by, kind=Fact.Kind.TIME_PROPOSED, source_id=session.pk, happened_at=now)
    _record("session.proposed", session, by, now)
    return session


@transaction.atomic
def suggest(*, session: Session, by: Membership, options: Sequence[datetime], now: datetime, seen: int | None = None) -> Session:
    """Suggest other times instead of those that are open, or new ones for a planned meeting, which stays until one is picked.

    `seen` is the key of the first open time that this person saw, 0 where they saw none, None where it does not matter. Raises
    `OtherTimesMeanwhile` where there are others now.
    """
    session = _locked_session(session)
    if not policies.may_suggest(by, session):
        raise Refused(_("This meeting can’t be moved any more. Suggest a new one instead."))
    _refuse_unseen(session, seen)
    _refuse_times(session.pairing, options, session.minutes, now, but=session)
    if session.starts_at in options:
        raise Refused(_("One of these is the time you have now. Choose other times."))
    _close_options(session, now)
    if session.state == State.PROPOSED:
        session.proposed_by = by
        session.save(update_fields=["proposed_by"])
        facts.note(pairing=session.pairing, by=by, kind=Fact.Kind.TIME_PROPOSED, source_id=session.pk, happened_at=now)
    _offer(session, by, options, now)
    _record("session.times_suggested", session, by, now)
    return session


@transaction.atomic
def pick(*, option: SessionOption, by: Membership, now: datetime) -> Session:
    """Agree to one of the times. Picking it again changes nothing."""
    session = _locked_session(option.session)
    option = SessionOption.objects.get(pk=option.pk)
    if option.closed_at is not None and session.state == State.PLANNED and session.starts_at == option.starts_at:
        return session
    if not policies.may_pick(by, session, option):
        raise Refused(_("This time is not to be picked any more. Have a look at what stands there now."))
    if option.starts_at <= now:
        raise Refused(_("This time has passed. Pick another, or suggest others."))
    _refuse_overlap(session.pairing, option.starts_at, session.minutes, but=session)
    is_moved = session.state == State.PLANNED
    if is_moved:
        session.sequence += 1
        facts.note(pairing=session.pairing, by=option.proposed_by, kind=Fact.Kind.TIME_MOVED, source_id=option.pk, happened_at=now)
    else:
        session.led_by = _whose_turn(session.pairing, option.starts_at)
    _close_options(session, now)
    session.state, session.starts_at, session.proposed_by = State.PLANNED, option.starts_at, option.proposed_by
    session.save(update_fields=["state", "starts_at", "proposed_by", "led_by", "sequence"])
    _owe_to_both(MOVED if is_moved else AGREED, session, now)
    _record("session.moved" if is_moved else "session.agreed", session, by, now)
    return session


@transaction.atomic
def decline(*, session: Session, by: Membership, now: datetime, seen: int | None = None) -> Session:
    """Say no to the times that are open, or take back one's own. What was planned before stays as it is. `seen` is as in `suggest`."""
    session = _locked_session(session)
    if not policies.may_decline(by, session):
        raise Refused(_("There are no times to answer here any more."))
    _refuse_unseen(session, seen)
    if not (closed := _close_options(session, now)):
        raise Refused(_("There are no times to answer here any more."))
    is_own = closed[0].proposed_by_id == by.pk
    if session.state == State.PROPOSED:
        session.state, session.closed_by, session.closed_at = State.CANCELLED, by, now
        session.save(update_fields=["state", "closed_by", "closed_at"])
    if not is_own:
        outbox.owe(
            kind=NOT_AGREED,
            subject_id=session.pk,
            recipient=session.pairing.other_half(by).user,
            slot=str(closed[0].pk),
            program_id=session.pairing.program_id,
            now=now,
        )
    _record("session.times_taken_back" if is_own else "session.times_declined", session, by, now)
    return session


@transaction.atomic
def repeat(*, session: Session, by: Membership, now: datetime) -> Session:
    """Suggest the same time two weeks later, as the clock shows it where the one lives who suggested this time."""
    if not policies.may_repeat(by, session):
        raise Refused(_("Only a meeting that is planned, or that you have had, can be repeated."))
    return propose(
        pairing=session.pairing,
        by=by,
        options=[in_two_weeks(session, by)],
        minutes=session.minutes,
        place=session.place,
        where=session.where,
        now=now,
    )


def in_two_weeks(session: Session, reader: Membership) -> datetime:
    """When `repeat` would have it. A time that clocks leave out that day is an hour later."""
    if session.starts_at is None:
        raise ValueError("A meeting without a time cannot be repeated.")
    zone = (session.proposed_by or reader).user.time_zone
    local = times.local(session.starts_at, zone)
    return times.at_local(local.date() + IN_TWO_WEEKS, local.time(), zone)


# --- a planned meeting ---


@transaction.atomic
def change(
    *,
    session: Session,
    by: Membership,
    place: str,
    where: str,
    led_by: Membership | None,
    now: datetime,
    seen: Mapping[str, object] | None = None,
) -> Session:
    """Say where the two meet and who leads: one of them, or nobody for both. Calendars hear of a new place.

    `seen` is what stood there when this person began, by the names of the three: what is still the same is left as it stands now.
    """
    session = _locked_session(session)
    if not policies.may_change(by, session, now):
        raise Refused(_("Only a meeting that is still to come can be changed."))
    _refuse_leader(session.pairing, led_by)
    before = (session.place, session.where)
    for name, told in {"place": place, "where": _one_line(where), "led_by": led_by}.items():
        if seen is None or name not in seen or seen[name] != told:
            setattr(session, name, told)
    moves_house = (session.place, session.where) != before
    session.sequence += moves_house
    session.save(update_fields=["place", "where", "led_by", "sequence"])
    if moves_house:
        _owe_to_both(CHANGED, session, now)
    _record("session.changed", session, by, now)
    return session


@transaction.atomic
def cancel(*, session: Session, by: Membership, now: datetime, word: str = "") -> Session:
    """Call a planned meeting off, with a word to the other if one likes. Who cancels it again with nothing new to say changes nothing."""
    session, word = _locked_session(session), _one_line(word)
    if session.state == State.CANCELLED and session.closed_by_id == by.pk and word in ("", session.word):
        return session
    if session.state == State.CANCELLED and session.pairing.includes(by):
        raise Refused(_("This session is cancelled already, so this word was not sent. You can write it as a message instead."))
    if not policies.may_cancel(by, session, now):
        raise Refused(_("Only a meeting that is still to come can be cancelled. If its time has passed, say whether you met."))
    _call_off(session, by, now, word=word)
    facts.note(pairing=session.pairing, by=by, kind=Fact.Kind.SESSION_CANCELLED, source_id=session.pk, happened_at=now)
    _record("session.cancelled", session, by, now)
    return session


@transaction.atomic
def miss(*, session: Session, by: Membership, absent: str, now: datetime) -> Session:
    """Say that the two did not meet, and who could not make it: `Session.Absent`. If they did after all, either logs it.

    A fact is noted about the one who says so, where they could not make it themselves, and never about the other half: who is
    quicker to say it does not decide alone what counts about the other.
    """
    session = _locked_session(session)
    if not policies.may_miss(by, session, now):
        raise Refused(_("Somebody has said already what became of this meeting, or its time is still to come."))
    if absent not in Absent.values:
        raise Refused(_("Choose who could not make it."))
    _close_options(session, now)
    _take_back_entries(session, now)
    session.state, session.absent, session.closed_by, session.closed_at = State.MISSED, absent, by, now
    session.save(update_fields=["state", "absent", "closed_by", "closed_at"])
    if absent in (Absent.BOTH, session.pairing.side_of(by)):
        facts.note(pairing=session.pairing, by=by, kind=Fact.Kind.SESSION_MISSED, source_id=session.pk, happened_at=now)
    _record("session.missed", session, by, now)
    return session


def stop(*, pairing: Pairing, now: datetime) -> None:
    """The pairing was paused or has ended: what is suggested or still to come is called off, by nobody, and both are told alike."""
    for session in Session.objects.filter(pairing=pairing).to_come().with_people().order_by("pk").select_for_update(of=["self"]):
        if session.state == State.PROPOSED:
            _close_options(session, now)
            session.state, session.closed_at = State.CANCELLED, now
            session.save(update_fields=["state", "closed_at"])
        elif not policies.has_begun(session, now):
            _call_off(session, None, now)
        else:
            _close_options(session, now)
            continue
        audit.record(verb="session.called_off", subject=session, program_id=pairing.program_id, actor_id=None, now=now)


# --- what became of it ---


@transaction.atomic
def log(
    *,
    pairing: Pairing,
    by: Membership,
    starts_at: datetime,
    minutes: int,
    now: datetime,
    place: str = Session.Place.IN_PERSON,
    led_by: Membership | None = None,
    reached: Collection[int] = (),
    talked_about: str = "",
    next_time: str = "",
    next_time_on_agenda: bool = False,
    session: Session | None = None,
    is_another: bool = False,
) -> Session:
    """Log a meeting for both: the planned `session`, or one that nobody planned. Without `led_by` both led.

    `reached` are keys of open agenda items; what is not among them is carried over. Without a `session`, the planned one of about that
    time is meant if it has begun, or the one of that very time that was missed. Raises `AlreadyLogged` where a meeting is there that
    overlaps, or one of about that time that the other half logged; `is_another` says that what is only near is known, and not meant.
    """
    # Locked, so that of two who log the same meeting in the same second one finds what the other wrote.
    pairing = _locked(pairing)
    if not policies.may_log(by, pairing):
        raise Refused(_("Meetings are logged by the two of a pairing, while it is active."))
    _refuse_length(minutes)
    _refuse_leader(pairing, led_by)
    if session is None or starts_at != session.starts_at:
        _refuse_began(starts_at, now)
    if session is not None:
        session = Session.objects.with_people().get(pk=session.pk, pairing=pairing)
        if session.state == State.HELD:
            raise AlreadyLogged(session, _already_there(session, by), overlaps=True)
        if not policies.may_log_this(by, session, now):
            raise Refused(_("This meeting was cancelled, or its time is still to come."))
    _refuse_if_there(pairing, by, starts_at, minutes, is_another=is_another)
    session = session or _meant(pairing, by, starts_at, minutes, now, is_another=is_another) or Session(pairing=pairing)
    _refuse_overlap(pairing, starts_at, minutes, but=session)
    if session.pk:
        _close_options(session, now)
        _take_back_entries(session, now)
        facts.withdraw(kind=Fact.Kind.SESSION_MISSED, source_id=session.pk, now=now)
    session.state, session.absent, session.closed_by, session.closed_at = State.HELD, "", None, None
    session.starts_at, session.minutes, session.place, session.led_by = starts_at, minutes, place, led_by
    session.talked_about, session.next_time = talked_about.strip(), next_time.strip()
    session.logged_by, session.logged_at = by, now
    session.save()
    session.topics.set(agendas.settle(pairing=pairing, reached=reached, session_began_at=starts_at))
    facts.note(pairing=pairing, by=by, kind=Fact.Kind.SESSION_LOGGED, source_id=session.pk, happened_at=now)
    if led_by is not None:
        facts.note(pairing=pairing, by=led_by, kind=Fact.Kind.SESSION_LED, source_id=session.pk, happened_at=now)
    if next_time_on_agenda and session.next_time:
        agendas.add(pairing=pairing, by=by, text=session.next_time, now=now)
    for callback in _when_held:
        callback(session=session, now=now)
    _record("session.logged", session, by, now)
    return session


@transaction.atomic
def remember(
    *,
    session: Session,
    by: Membership,
    words: str,
    now: datetime,
    is_different: bool = False,
    starts_at: datetime | None = None,
    minutes: int | None = None,
    seen_at: datetime | None = None,
) -> SessionAccount:
    """Put one's own words beside what was logged, or change them. What was logged stays as it is.

    `starts_at` and `minutes` are when and how long it was, as this half remembers it; the log follows when the other half agrees.
    `seen_at` is when the words that this person began with were written, None where they had none. Raises `SavedMeanwhile` where others
    have come between, unless they say the same.
    """
    session = _locked_session(session)
    _refuse_words(session, by, words, starts_at, now)
    words, (starts_at, minutes) = words.strip(), _otherwise(session, starts_at, minutes)
    if not words and starts_at is None and minutes is None:
        raise Refused(_("Write a few words, or say when it was."))
    account = _account_of(session, by, now)
    told = (words, is_different, starts_at, minutes)
    if account.pk and told == (account.words, account.is_different, account.starts_at, account.minutes):
        return account
    if account.pk and account.written_at != seen_at:
        raise SavedMeanwhile(account)
    account.words, account.is_different, account.starts_at, account.minutes = told
    account.written_at = now
    account.save()
    _record("session.remembered", session, by, now)
    return account


@transaction.atomic
def join_log(
    *,
    session: Session,
    by: Membership,
    words: str,
    now: datetime,
    starts_at: datetime | None = None,
    minutes: int | None = None,
    reached: Collection[int] = (),
    for_agenda: str = "",
) -> None:
    """What one half typed to log a meeting that the other half has logged goes beside it, after their own words of before.

    What they remembered differently stays, unless they say now when or how long it was. Topics that were `reached` are reached for both;
    `for_agenda` becomes a topic. Without anything to add, nothing changes.
    """
    session = _locked_session(session)
    account = _account_of(session, by, now)
    joined = "\n\n".join(filter(None, [account.words, words.strip()]))
    _refuse_words(session, by, joined, starts_at, now)
    starts_at, minutes = _otherwise(session, starts_at, minutes)
    told = (joined, starts_at or account.starts_at, minutes or account.minutes)
    if told != (account.words, account.starts_at, account.minutes):
        account.words, account.starts_at, account.minutes = told
        account.written_at = now
        account.save()
    elif not reached and not for_agenda:
        return
    if reached and session.starts_at is not None:
        session.topics.add(*agendas.settle(pairing=session.pairing, reached=reached, session_began_at=session.starts_at))
    if for_agenda:
        agendas.add(pairing=session.pairing, by=by, text=for_agenda, now=now)
    _record("session.remembered", session, by, now)


@transaction.atomic
def correct(*, account: SessionAccount, by: Membership, now: datetime, seen_at: datetime | None = None) -> Session:
    """Agree to when and how long the other half remembers: the log says so from now on. Agreeing again changes nothing.

    `seen_at` is when that was written which this person saw; None where it does not matter.
    """
    session = _locked_session(account.session)
    account = SessionAccount.objects.get(pk=account.pk)
    if not policies.may_correct(by, session, account):
        raise Refused(_("This is for the other half of your pairing to agree to."))
    starts_at, minutes = account.starts_at or session.starts_at, account.minutes or session.minutes
    if not account.has_change or starts_at is None:
        return session
    if seen_at is not None and seen_at != account.written_at:
        raise Refused(_("This was changed meanwhile. Have a look at what stands there now."))
    _refuse_overlap(session.pairing, starts_at, minutes, but=session)
    session.starts_at, session.minutes = starts_at, minutes
    session.save(update_fields=["starts_at", "minutes"])
    account.starts_at = account.minutes = None
    account.save(update_fields=["starts_at", "minutes"])
    _record("session.corrected", session, by, now)
    return session


def whose_turn(pairing: Pairing, before: datetime) -> Membership | None:
    """The half that did not lead the meeting before; nobody, where neither has led one so far."""
    led = Session.objects.filter(pairing=pairing, state__in=[State.PLANNED, State.HELD], starts_at__lt=before).exclude(led_by=None)
    last = led.order_by("-starts_at", "-pk").values_list("led_by", flat=True).first()
    return next((half for half in pairing.halves if half.pk != last), None) if last else None


# --- pieces ---


def _whose_turn(pairing: Pairing, starts_at: datetime) -> Membership:
    """The very first is drawn by chance, so that no role begins."""
    return whose_turn(pairing, starts_at) or secrets.choice(pairing.halves)


def _locked(pairing: Pairing) -> Pairing:
    found = Pairing.objects.select_for_update(of=["self"], no_key=True).with_halves().select_related("program")
    return found.get(pk=pairing.pk)


def _locked_session(session: Session) -> Session:
    """The pairing first: whatever two people do to their meetings happens one after the other."""
    pairing = _locked(session.pairing)
    session = Session.objects.get(pk=session.pk, pairing=pairing)
    session.pairing = pairing
    return session


def _refuse_length(minutes: int) -> None:
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Refused(
            _("Enter a number of minutes from %(shortest)s to %(longest)s.") % {"shortest": SHORTEST_MINUTES, "longest": LONGEST_MINUTES}
        )


def _refuse_words(session: Session, by: Membership, words: str, starts_at: datetime | None, now: datetime) -> None:
    if not policies.may_remember(by, session):
        raise Refused(_("Words are added to a meeting you have had, while the pairing is active."))
    if len(words.strip()) > LONGEST_WORDS:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_WORDS})
    if starts_at is not None and starts_at != session.starts_at:
        _refuse_began(starts_at, now)


def _otherwise(session: Session, starts_at: datetime | None, minutes: int | None) -> tuple[datetime | None, int | None]:
    """When and how long, each None where the log says the same."""
    if session.state != State.HELD:
        return None, None
    if minutes is not None:
        _refuse_length(minutes)
    return None if starts_at == session.starts_at else starts_at, None if minutes == session.minutes else minutes


def _account_of(session: Session, by: Membership, now: datetime) -> SessionAccount:
    """Without a key, where this half has written none so far."""
    found = SessionAccount.objects.filter(session=session, author=by).first()
    return found or SessionAccount(session=session, author=by, written_at=now)


def _refuse_began(starts_at: datetime, now: datetime) -> None:
    if starts_at > now:
        raise Refused(_("This time has not come yet. Log a meeting once you have had it."))
    if starts_at < now - FURTHEST_BACK:
        raise Refused(_("This is more than a year ago. Choose when you met in the last twelve months."))


def _refuse_leader(pairing: Pairing, led_by: Membership | None) -> None:
    if led_by is not None and not pairing.includes(led_by):
        raise Refused(_("One of you two leads, or both."))


def _refuse_times(pairing: Pairing, options: Sequence[datetime], minutes: int, now: datetime, but: Session | None = None) -> None:
    if not 1 <= len(options) <= SessionOption.MOST:
        raise Refused(_("Suggest one to three times."))
    if len(set(options)) < len(options):
        raise Refused(_("Two of these times are the same. Choose different ones, or leave one empty."))
    for starts_at in options:
        if starts_at <= now:
            raise Refused(_("One of these times has passed. Choose times that are still to come."))
        if starts_at > now + FURTHEST_AHEAD:
            raise Refused(_("One of these times is more than a year away. Choose an earlier one."))
        _refuse_overlap(pairing, starts_at, minutes, but=but)


def _refuse_overlap(pairing: Pairing, starts_at: datetime, minutes: int, but: Session | None = None) -> None:
    there = Session.objects.filter(pairing=pairing, state__in=[State.PLANNED, State.HELD]).overlapping(starts_at, minutes)
    if found := (there.exclude(pk=but.pk) if but and but.pk else there).order_by("starts_at", "pk").first():
        raise Refused(_("You two have a meeting at that time: %(day)s, %(start)s. Choose another time.") % _when(found))


def _offer(session: Session, by: Membership, options: Sequence[datetime], now: datetime) -> None:
    offered = SessionOption.objects.bulk_create(
        SessionOption(session=session, starts_at=starts_at, position=position, proposed_by=by, proposed_at=now)
        for position, starts_at in enumerate(sorted(options), start=1)
    )
    outbox.owe(
        kind=SUGGESTED,
        subject_id=session.pk,
        recipient=session.pairing.other_half(by).user,
        slot=str(offered[0].pk),
        program_id=session.pairing.program_id,
        context={"option": offered[0].pk},
        expires_at=max(options),
        now=now,
    )


def _refuse_unseen(session: Session, seen: int | None) -> None:
    options = list(SessionOption.objects.filter(session=session).open().order_by("position"))
    if seen is not None and seen != (options[0].pk if options else 0):
        raise OtherTimesMeanwhile(options)


def _close_options(session: Session, now: datetime) -> list[SessionOption]:
    """Returns those that were open until now."""
    closed = list(SessionOption.objects.filter(session=session).open().order_by("position"))
    SessionOption.objects.filter(pk__in=[option.pk for option in closed]).update(closed_at=now)
    outbox.cancel(kind=SUGGESTED, subject_ids=[session.pk], now=now)
    return closed


def _call_off(session: Session, by: Membership | None, now: datetime, word: str = "") -> None:
    _close_options(session, now)
    session.state, session.closed_by, session.closed_at, session.word = State.CANCELLED, by, now, word
    session.sequence += 1
    session.save(update_fields=["state", "closed_by", "closed_at", "word", "sequence"])
    _owe_to_both(CANCELLED, session, now)


def _owe_to_both(kind: str, session: Session, now: datetime) -> None:
    """Each change of the calendar entry is a mail of its own, with the number that calendars order them by."""
    _take_back_entries(session, now)
    ends_at = session.ends_at
    # Calendars keep what nobody takes out of them, also when it has passed.
    expires_at = ends_at + A_DAY if ends_at and kind == CANCELLED else ends_at
    duties = [
        outbox.Duty(
            kind=kind,
            subject_id=session.pk,
            recipient_id=half.user_id,
            slot=str(session.sequence),
            program_id=session.pairing.program_id,
            context={"sequence": session.sequence},
            expires_at=expires_at,
        )
        for half in session.pairing.halves
    ]
    outbox.owe_many(duties, now=now)


def _take_back_entries(session: Session, now: datetime) -> None:
    """Of what stood before, nothing is sent any more once what follows is committed."""
    for kind in (AGREED, MOVED, CHANGED):
        outbox.cancel(kind=kind, subject_ids=[session.pk], now=now)


def _refuse_if_there(pairing: Pairing, by: Membership, starts_at: datetime, minutes: int, *, is_another: bool) -> None:
    logged = Session.objects.filter(pairing=pairing).held().with_people().order_by("starts_at", "pk")
    if there := logged.overlapping(starts_at, minutes).first():
        raise AlreadyLogged(there, _already_there(there, by), overlaps=True)
    if not is_another and (near := _nearest(logged.exclude(logged_by=by), by, starts_at)):
        raise AlreadyLogged(near, _already_there(near, by), overlaps=False)


def _meant(pairing: Pairing, by: Membership, starts_at: datetime, minutes: int, now: datetime, *, is_another: bool) -> Session | None:
    """The planned one that was logged as if nobody had planned it, or the one of that time of which somebody said it did not happen."""
    sessions = Session.objects.filter(pairing=pairing).order_by("starts_at", "pk")
    planned, missed = sessions.filter(state=State.PLANNED), sessions.filter(state=State.MISSED)
    if then := planned.overlapping(starts_at, minutes).first() or missed.overlapping(starts_at, minutes).first():
        return then
    return None if is_another else _nearest(planned.filter(starts_at__lte=now), by, starts_at)


def _nearest(sessions: SessionQuerySet, by: Membership, starts_at: datetime) -> Session | None:
    """The first of them that began on the same day, by this person's clock, and within two hours."""
    zone = by.user.time_zone
    near = sessions.filter(starts_at__gte=starts_at - SAME_MEETING, starts_at__lte=starts_at + SAME_MEETING)
    day = times.local_day(starts_at, zone)
    return next((one for one in near if one.starts_at and times.local_day(one.starts_at, zone) == day), None)


def _already_there(session: Session, by: Membership) -> str:
    words = _when(session) | {"minutes": session.minutes}
    if session.logged_by is None or session.logged_by_id == by.pk:
        return _("You have logged this meeting already: %(day)s, %(start)s, %(minutes)s minutes.") % words
    words["name"] = session.logged_by.user.short_name
    return _("%(name)s has logged this meeting already: %(day)s, %(start)s, %(minutes)s minutes.") % words


def _when(session: Session) -> dict[str, object]:
    began = timezone.localtime(session.starts_at)
    return {"day": date_format(began, "l j F"), "start": date_format(began, "H:i")}


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_LINE:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_LINE})
    return text


def _record(verb: str, session: Session, by: Membership, now: datetime) -> None:
    audit.record(verb=verb, subject=session, program_id=session.pairing.program_id, actor_id=by.user_id, now=now)
