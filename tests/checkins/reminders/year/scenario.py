"""What happens in a year: programs, people, pairs and what they do. Nothing here follows from a rule; that is the oracle's part.

Every moment is in UTC. The planner runs at each whole minute; what people do (`moves`, `pauses`, `ended_at`, …) happens at half a
minute, so that nobody acts in the very moment of a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Protocol
from zoneinfo import ZoneInfo

CHECKINS = "checkins"
SOMETHING_ELSE = "something else"

ZONES = (
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "America/Argentina/Buenos_Aires",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "UTC",
)


@dataclass(frozen=True)
class Plan:
    rule: str
    at_time: time = time(9)
    open_days: int = 10
    long_every_days: int = 90


@dataclass(frozen=True)
class Holiday:
    """Both days are part of it."""

    first: date
    last: date


@dataclass(frozen=True)
class Program:
    key: str
    zone: str
    plan: Plan
    holidays: tuple[Holiday, ...] = ()


@dataclass(frozen=True)
class Person:
    """`quiet_from` equal to `quiet_until` means that no hour is quiet. `moves` and `snoozes` are in order of time."""

    key: str
    zone: str
    moves: tuple[tuple[datetime, str], ...] = ()
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    gathers: bool = False
    unwanted: tuple[tuple[datetime, str], ...] = ()
    snoozes: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Pair:
    """`first` and `second` are keys of people. A pause starts and ends at its two moments, it may outlast the year; none is
    under way at `ended_at`."""

    key: str
    program: str
    first: str
    second: str
    started_at: datetime
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    ended_at: datetime | None = None


class Answers(Protocol):
    def after(self, person: str, pair: str, due_on: date) -> timedelta | None:
        """How long after one can first answer (it is open, and it is made) this half answers; None: never."""


@dataclass(frozen=True)
class Answer:
    person: str
    pair: str
    due_on: date
    after: timedelta


@dataclass(frozen=True)
class Written:
    """Answers that are written out one by one."""

    answers: tuple[Answer, ...] = ()

    def after(self, person: str, pair: str, due_on: date) -> timedelta | None:
        for answer in self.answers:
            if (answer.person, answer.pair, answer.due_on) == (person, pair, due_on):
                return answer.after
        return None


@dataclass(frozen=True)
class Drawn:
    """About `share` of all check-ins are answered, after minutes, hours or days. The same question always has the same answer."""

    seed: int
    share: float

    def after(self, person: str, pair: str, due_on: date) -> timedelta | None:
        random = Random(f"{self.seed} {person} {pair} {due_on}")
        if random.random() >= self.share:
            return None
        whole = random.choice(
            [
                timedelta(minutes=random.randrange(3, 90)),
                timedelta(minutes=random.randrange(90, 24 * 60)),
                timedelta(minutes=random.randrange(24 * 60, 9 * 24 * 60)),
            ]
        )
        return whole + HALF_A_MINUTE


Down = tuple[datetime, datetime]


@dataclass(frozen=True)
class Year:
    begins: datetime
    days: int
    programs: tuple[Program, ...]
    people: tuple[Person, ...]
    pairs: tuple[Pair, ...]
    answers: Answers = field(default_factory=Written)
    # When no worker runs: each from one moment on and before another.
    down: tuple[Down, ...] = ()

    @property
    def ends(self) -> datetime:
        """The first minute that no longer belongs to it."""
        return self.begins + timedelta(days=self.days)


BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
HALF_A_MINUTE = timedelta(seconds=30)

QUIET_HOURS = (
    (time(22, 30), time(7, 15)),
    (time(0), time(6, 30)),
    (time(23, 59), time(2, 30)),  # ends in hours that a clock may skip or repeat
    (time(12), time(13, 30)),
    (time(18), time(10)),
)


def make_year(seed: int, people: int, days: int, zones: Sequence[str] = ZONES, begins: datetime = BEGINS) -> Year:
    """A varied year of so many people: the same seed draws the same year."""
    if people < 3:
        raise ValueError("A year needs three people or more.")
    random = Random(seed)
    programs = draw_programs(random, begins, days, zones)
    crowd = tuple(draw_person(random, f"person-{number:04}", begins, days, zones) for number in range(people))
    return Year(begins, days, programs, crowd, draw_pairs(random, programs, crowd, begins, days), Drawn(seed, share=0.6))


def nightly_and_daylong(begins: datetime, days: int) -> tuple[Down, ...]:
    """Three hours of each night by a clock in Greenwich, and a whole day out of ten."""
    nights = [(begins + timedelta(days=day, hours=1), begins + timedelta(days=day, hours=4)) for day in range(days)]
    long_days = [(begins + timedelta(days=day, hours=9), begins + timedelta(days=day + 1, hours=9)) for day in range(6, days, 10)]
    outside = [night for night in nights if not any(since <= night[0] < until for since, until in long_days)]
    return tuple(sorted([*outside, *long_days]))


def draw_programs(random: Random, begins: datetime, days: int, zones: Sequence[str]) -> tuple[Program, ...]:
    summer = begins.date() + timedelta(days=days * 2 // 3)
    plans = {
        "every-two-weeks": Plan("FREQ=WEEKLY;INTERVAL=2"),
        "every-two-weeks-early": Plan("FREQ=WEEKLY;INTERVAL=2", time(6, 30), open_days=6, long_every_days=45),
        "every-four-weeks": Plan("FREQ=WEEKLY;INTERVAL=4", time(10, 30)),
        "two-days-of-a-week": Plan("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", time(8, 30)),
        "twelve-weeks": Plan("FREQ=WEEKLY;COUNT=12", time(2, 30), open_days=9),
        "nine-wednesdays": Plan("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;COUNT=9", time(16), open_days=21),
        "until-summer": Plan(f"FREQ=WEEKLY;INTERVAL=2;UNTIL={summer:%Y%m%d}", time(22, 15)),
        "every-ten-days": Plan("FREQ=DAILY;INTERVAL=10", time(20, 45), open_days=7),
        "the-31st": Plan("FREQ=MONTHLY;BYMONTHDAY=31", time(18), open_days=14, long_every_days=120),
        "last-of-the-month": Plan("FREQ=MONTHLY;BYMONTHDAY=-1", time(7), long_every_days=60),
        "first-monday": Plan("FREQ=MONTHLY;BYDAY=1MO", time(12, 15), open_days=5),
        "last-friday": Plan("FREQ=MONTHLY;BYDAY=-1FR", time(23, 50), open_days=3),
        "day-of-the-start": Plan("FREQ=MONTHLY", time(0), open_days=30),
        "every-other-month": Plan("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15", time(1, 45)),
    }
    return tuple(Program(key, random.choice(zones), plan, draw_holidays(random, begins, days)) for key, plan in plans.items())


def draw_holidays(random: Random, begins: datetime, days: int) -> tuple[Holiday, ...]:
    holidays = []
    for length in random.sample([1, 2, 7, 10, 16], k=3):
        first = begins.date() + timedelta(days=random.randrange(days))
        holidays.append(Holiday(first, first + timedelta(days=length - 1)))
    return tuple(holidays)


def draw_person(random: Random, key: str, begins: datetime, days: int, zones: Sequence[str]) -> Person:
    zone = random.choice(zones)
    quiet_from, quiet_until = random.choice(QUIET_HOURS) if chance(random, 0.25) else (time(21), time(8))
    return Person(
        key,
        zone,
        moves=draw_moves(random, zone, begins, days, zones) if chance(random, 0.08) else (),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        gathers=chance(random, 0.15),
        unwanted=((draw_moment(random, begins, 0, days), random.choice([CHECKINS, CHECKINS, SOMETHING_ELSE])),)
        if chance(random, 0.06)
        else (),
        snoozes=draw_snoozes(random, zone, begins, days) if chance(random, 0.12) else (),
    )


def draw_moves(random: Random, zone: str, begins: datetime, days: int, zones: Sequence[str]) -> tuple[tuple[datetime, str], ...]:
    """Away; half of them come back after some days or weeks."""
    away = random.choice([other for other in zones if other != zone])
    left_at = draw_moment(random, begins, 0, days)
    if chance(random, 0.5):
        return ((left_at, away), (left_at + timedelta(minutes=random.randrange(2 * 24 * 60, 40 * 24 * 60)), zone))
    return ((left_at, away),)


def draw_snoozes(random: Random, zone: str, begins: datetime, days: int) -> tuple[tuple[datetime, datetime], ...]:
    """Some until a morning by the clock one has at the start of the year, some until any minute. Two days at least."""
    since = draw_moment(random, begins, 0, days)
    if chance(random, 0.5):
        morning = since.astimezone(ZoneInfo(zone)).date() + timedelta(days=random.randrange(3, 15))
        return ((since, datetime.combine(morning, time(8), ZoneInfo(zone)).astimezone(UTC)),)
    return ((since, since - HALF_A_MINUTE + timedelta(minutes=random.randrange(2 * 24 * 60, 14 * 24 * 60))),)


def draw_pairs(random: Random, programs: Sequence[Program], people: Sequence[Person], begins: datetime, days: int) -> tuple[Pair, ...]:
    """Everybody is in one pair; about a quarter are in a second one, half of these in the same program and from the same day."""
    shuffled = random.sample([person.key for person in people], k=len(people))
    pairs = [
        draw_pair(
            random,
            f"pair-{number:04}",
            draw_program(random, programs),
            halves,
            draw_moment(random, begins, 0, days * 6 // 10),
            begins,
            days,
        )
        for number, halves in enumerate(zip(shuffled[0::2], [*shuffled[1::2], shuffled[0]], strict=False))
    ]
    known = {frozenset((pair.first, pair.second)) for pair in pairs}
    for number in range(len(people) // 8):
        beside = random.choice(pairs)
        other = random.choice([key for key in shuffled if key not in (beside.first, beside.second)])
        halves = (beside.first, other) if chance(random, 0.5) else (other, beside.second)
        if frozenset(halves) in known:
            continue
        known.add(frozenset(halves))
        program, started_at = draw_program(random, programs), draw_moment(random, begins, 0, days * 6 // 10)
        if chance(random, 0.5):
            program, started_at = beside.program, beside.started_at + timedelta(minutes=random.randrange(2 * 60))
        pairs.append(draw_pair(random, f"second-pair-{number:04}", program, halves, started_at, begins, days))
    return tuple(pairs)


def draw_program(random: Random, programs: Sequence[Program]) -> str:
    """More than a quarter are in the first, which keeps to the defaults."""
    return programs[0].key if chance(random, 0.2) else random.choice(programs).key


def draw_pair(random: Random, key: str, program: str, halves: tuple[str, str], started_at: datetime, begins: datetime, days: int) -> Pair:
    first, second = halves
    last = begins + timedelta(days=days)
    ended_at = None
    if chance(random, 0.05):
        ended_at = started_at + timedelta(minutes=random.randrange(24 * 60, days * 24 * 60))
    pauses: list[tuple[datetime, datetime]] = []
    if chance(random, 0.15):
        since = started_at
        for _ in range(random.choice([1, 1, 2])):
            since += timedelta(minutes=random.randrange(60, days * 24 * 60 // 3))
            until = since + timedelta(minutes=random.choice([random.randrange(30, 4 * 24 * 60), random.randrange(24 * 60, 40 * 24 * 60)]))
            pauses.append((since, until))
            since = until
    return Pair(
        key,
        program,
        first,
        second,
        started_at,
        pauses=tuple((since, until) for since, until in pauses if ended_at is None or until < ended_at),
        ended_at=ended_at if ended_at and ended_at < last else None,
    )


def draw_moment(random: Random, begins: datetime, since_day: int, until_day: int) -> datetime:
    """Half a minute past a whole one."""
    return begins + timedelta(minutes=random.randrange(since_day * 24 * 60, until_day * 24 * 60)) + HALF_A_MINUTE


def chance(random: Random, share: float) -> bool:
    return random.random() < share
