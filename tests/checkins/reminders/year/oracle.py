"""Which mail leaves in which minute of a year, reckoned as plainly as the rules read.

The rules: due days and holidays, opening, closing, three reminders, short and long form, the closing check-in, and when mail that can
wait is sent. Where they leave a choice, they are read like this:

 1. The planner runs at each whole minute at which workers are not down: it first makes the check-ins it may make, then sends what may
    leave. What somebody does between two runs is true for the later one.
 2. Weeks start on Monday (BYDAY with INTERVAL). A rule without BYDAY or BYMONTHDAY takes the weekday (weekly) or the day of the month
    (monthly) of S; a month without that day has no occurrence. BYDAY and BYMONTHDAY together must both be true. UNTIL is included.
 3. COUNT counts S where the rule names it and counts days in holidays; both use up one of the count without a check-in.
 4. A check-in keeps the zone it was made with: its opening, its reminders and its closing. Quiet hours and the one mail a day go by
    the clock the person has in that minute.
 5. `closes_at` is fixed when the check-in is made: 00:00 of D + open_days + 1, or the opening of the next due day that is not skipped,
    both by the zone it is made with. It stays so when its person moves and the next one opens earlier or later: they were told until when.
 6. A reminder due at or after `closes_at` is never owed; one that was due before and may not leave before `closes_at` (quiet hours, the
    day's mail, a snooze) does not leave at all.
 7. A pause, and the end of a pairing, cancel what was pending of the check-ins made by then, also of one that has not opened yet. After
    a pause, of one that is not over, what is still to come is owed again, by the clock the person has then; where the first reminder
    is not among that and none has left before, one is owed at once in its place (slot 0). What is answered in a pause is not answered.
    A due day whose check-in was not made before the pause is made by the first run after it that finds
    `now - 2 days <= opens_at <= now + 36 h`; its reminders that are due already may leave at once.
 8. The same goes for a check-in whose opening is before the start of the pairing (its person lives east of the program).
 9. The long form counts S + n * long_every_days; two of these before one due day make one long form. It depends on the due days only,
    not on whether anybody was asked (a pause) on one of them.
10. Who does not want check-ins gets nothing of them from that moment on. Another category changes nothing.
11. The quiet hours are [from, until) of the clock on the wall, minute by minute: an hour the clock repeats is quiet, or not, both times.
12. The local day of a mail is the date on its person's clock when it leaves. Each date has one mail at most, also when a person moves and
    lives it twice; a person who moves back to a date without a mail can get one.
13. A snooze is over at its `until`. The first allowed minute of a day is the first outside quiet hours; it is looked for from 00:00 of
    that date by the clock the person has now, which may be before the move.
14. Who gathers gets at the first allowed minute of a day what was due and made by then; what becomes due one minute later, or is made
    later, or is snoozed for longer, waits for the next day's. Where that minute has passed already, by the clock of a person who moved,
    it leaves at once.
15. A digest holds each reminder as one item, also two of the same check-in (after a snooze).
16. The closing check-in: D is the local day of the end by the half's own clock, its zone the one at the end. Reminders at the plan's time
    on D + 1, D + 3 and D + 7; it closes at the end of D + open_days, whatever opens elsewhere.
17. All pairings of a person share the one mail a day, in whichever program.
"""

from bisect import bisect_right
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from operator import itemgetter
from zoneinfo import ZoneInfo

from tests.checkins.reminders.year.scenario import CHECKINS, Down, Pair, Person, Program, Year

SHORT, LONG, CLOSING = "short", "long", "closing"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FAR = datetime(9999, 1, 1, tzinfo=UTC)

Item = tuple[str, str, date, int]


@dataclass(frozen=True)
class Mail:
    """`items` are (pair, form, due day, slot), sorted: one is a reminder by itself, several are a digest."""

    person: str
    at: datetime
    items: tuple[Item, ...]


@dataclass(frozen=True)
class CheckIn:
    form: str
    due_on: date
    zone: str
    made_at: datetime
    opens_at: datetime
    closes_at: datetime
    reminded_on: tuple[date, ...]


@dataclass(frozen=True)
class Reminder:
    """May leave at `since` or after it, and before `until`; if it is `only_first`, not where one of its check-in left before `since`."""

    item: Item
    since: datetime
    until: datetime
    only_first: bool = False


@dataclass(frozen=True)
class Stay:
    """Where a person is: [since, until)."""

    zone: str
    since: datetime
    until: datetime


