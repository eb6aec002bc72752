"""Suggesting times, agreeing on one, moving, cancelling."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkins.sessions import policies, repeating
from checkins.sessions.models import (
    LONGEST_LINE,
    LONGEST_MINUTES,
    MINUTE,
    SHORTEST_MINUTES,
    Repeats,
    Series,
    Session,
    SessionOption,
)
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.audit import services as audit
from mentoring.kernel.dates import written
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Holiday, Membership

State = Session.State

MOST_PLANNED = 5
# Nobody's calendar reaches further, and a year that was mistyped does.
FURTHEST_AHEAD = timedelta(days=366)
A_DAY = timedelta(days=1)
IN_TWO_WEEKS = timedelta(days=14)
# How and where are one thing: the room of one beside the video call of the other is a place that nobody meant.
CHANGED_TOGETHER = (("place", "where"), ("led_by",))

SUGGESTED, AGREED, MOVED, CHANGED = "session-suggested", "session-agreed", "session-moved", "session-changed"
CANCELLED, NOT_AGREED, LEADS = "session-cancelled", "session-not-agreed", "session-leads"
SERIES_AGREED, SERIES_ENDED = "series-agreed", "series-ended"


class Meanwhile(Refused):
    """Something else stands there than what this person saw when they began. What they typed is not lost: they can go on from here."""


class OtherTimesMeanwhile(Meanwhile):
    """Other times are open than those that this person saw: `seen` is the key of the first of them now, 0 where none is."""

    def __init__(self, options: Sequence[SessionOption]) -> None:
        when = "; ".join(written(timezone.localtime(option.starts_at), "weekday_and_clock") for option in options)
        some = _("Other times are open here now: %(when)s. Have a look at them first.") % {"when": when}
        super().__init__(some if options else _("The times that were open here are open no more. Have a look at how it stands."))
        self.seen = options[0].pk if options else 0


class SuggestedMeanwhile(Meanwhile):
    """Times are open between the two already: `session`."""

    def __init__(self, session: Session) -> None:
        super().__init__(_("There is an open suggestion between you two already. Answer it, or suggest other times there."))
        self.session = session


class ChangedMeanwhile(Meanwhile):
    """The same was changed after this person began: `session` is how it stands now."""

    def __init__(self, session: Session) -> None:
        super().__init__(_("This was changed while you were writing. Nothing of what you wrote is lost."))
        self.session = session


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
    repeats: Repeats | None = None,
) -> Session:
    """Suggest one to three times for a meeting. The other half picks one, suggests others, or says no.

    With `repeats`, each of them begins a series, and whoever picks it agrees to the whole.

    Raises `SuggestedMeanwhile` where some are open already.
    """
    pairing = locked(pairing)
    if not policies.may_propose(by, pairing):
        raise Refused(_("Times are suggested by the two of a pairing, while it is active."))
    refuse_length(minutes)
    if there := Session.objects.filter(pairing=pairing, state=State.PROPOSED).with_open_options().first():
        raise SuggestedMeanwhile(there)
    if Session.objects.filter(pairing=pairing, series=None).still_planned(now).count() >= MOST_PLANNED:
        raise Refused(_("You two have %(most)s meetings planned. Have one of them first, or cancel one.") % {"most": MOST_PLANNED})
    _refuse_times(pairing, options, minutes, now)
    series = None
    if repeats is not None:
        _refuse_series(pairing, repeats, options, minutes, by, now)
        series = Series.objects.create(pairing=pairing, **repeats._asdict())
    session = Session.objects.create(
        pairing=pairing, state=State.PROPOSED, minutes=minutes, place=place, where=_one_line(where), proposed_by=by, series=series
    )
    _offer(session, by, options, now)
    facts.note(pairing=pairing, by=by, kind=Fact.Kind.TIME_PROPOSED, source_id=session.pk, happened_at=now)
    record("session.proposed", session, by, now)
    return session


@transaction.atomic
def suggest(*, session: Session, by: Membership, options: Sequence[datetime], now: datetime, seen: int | None = None) -> Session:
    """Suggest other times instead of those that are open, or new ones for a planned meeting, which stays until one is picked.

    `seen` is the key of the first open time that this person saw, 0 where they saw none, None where it does not matter. Raises
    `OtherTimesMeanwhile` where there are others now.
    """
    session = locked_session(session)
    if not policies.may_suggest(by, session):
        raise Refused(_("This meeting can’t be moved any more. Suggest a new one instead."))
    _refuse_unseen(session, seen)
    _refuse_times(session.pairing, options, session.minutes, now, but=session)
    if session.starts_at in options:
        raise Refused(_("One of these is the time you have now. Choose other times."))
    if session.state == State.PROPOSED and session.series is not None:
        _refuse_series(session.pairing, session.series.repeats, options, session.minutes, by, now)
    _close_options(session, now)
    if session.state == State.PROPOSED:
        session.proposed_by = by
        session.save(update_fields=["proposed_by"])
        facts.note(pairing=session.pairing, by=by, kind=Fact.Kind.TIME_PROPOSED, source_id=session.pk, happened_at=now)
    _offer(session, by, options, now)
    record("session.times_suggested", session, by, now)
    return session


@transaction.atomic
def pick(*, option: SessionOption, by: Membership, now: datetime, seen: str | None = None) -> Session:
    """Agree to one of the times, and to the series that begins with it, if one does. Picking it again changes nothing.

    `seen` is the mark of the series' dates that this person saw, None where it does not matter: a holiday or a zone may have changed since.
    """
    session = locked_session(option.session)
    option = SessionOption.objects.get(pk=option.pk)
    if option.closed_at is not None and session.state == State.PLANNED and session.starts_at == option.starts_at:
        return session
    if not policies.may_pick(by, session, option):
        raise Refused(_("This time is not to be picked any more. Have a look at what stands there now."))
    if option.starts_at <= now:
        raise Refused(_("This time has passed. Pick another, or suggest others."))
    refuse_overlap(session.pairing, option.starts_at, session.minutes, but=session)
    is_moved = session.state == State.PLANNED
    series, moments = None if is_moved else session.series, [option.starts_at]
    if series is not None:
        moments = _refuse_series(session.pairing, series.repeats, [option.starts_at], session.minutes, option.proposed_by, now)
        if seen is not None and seen != repeating.mark_of(moments):
            raise Refused(_("These are all the dates as they are now. Have a look at them, then pick the time."))
    if is_moved:
        session.sequence += 1
        facts.note(pairing=session.pairing, by=option.proposed_by, kind=Fact.Kind.TIME_MOVED, source_id=option.pk, happened_at=now)
    else:
        session.led_by = _whose_turn(session.pairing, option.starts_at)
    _close_options(session, now)
    session.state, session.starts_at, session.proposed_by = State.PLANNED, option.starts_at, option.proposed_by
    session.recurs_at = option.starts_at if series else session.recurs_at
    session.save(update_fields=["state", "starts_at", "proposed_by", "led_by", "sequence", "recurs_at"])
    if series is None:
        _owe_to_both(MOVED if is_moved else AGREED, session, now)
    else:
        _plan_series(series, session, moments, now)
    record("session.moved" if is_moved else "session.agreed", session, by, now)
    return session


@transaction.atomic
def decline(*, session: Session, by: Membership, now: datetime, seen: int | None = None) -> Session:
    """Say no to the times that are open, or take back one's own. What was planned before stays as it is. `seen` is as in `suggest`."""
    session = locked_session(session)
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
    record("session.times_taken_back" if is_own else "session.times_declined", session, by, now)
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
    """Say where the two meet and who leads: one of them, or nobody for both. Calendars hear of a new place, the other of a new leader.

    Who takes a turn that is not theirs asks for it: it changes once the other agrees.

    `seen` is what stood there when this person began, by the names of the three; None where it does not matter. What they left as it was
    stays as it stands now. Raises `ChangedMeanwhile` where what they changed was changed by somebody else too, unless to the same.
    """
    session = locked_session(session)
    if not policies.may_change(by, session, now):
        raise Refused(_("Only a meeting that is still to come can be changed."))
    refuse_leader(session.pairing, led_by)
    before, leader = (session.place, session.where), session.led_by
    told = {"place": place, "where": _one_line(where), "led_by": led_by}
    for names in CHANGED_TOGETHER:
        wished, stands = [told[name] for name in names], [getattr(session, name) for name in names]
        began_with = stands if seen is None else [seen[name] for name in names]
        if stands not in (began_with, wished) and wished != began_with:
            raise ChangedMeanwhile(session)
        if wished != began_with:
            for name in names:
                setattr(session, name, told[name])
    moves_house = (session.place, session.where) != before
    session.sequence += moves_house
    is_told = session.led_by != leader and not (session.led_by == by == session.lead_wished_by)
    if session.led_by != leader:
        session.led_by, session.lead_wished_by = (leader, by) if session.led_by == by else (session.led_by, None)
    session.save(update_fields=["place", "where", "led_by", "lead_wished_by", "sequence"])
    if is_told:
        _owe_who_leads(session, session.pairing.other_half(by), now)
    if moves_house:
        _owe_to_both(CHANGED, session, now)
    record("session.changed", session, by, now)
    return session


