"""On which days a pairing's check-ins are due. Pure reckoning with days: it knows no Django, no clock and no zone.

A rule is the part of RFC 5545 that a program needs: `FREQ` of DAILY, WEEKLY or MONTHLY with `INTERVAL`, `BYDAY`, `BYMONTHDAY`, `COUNT` and
`UNTIL` (a day). It is expanded in naive days from the day on which a pairing started, so that no change of clocks makes two or none. That
day is the first occurrence where the rule names it, but nobody is asked on it: the due days are the occurrences after it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from itertools import islice, pairwise

from dateutil import rrule

EVERY_TWO_WEEKS = "FREQ=WEEKLY;INTERVAL=2"
LONGEST_RULE = 120
FEWEST_DAYS_BETWEEN = 7
FREQUENCIES = {"DAILY": rrule.DAILY, "WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY}
# Once a year at least.
MOST_INTERVAL = {"DAILY": 366, "WEEKLY": 52, "MONTHLY": 12}
MOST_COUNT = 999
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
A_DAY_OF_WEEK = re.compile(r"([1-5]|-[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
# Days on which a pairing may start: of each month, of a leap year too. So late, since a day that never comes is looked for until the
# year 9999; the calendar repeats every 400 years, to the day of the week.
STARTS = tuple(date(9627, 1, 1) + timedelta(days=days) for days in range(731))
# Within so long a rule must have come once.
COMES_WITHIN = timedelta(days=5 * 366)

Holidays = Sequence[tuple[date, date]]


class Problem(Enum):
    """Why a text is no rule to plan by."""

    NO_RULE = "no rule"
    PART = "a part that is not of the subset"
    FREQUENCY = "frequency"
    INTERVAL = "interval"
    WEEKDAYS = "days of the week"
    MONTH_DAYS = "days of the month"
    COUNT = "count"
    UNTIL = "until"
    TOO_OFTEN = "more often than every seven days"
    NEVER = "never"


class Unusable(ValueError):
    """No rule to plan by: `problem`, and the `part` of the text that it is about."""

    def __init__(self, problem: Problem, part: str = "") -> None:
        super().__init__(f"{problem.value}: {part}")
        self.problem, self.part = problem, part


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`weekdays`: (which of the month or 0, 0 for Monday …). `until` is included."""

    frequency: str
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None

    def __str__(self) -> str:
        parts = [f"FREQ={self.frequency}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.weekdays:
            parts.append("BYDAY=" + ",".join(f"{which or ''}{WEEKDAYS[day]}" for which, day in self.weekdays))
        if self.month_days:
            parts.append("BYMONTHDAY=" + ",".join(map(str, self.month_days)))
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        return ";".join(parts)


def parse(text: str) -> Rule:
    """Read a rule, whatever its spaces, its case and the order of its parts. Raises `Unusable` for what is none of the subset."""
    plain = "".join(text.split()).upper().removeprefix("RRULE:").strip(";")
    if not plain or len(plain) > LONGEST_RULE:
        raise Unusable(Problem.NO_RULE, plain[:LONGEST_RULE])
    told: dict[str, str] = {}
    for part in plain.split(";"):
        name, _, value = part.partition("=")
        if name in told or not value or name not in ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL"):
            raise Unusable(Problem.PART, part)
        told[name] = value
    frequency = told.get("FREQ", "")
    if frequency not in FREQUENCIES:
        raise Unusable(Problem.FREQUENCY, frequency)
    return Rule(
        frequency=frequency,
        interval=_number(told.get("INTERVAL", "1"), 1, MOST_INTERVAL[frequency], Problem.INTERVAL),
        weekdays=_weekdays(told.get("BYDAY", ""), frequency),
        month_days=_month_days(told.get("BYMONTHDAY", ""), frequency),
        count=_number(told["COUNT"], 1, MOST_COUNT, Problem.COUNT) if "COUNT" in told else None,
        until=_until(told["UNTIL"]) if "UNTIL" in told else None,
    )


def check(text: str, on: date) -> Rule:
    """A rule to plan by from this day on, whenever a pairing starts. Raises `Unusable` for one that never comes, or comes too often."""
    rule = parse(text)
    if rule.until is not None and rule.until <= on:
        raise Unusable(Problem.NEVER, f"UNTIL={rule.until:%Y%m%d}")
    if rule.count == 1:
        # The first of all is the day of the start, for a pairing that starts on a day that the rule names.
        raise Unusable(Problem.NEVER, "COUNT=1")
    for start in _starts_to_try(rule):
        if next(_occurrences(rule, start, start + COMES_WITHIN, is_endless=True), None) is None:
            raise Unusable(Problem.NEVER)
    if _comes_too_often(rule):
        raise Unusable(Problem.TOO_OFTEN)
    return rule


@dataclass(frozen=True)
class DueDay:
    """`number`: which due day after the start it is, from 1, those in holidays counted. `next_day`: the next that is not in one."""

    day: date
    number: int
    is_skipped: bool
    is_long: bool
    next_day: date | None


def between(
    rule: str, started_on: date, since: date, until: date, *, holidays: Holidays = (), long_every_days: int | None = None
) -> list[DueDay]:
    """The due days from `since` to `until`, both included."""
    days = _days(rule, started_on, date(min(until.year + 2, date.max.year), 12, 31))
    place = bisect_left(days, since)
    found = []
    while place < len(days) and days[place] <= until:
        found.append(_due_day(days, place, started_on, holidays, long_every_days))
        place += 1
    return found


def first_after(rule: str, started_on: date, since: date, until: date, still: Callable[[date], bool]) -> date:
    """The first due day from `since` on of which `still` holds; the day after `until` where there is none up to then."""
    days = _days(rule, started_on, date(min(until.year + 2, date.max.year), 12, 31))
    coming = (day for day in days[bisect_left(days, since) :] if day <= until and still(day))
    return next(coming, until + timedelta(days=1))


def upcoming(
    rule: str, started_on: date, since: date, how_many: int, *, holidays: Holidays = (), long_every_days: int | None = None
) -> list[DueDay]:
    """The next due days, `since` itself and those in holidays included; fewer where the rule ends."""
    found: list[DueDay] = []
    for years in (1, 5, 40):
        until = date(min(max(since, started_on).year + years, date.max.year - 2), 12, 31)
        found = between(rule, started_on, since, until, holidays=holidays, long_every_days=long_every_days)[:how_many]
        if len(found) == how_many:
            break
    return found


@lru_cache
def usual_gap(rule: str) -> timedelta:
    """How far apart its days are, as a rule: what counts as one round of check-ins."""
    days = list(islice(_occurrences(parse(rule), STARTS[0], STARTS[0] + COMES_WITHIN, is_endless=True), 13))
    gaps = sorted(later - earlier for earlier, later in pairwise([STARTS[0], *days]))
    return gaps[len(gaps) // 2]


def _due_day(days: Sequence[date], place: int, started_on: date, holidays: Holidays, long_every_days: int | None) -> DueDay:
    day = days[place]
    is_skipped = _is_in(day, holidays)
    before = next((one for one in reversed(days[:place]) if not _is_in(one, holidays)), started_on)
    turns = [(one - started_on).days // long_every_days for one in (before, day)] if long_every_days else [0, 0]
    is_long = not is_skipped and turns[1] > turns[0]
    next_day = next((one for one in islice(days, place + 1, None) if not _is_in(one, holidays)), None)
    return DueDay(day, place + 1, is_skipped, is_long, next_day)


def _is_in(day: date, holidays: Holidays) -> bool:
    return any(first <= day <= last for first, last in holidays)


@lru_cache(maxsize=4096)
def _days(rule: str, started_on: date, until: date) -> tuple[date, ...]:
    """All due days up to `until`. Many pairings start on one day, and each is looked at again and again."""
    return tuple(_occurrences(parse(rule), started_on, until))


def _occurrences(rule: Rule, started_on: date, until: date, *, is_endless: bool = False) -> Iterator[date]:
    """After the start, up to `until`. `is_endless`: as if the rule had neither a number nor a last day."""
    last = until if rule.until is None or is_endless else min(until, rule.until)
    if last <= started_on:
        return
    found = rrule.rrule(
        FREQUENCIES[rule.frequency],
        dtstart=datetime.combine(started_on, time.min),
        interval=rule.interval,
        byweekday=list(_named_weekdays(rule)) or None,
        bymonthday=list(rule.month_days) or None,
        until=datetime.combine(last, time.min) if rule.count is None or is_endless else None,
        count=None if is_endless else rule.count,
        wkst=rrule.MO,
    )
    for moment in found:
        day = moment.date()
        if day > last:
            return
        if day > started_on:
            yield day


def _comes_too_often(rule: Rule) -> bool:
    """Some of its days are less than seven apart, for a pairing that starts on some day."""
    least = timedelta(days=FEWEST_DAYS_BETWEEN)
    # Eleven shares no divisor with seven, nor with any interval below it: all that can differ is among these.
    for start in _starts_to_try(rule)[::11]:
        days = list(_occurrences(rule, start, start + timedelta(days=3 * 366), is_endless=True))
        if any(later - earlier < least for earlier, later in pairwise(days)):
            return True
    return False


def _starts_to_try(rule: Rule) -> Sequence[date]:
    """Where its outcome can differ: a rule of weeks repeats with the day of the week, whatever the date."""
    return STARTS[:77] if rule.frequency == "WEEKLY" else STARTS


def _number(text: str, least: int, most: int, problem: Problem) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and least <= int(text) <= most):
        raise Unusable(problem, text)
    return int(text)


def _named_weekdays(rule: Rule) -> Iterator[rrule.weekday]:
    """Every Monday beside the first Tuesday is the first to the fifth Monday: the library takes only one way of naming at a time."""
    has_ordinals = any(which for which, _ in rule.weekdays)
    for which, day in rule.weekdays:
        if which or not has_ordinals:
            yield rrule.weekday(day, which or None)
        else:
            yield from (rrule.weekday(day, place) for place in range(1, 6))


def _weekdays(text: str, frequency: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in text.split(",") if text else ():
        matched = A_DAY_OF_WEEK.fullmatch(part)
        if matched is None or (matched[1] and frequency != "MONTHLY"):
            raise Unusable(Problem.WEEKDAYS, part)
        found.append((int(matched[1] or 0), WEEKDAYS.index(matched[2])))
    return tuple(dict.fromkeys(found))


def _month_days(text: str, frequency: str) -> tuple[int, ...]:
    found = []
    for part in text.split(",") if text else ():
        if not (part == "-1" or (part.isascii() and part.isdecimal() and len(part) <= 2 and 1 <= int(part) <= 31)) or frequency == "WEEKLY":
            raise Unusable(Problem.MONTH_DAYS, part)
        found.append(int(part))
    return tuple(dict.fromkeys(found))


def _until(text: str) -> date:
    if not re.fullmatch(r"[0-9]{8}", text):
        raise Unusable(Problem.UNTIL, text)
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise Unusable(Problem.UNTIL, text) from None
