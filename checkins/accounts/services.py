"""Writing down what became of a meeting: the log that stands for both, and how each half remembers it."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.absences import services as absences
from checkins.accounts import policies
from checkins.accounts.models import NotReached, SessionAccount, last_changed_at
from checkins.agendas import services as agendas
from checkins.agendas.models import AgendaItem
from checkins.decisions import services as decisions
from checkins.sessions import services as sessions
from checkins.sessions.models import Session, SessionQuerySet, Told
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership

State = Session.State

FURTHEST_BACK = timedelta(days=366)
# Two who write down a meeting of the same day, begun this near to each other, probably mean one.
SAME_MEETING = timedelta(hours=2)
LONGEST_WORDS = 10_000

_when_held: list[Callable[..., object]] = []


class SavedMeanwhile(sessions.Meanwhile):
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
    """Call `callback(session=…, now=…)` whenever a meeting is logged, in the same transaction. For `AppConfig.ready()`.

    It is called again when that is put right and was on another day.
    """
    _when_held.append(callback)


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
    decided: str = "",
    session: Session | None = None,
    is_another: bool = False,
) -> Session:
    """Log a meeting for both: the planned `session`, or one that nobody planned. Without `led_by` both led.

    That somebody led is a fact about them once they say so themselves: by logging it, with `say_led`, or by what the two agree on.

    `reached` are keys of open agenda items; what is not among them is carried over. What was `decided` is proposed, and the other half is
    asked. Without a `session`, the planned one of about that
    time is meant if it has begun, or the one of that very time that was missed. Raises `AlreadyLogged` where a meeting is there that
    overlaps, or one of about that time that the other half logged; `is_another` says that what is only near is known, and not meant.
    """
    # Locked, so that of two who log the same meeting in the same second one finds what the other wrote.
    pairing = sessions.locked(pairing)
    if not policies.may_log(by, pairing):
        raise Refused(_("Meetings are logged by the two of a pairing, while it is active."))
    sessions.refuse_length(minutes)
    sessions.refuse_leader(pairing, led_by)
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
    sessions.refuse_overlap(pairing, starts_at, minutes, but=session)
    if session.pk:
        sessions.let_go(session, now)
        absences.take_back(session=session, now=now)
    session.state, session.closed_by, session.closed_at = State.HELD, None, None
    session.starts_at, session.minutes, session.place, session.led_by = starts_at, minutes, place, led_by
    session.led_said_at, session.lead_wished_by = now if led_by == by else None, None
    session.talked_about, session.next_time = talked_about.strip(), next_time.strip()
    session.logged_by, session.logged_at, session.log_changed_at = by, now, None
    session.save()
    session.topics.set(agendas.settle(pairing=pairing, by=by, reached=reached, session_began_at=starts_at))
    facts.note(pairing=pairing, by=by, kind=Fact.Kind.SESSION_LOGGED, source_id=session.pk, happened_at=now)
    _note_who_led(session, now)
    if next_time_on_agenda and session.next_time:
        agendas.add(pairing=pairing, by=by, text=session.next_time, now=now)
    if decided.strip():
        decisions.propose(pairing=pairing, by=by, text=decided, session=session, now=now)
    _say_that_it_was_held(session, now)
    sessions.record("session.logged", session, by, now)
    return session


@transaction.atomic
def put_right(
    *,
    session: Session,
    by: Membership,
    starts_at: datetime,
    minutes: int,
    place: str,
    led_by: Membership | None,
    now: datetime,
    reached: Collection[int] = (),
    talked_about: str = "",
    next_time: str = "",
    seen_at: datetime | None = None,
) -> Session:
    """Change what one has just logged, until the other half says anything about it. Topics that are not `reached` any more are open again.

    `seen_at` is when it last changed before this person began (`last_changed_at`), None where it did not. Raises `ChangedMeanwhile` where
    it did since, in another window. What was proposed as a decision, or put on the agenda, stays.
    """
    session = sessions.locked_session(session)
    before, not_reached = list(session.topics.all()), list(session.not_reached.all())
    is_possible = policies.may_put_right(by, session, accounts=session.accounts.all(), topics=before, not_reached=not_reached, now=now)
    if not is_possible or session.starts_at is None:
        raise Refused(_("This log can’t be changed any more. Add how you remember it instead: your words stand beside it."))
    if seen_at != last_changed_at(session, not_reached):
        raise sessions.ChangedMeanwhile(session)
    sessions.refuse_length(minutes)
    sessions.refuse_leader(session.pairing, led_by)
    if starts_at != session.starts_at:
        _refuse_began(starts_at, now)
    sessions.refuse_overlap(session.pairing, starts_at, minutes, but=session)
    zone = session.pairing.program.time_zone
    is_another_day = times.local_day(starts_at, zone) != times.local_day(session.starts_at, zone)
    topics = agendas.settle_anew(
        pairing=session.pairing,
        by=by,
        before=before,
        began_before=session.starts_at,
        reached=reached,
        began_at=starts_at,
    )
    session.topics.set(topics)
    _reached_after_all(session, topics, by)
    if led_by != session.led_by:
        session.led_by, session.led_said_at = led_by, now if led_by == by else None
    session.starts_at, session.minutes, session.place = starts_at, minutes, place
    session.talked_about, session.next_time, session.log_changed_at = talked_about.strip(), next_time.strip(), now
    session.save()
    _note_who_led(session, now)
    if is_another_day:
        _say_that_it_was_held(session, now)
    sessions.record("session.put_right", session, by, now)
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
    place: str = "",
    leader: str = "",
    seen_at: datetime | None = None,
) -> SessionAccount:
    """Put one's own words beside what was logged, or change them. What was logged stays as it is.

    `starts_at`, `minutes`, `place` and `leader` (a `Session.Leader`) are as this half remembers them; the log follows when the other half
    agrees.
    `seen_at` is when the words that this person began with were written, None where they had none. Raises `SavedMeanwhile` where others
    have come between, unless they say the same.
    """
    session = sessions.locked_session(session)
    _refuse_words(session, by, words, starts_at, now)
    words, told, agreed_at = words.strip(), _otherwise(session, Told(starts_at, minutes, place, leader)), None
    account = _account_of(session, by, now)
    if told == Told() and account.agreed_at is not None:
        told, agreed_at = account.told, account.agreed_at
    if not words and told == Told():
        raise Refused(_("Write a few words, or say when it was."))
    if account.pk and (words, is_different, told, agreed_at) == (account.words, account.is_different, account.told, account.agreed_at):
        return account
    if account.pk and account.written_at != seen_at:
        raise SavedMeanwhile(account)
    account.words, account.is_different, account.told, account.agreed_at = words, is_different, told, agreed_at
    account.written_at = now
    account.save()
    sessions.record("session.remembered", session, by, now)
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
    place: str = "",
    leader: str = "",
    reached: Collection[int] = (),
    for_agenda: str = "",
    decided: str = "",
) -> None:
    """What one half typed to log a meeting that the other half has logged goes beside it, after their own words of before.

    What they remembered differently stays, unless they say it otherwise now. Whoever says here that they led says so themselves. Topics
    that were `reached` are reached for both; `for_agenda` becomes a topic, and what was `decided` is proposed. Without anything to add,
    nothing changes.
    """
    session = sessions.locked_session(session)
    account = _account_of(session, by, now)
    joined = "\n\n".join(filter(None, [account.words, words.strip()]))
    _refuse_words(session, by, joined, starts_at, now)
    otherwise = _otherwise(session, Told(starts_at, minutes, place, leader))
    told = Told._make(now_said or before for now_said, before in zip(otherwise, account.told, strict=True))
    if leader == session.pairing.side_of(by) and policies.may_say_led(by, session):
        _say_led(session, now)
    if (joined, told) != (account.words, account.told):
        account.agreed_at = account.agreed_at if told == account.told else None
        account.words, account.told = joined, told
        account.written_at = now
        account.save()
    elif not reached and not for_agenda and not decided.strip():
        return
    if reached and session.starts_at is not None:
        topics = agendas.settle(pairing=session.pairing, by=by, reached=reached, session_began_at=session.starts_at)
        session.topics.add(*topics)
        _reached_after_all(session, topics, by)
    if for_agenda:
        agendas.add(pairing=session.pairing, by=by, text=for_agenda, now=now)
    if decided.strip():
        decisions.propose(pairing=session.pairing, by=by, text=decided, session=session, now=now)
    sessions.record("session.remembered", session, by, now)


@transaction.atomic
def correct(*, account: SessionAccount, by: Membership, now: datetime, seen_at: datetime | None = None) -> Session:
    """Agree to what the other half remembers: the log says so from now on, and what it said at first is kept beside it.

    Agreeing again changes nothing.

    `seen_at` is when that was written which this person saw; None where it does not matter.
    """
    session = sessions.locked_session(account.session)
    account = SessionAccount.objects.get(pk=account.pk)
    if not policies.may_correct(by, session, account):
        raise Refused(_("This is for the other half of your pairing to agree to."))
    starts_at, minutes = account.starts_at or session.starts_at, account.minutes or session.minutes
    if not account.waits or starts_at is None:
        return session
    if seen_at is not None and seen_at != account.written_at:
        raise Refused(_("This was changed meanwhile. Have a look at what stands there now."))
    sessions.refuse_overlap(session.pairing, starts_at, minutes, but=session)
    if session.logged == Told():
        session.logged_starts_at, session.logged_minutes, session.logged_place, session.logged_leader = session.told
    session.starts_at, session.minutes, session.place = starts_at, minutes, account.place or session.place
    if account.leader:
        session.led_by = None if account.leader == Session.Leader.BOTH else getattr(session.pairing, account.leader)
        session.led_said_at = now if session.led_by else None
    session.save()
    _note_who_led(session, now)
    account.agreed_at = now
    account.save(update_fields=["agreed_at"])
    sessions.record("session.corrected", session, by, now)
    return session


@transaction.atomic
def say_led(*, session: Session, by: Membership, now: datetime) -> Session:
    """Say that one led this meeting, as the other half wrote it down. Saying it again changes nothing."""
    session = sessions.locked_session(session)
    if session.led_said_at is not None and session.led_by_id == by.pk:
        return session
    if not policies.may_say_led(by, session):
        raise Refused(_("What is written down does not say that you led. You can add how you remember it."))
    _say_led(session, now)
    sessions.record("session.led_said", session, by, now)
    return session


def take_out(*, item: AgendaItem, by: Membership, now: datetime) -> None:
    """A topic has just been opened again, in whose transaction this is: it is in no log any more, and there it says who says so."""
    for session in item.sessions.all():
        NotReached.objects.update_or_create(session=session, topic=item, said_by=by, defaults={"said_at": now, "text": item.text})
    item.sessions.clear()


# --- pieces ---


def _say_that_it_was_held(session: Session, now: datetime) -> None:
    for callback in _when_held:
        callback(session=session, now=now)


def _refuse_words(session: Session, by: Membership, words: str, starts_at: datetime | None, now: datetime) -> None:
    if not policies.may_remember(by, session):
        raise Refused(_("Words are added to a meeting you have had, while the pairing is active."))
    if len(words.strip()) > LONGEST_WORDS:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_WORDS})
    if starts_at is not None and starts_at != session.starts_at:
        _refuse_began(starts_at, now)


def _otherwise(session: Session, told: Told) -> Told:
    """What of it the log does not say."""
    if session.state != State.HELD:
        return Told()
    if told.minutes is not None:
        sessions.refuse_length(told.minutes)
    return Told._make(nothing if said == stands else said for nothing, said, stands in zip(Told(), told, session.told, strict=True))


def _say_led(session: Session, now: datetime) -> None:
    session.led_said_at = now
    session.save(update_fields=["led_said_at"])
    _note_who_led(session, now)


def _reached_after_all(session: Session, topics: Collection[AgendaItem], by: Membership) -> None:
    """What this half said before they do not say any more. What the other says stays."""
    session.not_reached.filter(topic__in=topics, said_by=by).delete()


def _note_who_led(session: Session, now: datetime) -> None:
    """In the week of the meeting, and never about somebody on the word of the other alone."""
    facts.withdraw(kind=Fact.Kind.SESSION_LED, source_id=session.pk, now=now)
    if session.led_by is not None and session.led_said_at is not None:
        happened_at = session.starts_at or now
        facts.note(pairing=session.pairing, by=session.led_by, kind=Fact.Kind.SESSION_LED, source_id=session.pk, happened_at=happened_at)


def _account_of(session: Session, by: Membership, now: datetime) -> SessionAccount:
    """Without a key, where this half has written none so far."""
    found = SessionAccount.objects.filter(session=session, author=by).first()
    return found or SessionAccount(session=session, author=by, written_at=now)


def _refuse_began(starts_at: datetime, now: datetime) -> None:
    if starts_at > now:
        raise Refused(_("This time has not come yet. Log a meeting once you have had it."))
    if starts_at < now - FURTHEST_BACK:
        raise Refused(_("This is more than a year ago. Choose when you met in the last twelve months."))


def _refuse_if_there(pairing: Pairing, by: Membership, starts_at: datetime, minutes: int, *, is_another: bool) -> None:
    logged = Session.objects.filter(pairing=pairing).held().order_by("starts_at", "pk")
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
    words = sessions.when_it_is(session) | {"minutes": session.minutes}
    if session.logged_by is None or session.logged_by_id == by.pk:
        return _("You have logged this meeting already: %(day)s, %(start)s, %(minutes)s minutes.") % words
    words["name"] = session.logged_by.user.short_name
    return _("%(name)s has logged this meeting already: %(day)s, %(start)s, %(minutes)s minutes.") % words