@transaction.atomic
def agree_to_lead(*, session: Session, by: Membership, now: datetime) -> Session:
    """Agree that the other half leads, as they wished."""
    session = locked_session(session)
    if not policies.may_agree_to_lead(by, session, now):
        raise Refused(_("Nobody asks you about this any more. Have a look at how it stands."))
    session.led_by, session.lead_wished_by = session.lead_wished_by, None
    session.save(update_fields=["led_by", "lead_wished_by"])
    _owe_who_leads(session, session.pairing.other_half(by), now)
    record("session.lead_agreed", session, by, now)
    return session


@transaction.atomic
def decline_to_lead(*, session: Session, by: Membership, now: datetime) -> Session:
    """Leave it as it is who leads, or take back one's own wish to."""
    session = locked_session(session)
    if not policies.may_decline_to_lead(by, session, now):
        raise Refused(_("Nobody asks about this any more. Have a look at how it stands."))
    is_own, session.lead_wished_by = session.lead_wished_by_id == by.pk, None
    session.save(update_fields=["lead_wished_by"])
    if is_own:
        outbox.cancel(kind=LEADS, subject_ids=[session.pk], now=now)
    else:
        _owe_who_leads(session, session.pairing.other_half(by), now)
    record("session.lead_taken_back" if is_own else "session.lead_declined", session, by, now)
    return session