def expected(year: Year) -> list[Mail]:
    """Every mail of the year, in order of time, then person."""
    programs = {program.key: program for program in year.programs}
    people = {person.key: person for person in year.people}
    owed: dict[str, list[Reminder]] = defaultdict(list)
    for pair in year.pairs:
        for half in (pair.first, pair.second):
            owed[half] += reminders(year, programs[pair.program], pair, people[half])
    mails = [mail for key, reminders_of_one in owed.items() for mail in mails_to(people[key], reminders_of_one, year.ends, year.down)]
    return sorted(mails, key=lambda mail: (mail.at, mail.person))


# Rules 1 and 2: due days


def due_days(program: Program, started_on: date, until: date) -> list[date]:
    """The occurrences after the start, without those in a holiday, up to and including `until`."""
    return [
        day
        for day in occurrences(program.plan.rule, started_on, until)
        if day > started_on and not any(holiday.first <= day <= holiday.last for holiday in program.holidays)
    ]


@cache
def occurrences(rule: str, start: date, until: date) -> tuple[date, ...]:
    parts = dict(part.split("=") for part in rule.split(";"))
    if unknown := parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL"}:
        raise ValueError(f"Not of the subset: {unknown}")
    if "UNTIL" in parts:
        until = min(until, datetime.strptime(parts["UNTIL"], "%Y%m%d").replace(tzinfo=UTC).date())
    found = [day for day in each_day(start, until) if names(parts, start, day)]
    return tuple(found[: int(parts["COUNT"])] if "COUNT" in parts else found)


def names(parts: dict[str, str], start: date, day: date) -> bool:
    """Whether the rule, counted from `start`, names this day."""
    interval = int(parts.get("INTERVAL", "1"))
    by_day = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    by_month_day = [int(number) for number in parts["BYMONTHDAY"].split(",")] if "BYMONTHDAY" in parts else []
    match parts["FREQ"]:
        case "DAILY":
            periods = (day - start).days
        case "WEEKLY":
            periods = (monday_of(day) - monday_of(start)).days // 7
            by_day = by_day or [WEEKDAYS[start.weekday()]]
        case "MONTHLY":
            periods = (day.year - start.year) * 12 + day.month - start.month
            by_month_day = by_month_day or ([] if by_day else [start.day])
        case other:
            raise ValueError(f"Not of the subset: {other}")
    return (
        periods % interval == 0
        and (not by_day or any(is_weekday(day, name) for name in by_day))
        and (not by_month_day or any(is_month_day(day, number) for number in by_month_day))
    )


def is_weekday(day: date, name: str) -> bool:
    """`name` is MO, or 1MO (the first of the month), or -1FR (the last)."""
    ordinal, weekday = name[:-2], name[-2:]
    if WEEKDAYS[day.weekday()] != weekday:
        return False
    from_the_start = (day.day - 1) // 7 + 1
    from_the_end = (days_in_month(day) - day.day) // 7 + 1
    return not ordinal or int(ordinal) in (from_the_start, -from_the_end)


def is_month_day(day: date, number: int) -> bool:
    return day.day == number or day.day - days_in_month(day) - 1 == number


def days_in_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


