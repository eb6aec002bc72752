"""On which days a series meets, and at which moments. Pure reckoning: it knows no Django, and no clock but that of the zone it is given.

A series is reckoned in days of its own zone, so that a clock there shows the same time all along, whatever clocks do meanwhile. Its rule
is the text that calendars read (RFC 5545), so that they and the pages mean the same days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from checkins.plans import cadence
from mentoring.kernel import times

FEWEST_TIMES, MOST_TIMES = 2, 26
# Half a year from the first to the last.
LONGEST = timedelta(days=184)
# What is the fifth of its kind in one month is in some months alone: the last is meant.
EARLIEST_FIFTH = 29


class Every(StrEnum):
    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    MONTH = "month"


@dataclass(frozen=True)
class Meetings:
    """`moments` in UTC, the first one first. `skipped`: days that lie in a holiday. `left_out`: days on which no clock shows the time."""

    moments: list[datetime]
    skipped: list[date]
    left_out: list[date]


def mark_of(moments: Sequence[datetime]) -> str:
    """A short text that is another one where any of the moments is: what somebody saw is compared by it."""
    return sha256(" ".join(f"{moment.timestamp():.0f}" for moment in moments).encode()).hexdigest()[:16]


def rule_of(every: str, first: date, how_often: int) -> str:
    """So often from this day on: each month on the same weekday, and the same of its kind."""
    if every != Every.MONTH:
        return str(cadence.Rule(frequency="WEEKLY", interval=2 if every == Every.TWO_WEEKS else 1, count=how_often))
    which = -1 if first.day >= EARLIEST_FIFTH else (first.day + 6) // 7
    return str(cadence.Rule(frequency="MONTHLY", weekdays=((which, first.weekday()),), count=how_often))


def how_often_until(every: str, first: date, until: date) -> int:
    """The first included, and the last if it is on that very day; one more than may be where it is more."""
    return sum(day <= until for day in days_of(rule_of(every, first, MOST_TIMES + 1), first))


def days_of(rule: str, first: date) -> list[date]:
    """All of them, those in holidays too."""
    return [first, *(due.day for due in _after(rule, first, ()))]


def lasts_too_long(rule: str, first: date) -> bool:
    return days_of(rule, first)[-1] > first + LONGEST


def meetings(rule: str, starts_at: datetime, zone: str, holidays: cadence.Holidays = ()) -> Meetings:
    """The first is when the two chose to have it; those after it keep out of holidays."""
    began = times.local(starts_at, zone)
    at = began.time().replace(fold=0)
    due = _after(rule, began.date(), holidays)
    days = [one.day for one in due if not one.is_skipped]
    return Meetings(
        moments=[starts_at, *(times.at_local(day, at, zone) for day in days)],
        skipped=[one.day for one in due if one.is_skipped],
        left_out=[day for day in days if times.is_left_out(day, at, zone)],
    )


def _after(rule: str, first: date, holidays: cadence.Holidays) -> list[cadence.DueDay]:
    return cadence.between(rule, first, first, first + timedelta(days=31 * (MOST_TIMES + 1)), holidays=holidays)