@transaction.atomic
def cancel(*, session: Session, by: Membership, now: datetime, word: str = "") -> Session:
    """Call a planned meeting off, with a word to the other if one likes. Who cancels it again with nothing new to say changes nothing."""
    session, word = locked_session(session), _one_line(word)
    if session.state == State.CANCELLED and session.closed_by_id == by.pk and word in ("", session.word):
        return session
    if session.state == State.CANCELLED and session.pairing.includes(by):
        raise Refused(_("This session is cancelled already, so this word was not sent. You can write it as a message instead."))
    if not policies.may_cancel(by, session, now):
        raise Refused(_("Only a meeting that is still to come can be cancelled. If its time has passed, say whether you met."))
    _call_off(session, by, now, word=word)
    facts.note(pairing=session.pairing, by=by, kind=Fact.Kind.SESSION_CANCELLED, source_id=session.pk, happened_at=now)
    record("session.cancelled", session, by, now)
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


def whose_turn(pairing: Pairing, before: datetime) -> Membership | None:
    """The half that did not lead the meeting before; nobody, where neither has led one so far."""
    led = Session.objects.filter(pairing=pairing, state__in=[State.PLANNED, State.HELD], starts_at__lt=before).exclude(led_by=None)
    last = led.order_by("-starts_at", "-pk").values_list("led_by", flat=True).first()
    return next((half for half in pairing.halves if half.pk != last), None) if last else None


# --- pieces, also of what is said when its time has passed ---


def let_go(session: Session, now: datetime) -> None:
    """Its time has passed: nobody picks another any more, and no calendar hears of it."""
    _close_options(session, now)
    _take_back_entries(session, now)


def _whose_turn(pairing: Pairing, starts_at: datetime) -> Membership:
    """The very first is drawn by chance, so that no role begins."""
    return whose_turn(pairing, starts_at) or secrets.choice(pairing.halves)


def locked(pairing: Pairing) -> Pairing:
    found = Pairing.objects.select_for_update(of=["self"], no_key=True).with_halves().select_related("program")
    return found.get(pk=pairing.pk)


def locked_session(session: Session) -> Session:
    """The pairing first: whatever two people do to their meetings happens one after the other."""
    pairing = locked(session.pairing)
    session = Session.objects.get(pk=session.pk, pairing=pairing)
    session.pairing = pairing
    return session


def refuse_length(minutes: int) -> None:
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Refused(
            _("Enter a number of minutes from %(shortest)s to %(longest)s.") % {"shortest": SHORTEST_MINUTES, "longest": LONGEST_MINUTES}
        )


def refuse_leader(pairing: Pairing, led_by: Membership | None) -> None:
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
        refuse_overlap(pairing, starts_at, minutes, but=but)


def refuse_overlap(pairing: Pairing, starts_at: datetime, minutes: int, but: Session | None = None) -> None:
    there = Session.objects.filter(pairing=pairing, state__in=[State.PLANNED, State.HELD]).overlapping(starts_at, minutes)
    if found := (there.exclude(pk=but.pk) if but and but.pk else there).order_by("starts_at", "pk").first():
        raise _meets_then(found)


def _meets_then(session: Session) -> Refused:
    return Refused(_("You two have a meeting at that time: %(day)s, %(start)s. Choose another time.") % when_it_is(session))


def would_be(repeats: Repeats, starts_at: datetime, zone: str, holidays: Sequence[Holiday]) -> repeating.Meetings:
    """All meetings of a series that begins then. Raises `Refused` where no series can be like that."""
    return repeating.meetings(
        _rule_of(repeats, starts_at, zone), starts_at, zone, [(holiday.first_day, holiday.last_day) for holiday in holidays]
    )


