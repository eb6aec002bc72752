"""Half-days of a week, as the hours of a clock. Knows no Django.

An hour is a whole number from 0 (Monday 00:00 to 01:00) to 167 (Sunday 23:00 to 24:00).
"""

import re
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

HOURS = 168
MORNING, AFTERNOON = range(8, 12), range(13, 18)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HALF_DAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)\s+(am|pm)", re.IGNORECASE)
WEEKEND = "weekend"


@cache
def local_hours(label: str) -> frozenset[int]:
    """The hours that a label means by somebody's own clock: "Mon am", "Weekend". None of them for other words."""
    words = " ".join(label.split())
    if words.casefold() == WEEKEND:
        return frozenset(hour for day in (5, 6) for part in (MORNING, AFTERNOON) for hour in _of(day, part))
    if half_day := HALF_DAY.fullmatch(words):
        day, part = half_day[1].casefold(), half_day[2].casefold()
        return frozenset(_of(DAYS.index(day), MORNING if part == "am" else AFTERNOON))
    return frozenset()


@cache
def hours_in_utc(label: str, zone: str, on: date) -> frozenset[int]:
    """The hours of the week in UTC that lie wholly within the label, by the zone's clock at noon (UTC) of the day."""
    free = local_hours(label)
    moment = datetime.combine(on, time(12), UTC)
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    # A zone of half hours: an hour that begins at half past needs both local hours that it lies in.
    return frozenset(hour for hour in range(HOURS) if {(60 * hour + minutes + at) // 60 % HOURS for at in (0, 59)} <= free)


def _of(day: int, part: range) -> range:
    return range(24 * day + part.start, 24 * day + part.stop)
