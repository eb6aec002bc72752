"""A meeting as a calendar entry (RFC 5545 and 5546), in its reader's own zone.

Calendars know a meeting by its UID, which stays the same over all moves, and take the entry with the highest SEQUENCE.
"""

from datetime import UTC, date, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import parseaddr

import icalendar
from django.utils.translation import gettext as _

from checkins.sessions.models import Session
from mentoring.kernel import times

NOTHING, A_MINUTE, A_DAY = timedelta(0), timedelta(minutes=1), timedelta(days=1)
PRODUCT = "-//Evenhand//Sessions//EN"
# What a request asks a calendar to do, what a cancellation, and what a file is that somebody fetches.
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


def entry(session: Session, *, method: str, zone: str, organizer: str, now: datetime, attendee: str = "") -> str:
    """The text of an .ics file, in lines as calendars want them. `zone` is the reader's; `organizer` and `attendee` are
    addresses with a name, `Amara Okoye <amara@example.org>`. The session has a time."""
    if session.starts_at is None or session.ends_at is None:
        raise ValueError("A meeting without a time is in no calendar.")
    event = icalendar.Event()
    event.add("uid", str(session.uid))
    event.add("sequence", session.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", _entered(session.starts_at, zone))
    event.add("dtend", _entered(session.ends_at, zone))
    event.add("summary", _("Mentoring session"))
    event.add("location", _printable(session.where) or session.get_place_display())
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("organizer", _address(organizer))
    if attendee:
        event.add("attendee", _address(attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE"))
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", method)
    # UTC needs no rules, and is written with a Z.
    if zone != "UTC":
        calendar.add_component(_rules(zone, times.local_day(session.starts_at, zone)))
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