def holidays_of(pairing: Pairing) -> list[Holiday]:
    return list(Holiday.objects.filter(program=pairing.program_id).in_order())


def _rule_of(repeats: Repeats, starts_at: datetime, zone: str) -> str:
    first, least, most = times.local_day(starts_at, zone), repeating.FEWEST_TIMES, repeating.MOST_TIMES
    how_often = repeats.times or repeating.how_often_until(repeats.every, first, repeats.until or first)
    if not least <= how_often <= most:
        raise Refused(
            _("A series is %(least)s to %(most)s sessions. Choose another number, or another last day.") % {"least": least, "most": most}
        )
    rule = repeating.rule_of(repeats.every, first, how_often)
    if repeating.lasts_too_long(rule, first):
        raise Refused(_("A series lasts half a year at most. Choose a smaller number, or an earlier last day."))
    return rule


def _refuse_series(
    pairing: Pairing, repeats: Repeats, options: Sequence[datetime], minutes: int, by: Membership, now: datetime
) -> list[datetime]:
    """`by` is whoever suggests the times: the clock in their zone is the series' own. Returns the moments of the last option."""
    zone, holidays, moments = by.user.time_zone, holidays_of(pairing), list(options)
    there = Session.objects.filter(pairing=pairing, state__in=[State.PLANNED, State.HELD])
    if there.still_planned(now).exclude(series=None).exists():
        raise Refused(_("You two have a series already. End it first, or suggest a single session."))
    for starts_at in options:
        series = would_be(repeats, starts_at, zone, holidays)
        for day in series.left_out:
            words = {"day": written(day, "day"), "start": written(times.local(starts_at, zone), "clock")}
            raise Refused(_("Clocks go forward on %(day)s, and %(start)s is left out. Choose another time.") % words)
        moments = series.moments
        for session in there.overlapping(starts_at, (moments[-1] - starts_at) // MINUTE + minutes).order_by("starts_at", "pk"):
            if any(session.overlaps(moment, minutes) for moment in moments):
                raise _meets_then(session)
    return moments


def _plan_series(series: Series, first: Session, moments: Sequence[datetime], now: datetime) -> None:
    """What was agreed on becomes meetings, each of its own; they take turns in leading. One mail tells of them all."""
    if first.starts_at is None or first.proposed_by is None:
        raise ValueError("A series begins with a meeting that somebody suggested and the other agreed on.")
    series.zone = first.proposed_by.user.time_zone
    series.rule = _rule_of(series.repeats, first.starts_at, series.zone)
    series.starts_at, series.minutes, series.place, series.where = first.starts_at, first.minutes, first.place, first.where
    series.save(update_fields=["zone", "rule", "starts_at", "minutes", "place", "where"])
    turns = first.pairing.halves if first.led_by == first.pairing.first else first.pairing.halves[::-1]
    Session.objects.bulk_create(
        Session(
            pairing=first.pairing,
            series=series,
            state=State.PLANNED,
            starts_at=moment,
            recurs_at=moment,
            minutes=first.minutes,
            place=first.place,
            where=first.where,
            proposed_by=first.proposed_by,
            led_by=turns[number % 2],
        )
        for number, moment in enumerate(moments[1:], start=1)
    )
    owe_of_series(SERIES_AGREED, series, now, last=moments[-1])


def owe_of_series(kind: str, series: Series, now: datetime, *, last: datetime) -> None:
    """`last`: when the last meeting that it tells of begins. What was sent before of the series as a whole is overtaken."""
    outbox.cancel(kind=SERIES_AGREED, subject_ids=[series.pk], now=now)
    duties = [
        outbox.Duty(
            kind=kind,
            subject_id=series.pk,
            recipient_id=half.user_id,
            program_id=series.pairing.program_id,
            expires_at=last + A_DAY,
        )
        for half in series.pairing.halves
    ]
    outbox.owe_many(duties, now=now)


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


def _owe_who_leads(session: Session, half: Membership, now: datetime) -> None:
    outbox.cancel(kind=LEADS, subject_ids=[session.pk], now=now)
    outbox.owe(
        kind=LEADS,
        subject_id=session.pk,
        recipient=half.user,
        slot=f"{now:%Y%m%dT%H%M%S%f}",
        program_id=session.pairing.program_id,
        expires_at=session.ends_at,
        now=now,
    )


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


def when_it_is(session: Session) -> dict[str, object]:
    began = timezone.localtime(session.starts_at)
    return {"day": written(began, "weekday"), "start": written(began, "clock")}


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_LINE:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_LINE})
    return text


def record(verb: str, session: Session, by: Membership, now: datetime) -> None:
    audit.record(verb=verb, subject=session, program_id=session.pairing.program_id, actor_id=by.user_id, now=now)
