from calendar import monthrange
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkins.plans import cadence
from checkins.plans.cadence import Problem, Rule, Unusable
from checkins.plans.models import CheckInPlan

MONDAY = date(2026, 3, 2)
BIWEEKLY = cadence.EVERY_TWO_WEEKS
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1))
RULES = st.builds(
    Rule,
    frequency=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
    interval=st.integers(1, 12),
    weekdays=st.lists(st.tuples(st.just(0), st.integers(0, 6)), max_size=2, unique=True).map(tuple),
    month_days=st.just(()),
    count=st.none() | st.integers(2, 30),
    until=st.none() | DAYS,
) | st.builds(
    Rule,
    frequency=st.just("MONTHLY"),
    interval=st.integers(1, 12),
    weekdays=st.lists(st.tuples(st.sampled_from([0, 1, 2, 5, -1, -5]), st.integers(0, 6)), max_size=2, unique=True).map(tuple),
    month_days=st.lists(st.sampled_from([1, 13, 28, 29, 30, 31, -1]), max_size=2, unique=True).map(tuple),
    count=st.none() | st.integers(2, 30),
    until=st.none() | DAYS,
)


def days_of(rule, started_on, since, how_many, **more):
    return [due.day for due in cadence.upcoming(str(rule), started_on, since, how_many, **more)]


# --- which days ---


def test_nobody_is_asked_on_the_day_of_the_start():
    assert days_of(BIWEEKLY, MONDAY, MONDAY, 3) == [date(2026, 3, 16), date(2026, 3, 30), date(2026, 4, 13)]


def test_a_day_that_is_due_is_the_first_of_those_to_come():
    assert days_of("FREQ=WEEKLY", MONDAY, date(2026, 3, 9), 2) == [date(2026, 3, 9), date(2026, 3, 16)]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;INTERVAL=10", ["2026-03-12", "2026-03-22", "2026-04-01"]),
        ("FREQ=WEEKLY;BYDAY=TH", ["2026-03-05", "2026-03-12", "2026-03-19"]),
        ("FREQ=MONTHLY", ["2026-04-02", "2026-05-02", "2026-06-02"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-03-31", "2026-04-30", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-03-31", "2026-05-31", "2026-07-31"]),
        ("FREQ=MONTHLY;BYDAY=1MO", ["2026-04-06", "2026-05-04", "2026-06-01"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2026-03-27", "2026-04-24", "2026-05-29"]),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", ["2026-03-16", "2026-04-06", "2026-04-20"]),
        ("FREQ=MONTHLY;BYDAY=WE,1MO", ["2026-03-04", "2026-03-11", "2026-03-18"]),
        # The start is the first of three.
        ("FREQ=WEEKLY;COUNT=3", ["2026-03-09", "2026-03-16"]),
        # It is not named, so that three are to come.
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", ["2026-03-03", "2026-03-10", "2026-03-17"]),
        ("FREQ=WEEKLY;UNTIL=20260316", ["2026-03-09", "2026-03-16"]),
    ],
)
def test_each_kind_of_rule(rule, days):
    assert days_of(rule, MONDAY, MONDAY, 3) == [date.fromisoformat(day) for day in days]


def by_hand(rule: Rule, start: date, until: date) -> list[date]:
    """Day after day, with nothing but arithmetic."""
    found, number = [], 0
    for day in (start + timedelta(days=days) for days in range((until - start).days + 1)):
        if rule.until is not None and day > rule.until:
            break
        if not _is_named(rule, start, day):
            continue
        number += 1
        if rule.count is not None and number > rule.count:
            break
        if day > start:
            found.append(day)
    return found


def _is_named(rule: Rule, start: date, day: date) -> bool:
    length = monthrange(day.year, day.month)[1]
    of_weekday = any(
        day.weekday() == weekday and which in (0, (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1))
        for which, weekday in rule.weekdays
    )
    of_month_day = any(day.day == (length if one == -1 else one) for one in rule.month_days)
    if (rule.weekdays and not of_weekday) or (rule.month_days and not of_month_day):
        return False
    if rule.frequency == "DAILY":
        return (day - start).days % rule.interval == 0
    if rule.frequency == "WEEKLY":
        weeks = ((day - timedelta(days=day.weekday())) - (start - timedelta(days=start.weekday()))).days // 7
        return weeks % rule.interval == 0 and (bool(rule.weekdays) or day.weekday() == start.weekday())
    months = 12 * (day.year - start.year) + day.month - start.month
    return months % rule.interval == 0 and (bool(rule.weekdays or rule.month_days) or day.day == start.day)


