"""A meeting as a calendar entry (RFC 5545 and 5546), in its reader's own zone.

Calendars know a meeting by its UID, which stays the same over all moves, and take the entry with the highest SEQUENCE. All meetings of a
series have the series' UID, and each is told by its RECURRENCE-ID: when it was to be, by the clock of the series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import parseaddr

import icalendar
from django.utils.translation import gettext as _

from checkins.sessions import repeating
from checkins.sessions.models import Series, Session
from mentoring.kernel import times

NOTHING, A_MINUTE, A_DAY = timedelta(0), timedelta(minutes=1), timedelta(days=1)
PRODUCT = "-//Evenhand//Sessions//EN"
# What a request asks a calendar to do, what a cancellation, and what a file is that somebody fetches.
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


@dataclass(frozen=True)
class People:
    """Addresses with a name, `Amara Okoye <amara@example.org>`."""

    organizer: str
    attendee: str = ""


def entry(session: Session, *, method: str, zone: str, people: People, now: datetime) -> str:
    """The text of an .ics file, in lines as calendars want them. `zone` is the reader's. The session has a time.

    One of a series is told by the clock of the series, which its entry in calendars goes by.
    """
    if session.starts_at is None or session.ends_at is None:
        raise ValueError("A meeting without a time is in no calendar.")
    zone = session.series.zone if session.series else zone
    return _file(method, zone, session.starts_at, [_one(session, method, zone, people, now)])


def entry_of_series(series: Series, sessions: Sequence[Session], *, method: str, people: People, now: datetime) -> str:
    """All of it as it stands: the rule, what is left out of it, and each meeting that was changed since.

    `sessions` are those of the series, whatever became of them. A request takes all of it out where nothing of it stands.
    """
    kept = {session.recurs_at: session for session in sessions if session.state != Session.State.CANCELLED}
    if series.starts_at is None or series.minutes is None:
        raise ValueError("A series that nobody agreed on is in no calendar.")
    times_by_rule = repeating.meetings(series.rule, series.starts_at, series.zone).moments
    if kept:
        times_by_rule = [moment for moment in times_by_rule if moment <= max(filter(None, kept))]
    elif method == REQUEST:
        method = CANCEL
    place = Session(place=series.place, where=series.where)
    whole = _event(method, people, now, uid=str(series.uid), sequence=series.sequence, where=place)
    _add_times(whole, series.starts_at, series.minutes, series.zone)
    rule = repeating.rule_of(series.every, times.local_day(series.starts_at, series.zone), len(times_by_rule))
    whole.add("rrule", icalendar.vRecur.from_ical(rule))
    if kept and (left_out := [_entered(moment, series.zone) for moment in times_by_rule if moment not in kept]):
        whole.add("exdate", left_out)
    changed = [_one(session, method, series.zone, people, now) for session in kept.values() if session.sequence]
    return _file(method, series.zone, series.starts_at, [whole, *changed])


def method_in(text: str) -> str:
    """What a file asks a calendar to do."""
    return next(line.removeprefix("METHOD:") for line in text.splitlines() if line.startswith("METHOD:"))


def _one(session: Session, method: str, zone: str, people: People, now: datetime) -> icalendar.Event:
    """One meeting; of a series the one that was to be at `recurs_at`. It was changed as often as it was and its series was."""
    series = session.series
    uid, sequence = (series.uid, series.sequence) if series else (session.uid, 0)
    event = _event(method, people, now, uid=str(uid), sequence=sequence + session.sequence, where=session)
    if series and session.recurs_at:
        event.add("recurrence-id", _entered(session.recurs_at, zone))
    if session.starts_at:
        _add_times(event, session.starts_at, session.minutes, zone)
    return event


def _event(method: str, people: People, now: datetime, *, uid: str, sequence: int, where: Session) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", now)
    event.add("summary", _("Mentoring session"))
    event.add("location", _printable(where.where) or where.get_place_display())
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("organizer", _address(people.organizer))
    if people.attendee:
        event.add("attendee", _address(people.attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE"))
    return event


def _add_times(event: icalendar.Event, starts_at: datetime, minutes: int, zone: str) -> None:
    event.add("dtstart", _entered(starts_at, zone))
    event.add("dtend", _entered(starts_at + minutes * A_MINUTE, zone))


def _file(method: str, zone: str, near: datetime, events: Sequence[icalendar.Event]) -> str:
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", method)
    # UTC needs no rules, and is written with a Z.
    if zone != "UTC":
        calendar.add_component(_rules(zone, times.local_day(near, zone)))
    for event in events:
        calendar.add_component(event)
    return str(calendar.to_ical().decode())


def _address(named: str, **parameters: str) -> icalendar.vCalAddress:
    name, address = parseaddr(named)
    value = icalendar.vCalAddress(f"mailto:{address}")
    for key, word in {"CN": _printable(_decoded(name)), **parameters}.items():
        if word:
            value.params[key] = word
    return value


def _decoded(name: str) -> str:
    """As a person writes it: mail writes letters outside ASCII in a code of its own (RFC 2047), which calendars show as it is."""
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, UnicodeError):
        return name


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())


def _entered(moment: datetime, zone: str) -> datetime:
    """By the reader's clock, as a calendar repeats it; in UTC where that clock shows this time for the second time on that day."""
    local = times.local(moment, zone)
    return moment.astimezone(UTC) if local.fold else local


def _rules(zone: str, day: date) -> icalendar.Timezone:
    """What the clocks of the zone do from the year before to the year after, so that a calendar need not know the zone's name.

    Written out change by change: the library's own list tells the changes by the clock that they lead to, not by the one before.
    """
    moment = datetime(day.year - 1, 1, 1, tzinfo=UTC)
    rules = icalendar.Timezone()
    rules.add("tzid", zone)
    rules.add_component(_rule(moment, zone, before=moment))
    while moment.year <= day.year + 1:
        following = moment + A_DAY
        if _offset(moment, zone) != _offset(following, zone):
            rules.add_component(_rule(_change_between(moment, following, zone), zone, before=moment))
        moment = following
    return rules


def _rule(moment: datetime, zone: str, *, before: datetime) -> icalendar.TimezoneStandard | icalendar.TimezoneDaylight:
    """What holds from this moment on, told by the clock as it was before."""
    local = times.local(moment, zone)
    rule = icalendar.TimezoneDaylight() if (local.dst() or NOTHING) > NOTHING else icalendar.TimezoneStandard()
    rule.add("dtstart", (moment + _offset(before, zone)).replace(tzinfo=None))
    rule.add("tzoffsetfrom", _offset(before, zone))
    rule.add("tzoffsetto", _offset(moment, zone))
    rule.add("tzname", local.tzname() or zone)
    return rule


def _change_between(earlier: datetime, later: datetime, zone: str) -> datetime:
    """The first moment of the new offset, to the minute."""
    while later - earlier > A_MINUTE:
        middle = earlier + (later - earlier) // 2 // A_MINUTE * A_MINUTE
        if _offset(middle, zone) == _offset(earlier, zone):
            earlier = middle
        else:
            later = middle
    return later


def _offset(moment: datetime, zone: str) -> timedelta:
    return times.local(moment, zone).utcoffset() or NOTHING