def each_day(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * DAY


# Rule 6: which form


def long_days(days: list[date], started_on: date, every: int) -> set[date]:
    found: set[date] = set()
    for number in count(1):
        later = [day for day in days if day >= started_on + number * every * DAY]
        if not later:
            return found
        found.add(later[0])
    raise AssertionError


# Rules 3 and 4: opening and closing


def check_ins(year: Year, program: Program, pair: Pair, person: Person) -> list[CheckIn]:
    """The scheduled ones of one half, in order."""
    plan = program.plan
    started_on = pair.started_at.astimezone(ZoneInfo(program.zone)).date()
    days = due_days(program, started_on, until=year.ends.date() + 200 * DAY)
    long = long_days(days, started_on, plan.long_every_days)
    made = []
    for number, day in enumerate(days):
        making = first_making(pair, person, day, plan.at_time, year.ends, year.down)
        if making is None:
            continue
        made_at, zone = making
        closes_at = end_of(zone, day + plan.open_days * DAY)
        if number + 1 < len(days):
            closes_at = min(closes_at, moment(zone, days[number + 1], plan.at_time))
        made.append(
            CheckIn(
                form=LONG if day in long else SHORT,
                due_on=day,
                zone=zone,
                made_at=made_at,
                opens_at=moment(zone, day, plan.at_time),
                closes_at=closes_at,
                reminded_on=(day, day + 3 * DAY, day + 7 * DAY),
            )
        )
    return made


def first_making(
    pair: Pair, person: Person, day: date, at_time: time, ends: datetime, down: tuple[Down, ...]
) -> tuple[datetime, str] | None:
    """The first run that may make the check-in of this day, and the zone the person has then."""
    possible = []
    for stay in stays(person):
        opens_at = moment(stay.zone, day, at_time)
        for active_from, active_until in active_times(pair):
            run = run_from(max(opens_at - timedelta(hours=36), stay.since, active_from), down)
            if run <= opens_at + timedelta(days=2) and run < min(stay.until, active_until, ends):
                possible.append((run, stay.zone))
    return min(possible, default=None)


def active_times(pair: Pair) -> list[tuple[datetime, datetime]]:
    """[from, until) of each time in which the pairing was neither paused nor closed."""
    starts = [pair.started_at, *(resumed_at for _, resumed_at in pair.pauses)]
    stops = [*(paused_at for paused_at, _ in pair.pauses), pair.ended_at or FAR]
    return list(zip(starts, stops, strict=True))


def closing_check_in(program: Program, pair: Pair, person: Person) -> CheckIn | None:
    if pair.ended_at is None:
        return None
    zone = stay_at(person, pair.ended_at).zone
    day = pair.ended_at.astimezone(ZoneInfo(zone)).date()
    return CheckIn(
        form=CLOSING,
        due_on=day,
        zone=zone,
        made_at=pair.ended_at,
        opens_at=pair.ended_at,
        closes_at=end_of(zone, day + program.plan.open_days * DAY),
        reminded_on=(day + DAY, day + 3 * DAY, day + 7 * DAY),
    )


# Rule 5: reminders


def reminders(year: Year, program: Program, pair: Pair, person: Person) -> list[Reminder]:
    """What one half of a pair is owed, with the span in which each may leave."""
    unwanted_from = min((moment for moment, category in person.unwanted if category == CHECKINS), default=FAR)
    owed: list[Reminder] = []
    for check_in in check_ins(year, program, pair, person):
        answered_at = answer_of(year, pair, person, check_in)
        if not any(active_from <= answered_at < active_until for active_from, active_until in active_times(pair)):
            answered_at = FAR
        for active_from, active_until in active_times(pair):
            until = min(check_in.closes_at, answered_at, active_until, unwanted_from)
            if active_from <= check_in.made_at < active_until:
                owed += reminders_of(program, pair, check_in, until)
            elif check_in.made_at < active_from:
                owed += reminders_again(program, pair, person, check_in, active_from, until)
    if closing := closing_check_in(program, pair, person):
        owed += reminders_of(program, pair, closing, min(closing.closes_at, answer_of(year, pair, person, closing), unwanted_from))
    return owed


def answer_of(year: Year, pair: Pair, person: Person, check_in: CheckIn) -> datetime:
    after = year.answers.after(person.key, pair.key, check_in.due_on)
    return FAR if after is None else max(check_in.opens_at, check_in.made_at) + after


def reminders_of(program: Program, pair: Pair, check_in: CheckIn, until: datetime) -> Iterator[Reminder]:
    for slot, day in enumerate(check_in.reminded_on):
        due_at = moment(check_in.zone, day, program.plan.at_time)
        if due_at < check_in.closes_at:
            yield Reminder((pair.key, check_in.form, check_in.due_on, slot), max(due_at, check_in.made_at), until)


def reminders_again(
    program: Program, pair: Pair, person: Person, check_in: CheckIn, resumed_at: datetime, until: datetime
) -> Iterator[Reminder]:
    if check_in.opens_at <= resumed_at:
        yield Reminder((pair.key, check_in.form, check_in.due_on, 0), resumed_at, until, only_first=True)
    for slot, day in enumerate(check_in.reminded_on):
        due_at = moment(stay_at(person, resumed_at).zone, day, program.plan.at_time) if slot else check_in.opens_at
        if resumed_at < due_at < check_in.closes_at:
            yield Reminder((pair.key, check_in.form, check_in.due_on, slot), due_at, until)


# Rule 10: sending


def mails_to(person: Person, owed: list[Reminder], ends: datetime, down: tuple[Down, ...] = ()) -> Iterator[Mail]:
    """Whatever comes first decides the minute of the next mail, which takes along all that may leave then."""
    waiting = sorted(owed, key=lambda reminder: reminder.since)
    dates_with_mail: set[date] = set()
    left_at: dict[tuple[str, str, date], datetime] = {}
    while waiting:
        at = next_minute(person, waiting[0].since, dates_with_mail, down)
        if at >= ends:
            return
        if at >= waiting[0].until or comes_second(waiting[0], left_at):
            del waiting[0]
            continue
        zone = stay_at(person, at).zone
        due = [reminder for reminder in waiting if reminder.since <= at]
        ready = [reminder for reminder in due if not_before(person, zone, at, dates_with_mail, reminder.since) is None]
        going = [reminder.item for reminder in ready if at < reminder.until and not comes_second(reminder, left_at)]
        decided = set(ready)
        waiting = [reminder for reminder in waiting if reminder not in decided]
        dates_with_mail.add(local(person, at).date())
        for pair, form, day, _slot in going:
            left_at.setdefault((pair, form, day), at)
        yield Mail(person.key, at, tuple(sorted(going)))


def comes_second(reminder: Reminder, left_at: dict[tuple[str, str, date], datetime]) -> bool:
    pair, form, day, _slot = reminder.item
    return reminder.only_first and left_at.get((pair, form, day), FAR) < reminder.since


def next_minute(person: Person, since: datetime, dates_with_mail: set[date], down: tuple[Down, ...] = ()) -> datetime:
    """The first minute, from `since` on, in which what may leave since then leaves to this person."""
    minute = run_from(since, down)
    while True:
        stay = stay_at(person, minute)
        later = not_before(person, stay.zone, minute, dates_with_mail, since)
        if later is None:
            return minute
        minute = run_from(min(later, run_from(stay.until)), down)


def not_before(person: Person, zone: str, minute: datetime, dates_with_mail: set[date], since: datetime) -> datetime | None:
    """None if it may leave in this minute, otherwise the next minute worth a look."""
    if later := end_of_rest(person, zone, minute):
        return later
    today = minute.astimezone(ZoneInfo(zone)).date()
    if today in dates_with_mail:
        return end_of(zone, today)
    if person.gathers and minute < (turn := gathered_at(person, zone, minute, since)):
        return turn
    return None


def gathered_at(person: Person, zone: str, minute: datetime, since: datetime) -> datetime:
    """The first allowed minute of a day by which it is due and no longer snoozed."""
    ready_at = max([since, *(until for snoozed_at, until in person.snoozes if snoozed_at < minute)])
    day = ready_at.astimezone(ZoneInfo(zone)).date()
    today, tomorrow = (first_allowed_minute(person, zone, date) for date in (day, day + DAY))
    return today if ready_at <= today else tomorrow


def first_allowed_minute(person: Person, zone: str, day: date) -> datetime:
    minute = moment(zone, day, time(0))
    return end_of_quiet(person, zone, minute) if is_quiet(person, minute.astimezone(ZoneInfo(zone)).time()) else minute


def end_of_rest(person: Person, zone: str, minute: datetime) -> datetime | None:
    """When the snooze or the quiet hours of this minute are over; None if it is allowed."""
    for snoozed_at, until in person.snoozes:
        if snoozed_at < minute < until:
            return run_from(until)
    if is_quiet(person, minute.astimezone(ZoneInfo(zone)).time()):
        return end_of_quiet(person, zone, minute)
    return None


def is_quiet(person: Person, wall: time) -> bool:
    if person.quiet_from <= person.quiet_until:
        return person.quiet_from <= wall < person.quiet_until
    return wall >= person.quiet_from or wall < person.quiet_until


def end_of_quiet(person: Person, zone: str, minute: datetime) -> datetime:
    here = minute.astimezone(ZoneInfo(zone))
    if here.utcoffset() == (minute + 2 * DAY).astimezone(ZoneInfo(zone)).utcoffset():
        until = timedelta(hours=person.quiet_until.hour, minutes=person.quiet_until.minute)
        return minute + (until - timedelta(hours=here.hour, minutes=here.minute)) % DAY
    # The clock changes soon: look at every minute.
    while is_quiet(person, minute.astimezone(ZoneInfo(zone)).time()):
        minute += MINUTE
    return minute


# Clocks


def stays(person: Person) -> list[Stay]:
    since = [datetime(1, 1, 1, tzinfo=UTC), *(moved_at for moved_at, _ in person.moves)]
    until = [*since[1:], FAR]
    zones = [person.zone, *(zone for _, zone in person.moves)]
    return [Stay(*stay) for stay in zip(zones, since, until, strict=True)]


def stay_at(person: Person, at: datetime) -> Stay:
    return next(stay for stay in stays(person) if stay.since <= at < stay.until)


def local(person: Person, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(stay_at(person, at).zone))


@cache
def moment(zone: str, day: date, at_time: time) -> datetime:
    """In UTC. Of a time that a clock skips, by the offset before; of one that it shows twice, the first."""
    return datetime.combine(day, at_time, ZoneInfo(zone)).replace(fold=0).astimezone(UTC)


def end_of(zone: str, day: date) -> datetime:
    return moment(zone, day + DAY, time(0))


def run_from(at: datetime, down: tuple[Down, ...] = ()) -> datetime:
    """The first run that is not before this moment. `down` is in order of time, and begins and ends at whole minutes."""
    minute = at.replace(second=0, microsecond=0)
    minute = minute if minute == at else minute + MINUTE
    number = bisect_right(down, minute, key=itemgetter(0)) - 1
    return max(minute, down[number][1]) if number >= 0 else minute