@settings(deadline=None)
@given(rule=RULES, started_on=DAYS, since=DAYS)
def test_what_is_due_is_what_a_calendar_says(rule, started_on, since):
    until = since + timedelta(days=200)
    due = cadence.between(str(rule), started_on, since, until)

    expected = by_hand(rule, started_on, until)
    assert [one.day for one in due] == [day for day in expected if day >= since]
    assert [one.number for one in due] == [number for number, day in enumerate(expected, start=1) if day >= since]


@given(rule=RULES)
def test_a_rule_reads_as_it_is_written(rule):
    assert cadence.parse(str(rule)) == rule
    assert cadence.parse(f" rrule: {str(rule).lower()} ; ") == rule


# --- holidays and the long form ---

A_HOLIDAY = [(date(2026, 3, 28), date(2026, 4, 1))]


def test_a_day_in_a_holiday_is_skipped_and_counted():
    due = cadence.between(BIWEEKLY, MONDAY, MONDAY, date(2026, 4, 20), holidays=A_HOLIDAY)

    assert [(one.day.isoformat(), one.number, one.is_skipped) for one in due] == [
        ("2026-03-16", 1, False),
        ("2026-03-30", 2, True),
        ("2026-04-13", 3, False),
    ]
    assert due[0].next_day == date(2026, 4, 13)


@pytest.mark.parametrize("edge", [date(2026, 3, 30), date(2026, 3, 31)])
def test_the_first_and_the_last_day_of_a_holiday_belong_to_it(edge):
    for holiday in [(date(2026, 3, 30), edge), (date(2026, 3, 1), date(2026, 3, 30))]:
        assert cadence.between(BIWEEKLY, MONDAY, date(2026, 3, 30), date(2026, 3, 30), holidays=[holiday])[0].is_skipped


@settings(deadline=None, max_examples=30)
@given(every=st.integers(28, 200), rule=st.sampled_from([BIWEEKLY, "FREQ=WEEKLY", "FREQ=MONTHLY;BYMONTHDAY=-1"]), started_on=DAYS)
def test_a_long_one_comes_on_the_first_day_after_each_turn(every, rule, started_on):
    holidays = [(started_on + timedelta(days=100), started_on + timedelta(days=140))]
    due = cadence.between(rule, started_on, started_on, started_on + timedelta(days=800), holidays=holidays, long_every_days=every)

    asked = [one.day for one in due if not one.is_skipped]
    expected = {
        next((day for day in asked if day >= started_on + timedelta(days=turn * every)), None) for turn in range(1, 800 // every + 1)
    } - {None}
    assert {one.day for one in due if one.is_long} == expected


# --- rules that cannot be ---


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.NO_RULE),
        ("FREQ=WEEKLY;" + "BYDAY=MO," * 40, Problem.NO_RULE),
        ("every second week", Problem.PART),
        ("FREQ=WEEKLY;FREQ=DAILY", Problem.PART),
        ("FREQ=WEEKLY;BYHOUR=9", Problem.PART),
        ("FREQ=WEEKLY;INTERVAL=", Problem.PART),
        ("INTERVAL=2", Problem.FREQUENCY),
        ("FREQ=MINUTELY", Problem.FREQUENCY),
        ("FREQ=YEARLY", Problem.FREQUENCY),
        ("FREQ=WEEKLY;INTERVAL=0", Problem.INTERVAL),
        ("FREQ=WEEKLY;INTERVAL=-1", Problem.INTERVAL),
        ("FREQ=WEEKLY;INTERVAL=53", Problem.INTERVAL),
        ("FREQ=MONTHLY;INTERVAL=٣", Problem.INTERVAL),
        ("FREQ=WEEKLY;BYDAY=1MO", Problem.WEEKDAYS),
        ("FREQ=MONTHLY;BYDAY=6MO", Problem.WEEKDAYS),
        ("FREQ=MONTHLY;BYMONTHDAY=32", Problem.MONTH_DAYS),
        ("FREQ=MONTHLY;BYMONTHDAY=0", Problem.MONTH_DAYS),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", Problem.MONTH_DAYS),
        ("FREQ=WEEKLY;BYMONTHDAY=1", Problem.MONTH_DAYS),
        ("FREQ=WEEKLY;COUNT=0", Problem.COUNT),
        ("FREQ=WEEKLY;COUNT=1000", Problem.COUNT),
        ("FREQ=WEEKLY;UNTIL=20261301", Problem.UNTIL),
        ("FREQ=WEEKLY;UNTIL=20261231T090000Z", Problem.UNTIL),
        ("FREQ=WEEKLY;COUNT=1", Problem.NEVER),
        ("FREQ=WEEKLY;UNTIL=20260302", Problem.NEVER),
        ("FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=1MO", Problem.NEVER),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", Problem.NEVER),
        ("FREQ=DAILY", Problem.TOO_OFTEN),
        ("FREQ=DAILY;INTERVAL=6", Problem.TOO_OFTEN),
        ("FREQ=WEEKLY;BYDAY=MO,TH", Problem.TOO_OFTEN),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1", Problem.TOO_OFTEN),
        ("FREQ=MONTHLY;BYDAY=1MO,1TU", Problem.TOO_OFTEN),
        # In February of most years.
        ("FREQ=MONTHLY;BYMONTHDAY=22,-1", Problem.TOO_OFTEN),
    ],
)
def test_what_is_no_rule_to_plan_by_is_named(text, problem):
    with pytest.raises(Unusable) as refused:
        cadence.check(text, MONDAY)

    assert refused.value.problem == problem


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY",
        BIWEEKLY,
        "FREQ=WEEKLY;INTERVAL=52",
        "FREQ=DAILY;INTERVAL=7",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;INTERVAL=12",
        "FREQ=MONTHLY;BYDAY=1MO,3MO",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=WEEKLY;COUNT=2",
        "FREQ=WEEKLY;UNTIL=20260303",
    ],
)
def test_what_comes_at_most_every_seven_days_is_taken(rule):
    assert str(cadence.check(rule, MONDAY)) == rule


