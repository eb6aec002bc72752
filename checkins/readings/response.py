"""Who answers, over time: of the whole program and of each side of it. Reckoned in the database, whatever the number of pairings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, DateField, F, Func, IntegerField, Q, Value, When
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils.translation import gettext as _

from checkins.answers.models import CheckIn
from checkins.plans import cadence
from checkins.plans.models import CheckInPlan
from checkins.readings import chart
from checkins.readings.queries import others_check_ins
from matching.pairings.models import Pairing
from mentoring.kernel.dates import written
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership

PERIODS = 8
# Of fewer people nothing is shown.
FEWEST_PEOPLE = 5
ROUND, MONTH = "round", "month"
ALL, MENTOR, MENTEE, BOTH = "all", "mentor", "mentee", "both"
A_WEEK = timedelta(days=7)

State = CheckIn.State


@dataclass(frozen=True)
class Numbers:
    """Of one side in one time. `is_hidden` where too few people were asked; then the rest says nothing."""

    asked: int = 0
    answered: int = 0
    withheld: int = 0
    missed: int = 0
    not_yet: int = 0
    is_hidden: bool = False

    @property
    def share(self) -> int | None:
        return chart.share(self.answered + self.withheld, self.asked)


@dataclass(frozen=True)
class Time:
    starts_on: date
    words: str
    numbers: Numbers


@dataclass(frozen=True)
class Line:
    """The whole program, or one side of it, over time."""

    key: str
    heading: str
    times: list[Time]

    @property
    def columns(self) -> list[chart.Column]:
        counted = [(time.words, time.numbers) for time in self.times]
        return chart.columns([(words, of.asked, (of.answered, of.withheld, of.not_yet)) for words, of in counted])

    @property
    def has_withheld(self) -> bool:
        return any(time.numbers.withheld for time in self.times)

    @property
    def has_open(self) -> bool:
        return any(time.numbers.not_yet for time in self.times)

    @property
    def numbers_in_a_row(self) -> int:
        """Of its table: asked, answered and not answered, and the others where there are any."""
        return 3 + self.has_withheld + self.has_open

    @property
    def finding(self) -> str:
        """What the drawing shows: the share of the newest time of which nothing is open any more, beside that of the first."""
        shares = [time.numbers.share for time in self.times if time.numbers.share is not None and not time.numbers.not_yet]
        if not shares:
            return _("Of 100 check-ins, how many have an answer")
        then, now = shares[0], shares[-1]
        if len(shares) == 1:
            return _("%(now)s of 100 check-ins were answered") % {"now": now}
        if then == now:
            return _("%(now)s of 100 check-ins were answered lately, as at first") % {"now": now}
        return _("%(now)s of 100 check-ins were answered lately; at first it was %(then)s") % {"now": now, "then": then}

    @property
    def is_empty(self) -> bool:
        return all(not time.numbers.asked for time in self.times)

    @property
    def hides(self) -> bool:
        return any(time.numbers.is_hidden for time in self.times)


@dataclass(frozen=True)
class Response:
    lines: list[Line]
    weeks: int

    @property
    def whole(self) -> Line:
        return self.lines[0]

    @property
    def sides(self) -> list[Line]:
        """Those in which somebody was asked, where there are several."""
        there = [line for line in self.lines[1:] if not line.is_empty or line.hides]
        return there if len(there) > 1 else []


def over_time(staff: Membership, now: datetime, *, every: str = ROUND, is_mine: bool = False) -> Response:
    """Of the pairings that this person is no half of; `is_mine` for those in their care. Five queries at most.

    `every` is ROUND, as many weeks as usually lie between two check-ins, or MONTH.
    """
    weeks = _weeks_between(staff)
    starts = _months(staff, now) if every == MONTH else _starts_of_rounds(staff, now, weeks)
    number = _month_number(starts[0]) if every == MONTH else _round_number(starts[0], weeks)
    everyone = Pairing.objects.visible_to(staff)
    pairings = everyone.filter(coordinator=staff) if is_mine else everyone
    asked = _asked(pairings, staff, now, starts[0], number)
    counted = _counted(asked, staff, now)
    shown = _shown(asked)
    if is_mine:
        rest = _people(_asked(everyone.exclude(pk__in=pairings.values("pk")), staff, now, starts[0], number))
        shown = {key: is_shown and not 0 < rest.get(key, 0) < FEWEST_PEOPLE for key, is_shown in shown.items()}
    shown = _without_what_gives_away_the_rest(shown, len(starts))
    return Response([_line(key, heading, starts, every, counted, shown) for key, heading in _headings(staff, is_mine)], weeks)


# --- counting ---


def _asked(pairings: Any, staff: Membership, now: datetime, since: date, number: Any) -> Any:
    """Each with `time`, the number of the month or round from the first one that is shown, and `side`."""
    is_mentor = Q(pairing__mentor=Pairing.Mentor.FIRST, membership=F("pairing__first")) | Q(
        pairing__mentor=Pairing.Mentor.SECOND, membership=F("pairing__second")
    )
    side = Case(
        When(pairing__mentor=Pairing.Mentor.NOBODY, then=Value(BOTH)),
        When(is_mentor, then=Value(MENTOR)),
        default=Value(MENTEE),
        output_field=CharField(),
    )
    asked = others_check_ins(pairings, staff).regular().asked().filter(opens_at__lte=now, due_on__gte=since)
    return asked.annotate(time=number, side=side).order_by()


def _counted(asked: Any, staff: Membership, now: datetime) -> Mapping[tuple[int, str], dict[str, int]]:
    """How many stand how, by time and side."""
    counted: dict[tuple[int, str], dict[str, int]] = {}
    for time, side, state, number in (
        asked.with_state(now, reader=staff)
        .values("time", "side", "state")
        .annotate(number=Count("pk"))
        .values_list("time", "side", "state", "number")
    ):
        for of in (side, ALL):
            numbers = counted.setdefault((time, of), {})
            numbers[state] = numbers.get(state, 0) + number
    return counted


def _people(asked: Any) -> dict[tuple[int, str], int]:
    """How many different people were asked, by time and side, and in all."""
    of_sides = asked.values("time", "side").annotate(people=Count("membership", distinct=True)).values_list("time", "side", "people")
    in_all = asked.values("time").annotate(people=Count("membership", distinct=True)).values_list("time", "people")
    return {(time, side): people for time, side, people in of_sides} | {(time, ALL): people for time, people in in_all}


def _shown(asked: Any) -> dict[tuple[int, str], bool]:
    return {key: people >= FEWEST_PEOPLE for key, people in _people(asked).items()}


def _without_what_gives_away_the_rest(shown: Mapping[tuple[int, str], bool], times: int) -> dict[tuple[int, str], bool]:
    """The whole less all its sides but one is that one: where a side is not shown, neither are the others of its time."""
    kept = dict(shown)
    for time in range(times):
        sides = [(time, side) for side in (MENTOR, MENTEE, BOTH) if (time, side) in shown]
        if not all(shown[key] for key in sides):
            kept |= dict.fromkeys(sides, False)
    return kept


# --- when ---


def _weeks_between(staff: Membership) -> int:
    rule = CheckInPlan.objects.visible_to(staff).values_list("rule", flat=True).first() or cadence.EVERY_TWO_WEEKS
    return max(1, round(cadence.usual_gap(rule) / A_WEEK))


def _starts_of_rounds(staff: Membership, now: datetime, weeks: int) -> list[date]:
    """Mondays; the last of these times holds today."""
    today = local_day(now, staff.program.time_zone)
    next_monday = today - timedelta(days=today.weekday()) + A_WEEK
    return [next_monday - weeks * A_WEEK * back for back in range(PERIODS, 0, -1)]


def _months(staff: Membership, now: datetime) -> list[date]:
    today = local_day(now, staff.program.time_zone)
    months = 12 * today.year + today.month - 1
    return [date((months - back) // 12, (months - back) % 12 + 1, 1) for back in range(PERIODS - 1, -1, -1)]


def _round_number(since: date, weeks: int) -> Any:
    # As the database reckons: a day less a day is a whole number.
    days = Func(
        F("due_on"), Value(since, output_field=DateField()), template="(%(expressions)s)", arg_joiner=" - ", output_field=IntegerField()
    )
    return days / Value(7 * weeks)


def _month_number(since: date) -> Any:
    return ExtractYear("due_on") * 12 + ExtractMonth("due_on") - Value(12 * since.year + since.month)


# --- in words ---


def _headings(staff: Membership, is_mine: bool) -> Sequence[tuple[str, str]]:
    program = staff.program
    return (
        (ALL, _("Both sides of those you look after") if is_mine else _("The whole program")),
        (MENTOR, _("On the side of the %s") % program.mentor_word),
        (MENTEE, _("On the side of the %s") % program.mentee_word),
        (BOTH, _("Where both mentor, both sides")),
    )


def _line(
    key: str,
    heading: str,
    starts: Sequence[date],
    every: str,
    counted: Mapping[tuple[int, str], Mapping[str, int]],
    shown: Mapping[tuple[int, str], bool],
) -> Line:
    return Line(
        key,
        heading,
        [
            Time(
                start,
                written(start, "month_alone" if every == MONTH else "short_day"),
                _numbers(counted.get((time, key)), shown.get((time, key), False)),
            )
            for time, start in enumerate(starts)
        ],
    )


def _numbers(counted: Mapping[str, int] | None, is_shown: bool) -> Numbers:
    if counted is None:
        return Numbers()
    if not is_shown:
        return Numbers(is_hidden=True)
    return Numbers(
        asked=sum(counted.values()),
        answered=counted.get(State.ANSWERED, 0),
        withheld=counted.get(State.WITHHELD, 0),
        missed=counted.get(State.MISSED, 0),
        not_yet=counted.get(State.NOT_YET, 0),
    )