@settings(deadline=None, max_examples=20)
@given(rule=RULES, started_on=DAYS)
def test_a_rule_that_is_taken_comes_and_never_twice_within_a_week(rule, started_on):
    try:
        checked = cadence.check(str(Rule(**{**vars(rule), "until": None})), MONDAY)
    except Unusable:
        return

    days = days_of(checked, started_on, started_on, 20)
    assert days
    assert all(later - earlier >= timedelta(days=7) for earlier, later in pairwise(days))


def test_how_far_apart_its_days_are_as_a_rule():
    assert cadence.usual_gap(BIWEEKLY) == timedelta(weeks=2)
    assert cadence.usual_gap("FREQ=MONTHLY;BYMONTHDAY=-1") == timedelta(days=31)


def test_of_what_still_holds_the_first_day_is_found_and_an_end_where_there_is_none():
    def found(rule, still):
        return cadence.first_after(rule, MONDAY, MONDAY, date(2026, 12, 31), still)

    assert found(BIWEEKLY, lambda day: day > date(2026, 4, 1)) == date(2026, 4, 13)
    assert found("FREQ=WEEKLY;COUNT=3", lambda day: day > date(2026, 4, 1)) == date(2027, 1, 1)


# --- every zone ---

CADENCES = (
    "FREQ=DAILY;INTERVAL=7",
    "FREQ=WEEKLY;BYDAY=SU",
    BIWEEKLY,
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;BYDAY=2SU",
)
# Nine in the morning, and the hours at which clocks change: midnight, one, two and three.
HOURS = (time(9), time(0), time(0, 30), time(1, 30), time(2, 30), time(3))


def test_every_zone_every_transition(soak):
    """Two years in each zone: every slot opens once, on its own local day, at its time by that clock, or as RFC 5545 has it."""
    zones = sorted(available_timezones())
    assert len(zones) > 400
    starts = [date(2026, 1, 1) + timedelta(days=days) for days in range(7)]
    slots = 0
    for place, zone in enumerate(zones if soak else zones[::40]):
        started_on = starts[place % 7]
        for rule in CADENCES:
            days = days_of(rule, started_on, started_on, 110)
            days = [day for day in days if day < date(2028, 1, 1)]
            for hour in HOURS:
                opened = [CheckInPlan(rule=rule, at_time=hour).opens_at(day, zone) for day in days]
                shown = [moment.astimezone(ZoneInfo(zone)) for moment in opened]
                assert [moment.date() for moment in shown] == days, zone
                assert all(earlier < later for earlier, later in pairwise(opened)), zone
                for day, moment in zip(days, shown, strict=True):
                    assert moment.replace(tzinfo=None) - datetime.combine(day, hour) == _left_out(day, hour, zone), (zone, day, hour)
                    assert moment.fold == 0, (zone, day, hour)
                slots += len(days)
    assert slots > 5_000


def _left_out(day: date, hour: time, zone: str) -> timedelta:
    """By how much clocks had gone forward where the zone left this time out; nothing where some clock showed it."""
    wall = datetime.combine(day, hour)
    offsets = {(wall + timedelta(hours=hours)).replace(tzinfo=ZoneInfo(zone)).utcoffset() for hours in (-26, 26)}
    utc = ZoneInfo("UTC")
    if any(((wall - offset).replace(tzinfo=utc)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall for offset in offsets):
        return timedelta(0)
    return max(offsets) - min(offsets)
