"""What a rule means is read with another library, as a calendar would."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import given
from hypothesis import strategies as st

from checkins.sessions import repeating
from checkins.sessions.repeating import Every
from mentoring.kernel import times

EVERY = st.sampled_from(list(Every))
DAYS = st.dates(min_value=date(2025, 1, 1), max_value=date(2032, 1, 1))
HOW_OFTEN = st.integers(min_value=repeating.FEWEST_TIMES, max_value=repeating.MOST_TIMES)
CHANGING = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "Europe/Dublin"]


@given(every=EVERY, first=DAYS, how_often=HOW_OFTEN)
def test_calendars_read_the_same_days_from_the_rule(every, first, how_often):
    rule = repeating.rule_of(every, first, how_often)

    read = rrule.rrulestr(rule, dtstart=datetime.combine(first, datetime.min.time()))

    assert [moment.date() for moment in read] == repeating.days_of(rule, first)


@given(every=EVERY, first=DAYS, how_often=HOW_OFTEN)
def test_it_comes_so_often_and_always_on_the_same_weekday(every, first, how_often):
    days = repeating.days_of(repeating.rule_of(every, first, how_often), first)

    assert len(days) == how_often
    assert days[0] == first
    assert {day.weekday() for day in days} == {first.weekday()}
    gaps = {(later - earlier).days for earlier, later in zip(days, days[1:], strict=False)}
    assert gaps <= {Every.WEEK: {7}, Every.TWO_WEEKS: {14}, Every.MONTH: {28, 35}}[every]


@given(every=EVERY, first=DAYS, how_often=HOW_OFTEN)
def test_until_the_day_of_the_last_is_so_often_and_until_the_day_before_once_less(every, first, how_often):
    last = repeating.days_of(repeating.rule_of(every, first, how_often), first)[-1]

    assert repeating.how_often_until(every, first, last) == how_often
    assert repeating.how_often_until(every, first, last - timedelta(days=1)) == how_often - 1


@pytest.mark.parametrize(
    ("first", "days"),
    [
        (date(2026, 3, 10), ["2026-04-14", "2026-05-12"]),
        # The fifth Tuesday of March, and the last.
        (date(2026, 3, 31), ["2026-04-28", "2026-05-26"]),
        # The fourth, which is not the last.
        (date(2026, 3, 24), ["2026-04-28", "2026-05-26"]),
    ],
)
def test_each_month_is_the_same_weekday_of_its_kind(first, days):
    assert [day.isoformat() for day in repeating.days_of(repeating.rule_of(Every.MONTH, first, 3), first)[1:]] == days


@pytest.mark.parametrize("zone", CHANGING)
def test_its_clock_shows_the_same_all_year_whatever_clocks_do(zone):
    first = datetime(2026, 1, 6, 15, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    moments = [
        moment
        for start in (first, times.at_local(date(2026, 6, 30), datetime(2026, 1, 1, 15, 30).time(), zone))  # noqa: DTZ001
        for moment in repeating.meetings("FREQ=WEEKLY;COUNT=26", start, zone).moments
    ]

    assert {times.local(moment, zone).strftime("%H:%M") for moment in moments} == {"15:30"}
    assert len({times.local(moment, zone).utcoffset() for moment in moments}) == 2
    assert all(moment.tzinfo is UTC for moment in moments)


def test_days_in_a_holiday_are_left_out_but_for_the_first_which_was_chosen():
    holidays = [(date(2026, 3, 1), date(2026, 3, 3)), (date(2026, 3, 17), date(2026, 3, 17))]

    found = repeating.meetings("FREQ=WEEKLY;COUNT=4", datetime(2026, 3, 3, 9, tzinfo=UTC), "UTC", holidays)

    assert [moment.day for moment in found.moments] == [3, 10, 24]
    assert found.skipped == [date(2026, 3, 17)]


def test_a_day_on_which_no_clock_shows_the_time_is_told():
    found = repeating.meetings("FREQ=WEEKLY;COUNT=3", datetime(2026, 3, 22, 1, 30, tzinfo=UTC), "Europe/London")

    assert found.left_out == [date(2026, 3, 29)]


@pytest.mark.parametrize(
    ("every", "how_often", "too_long"),
    [("week", 26, False), ("two_weeks", 14, False), ("two_weeks", 15, True), ("month", 7, False), ("month", 8, True)],
)
def test_it_lasts_half_a_year_at_most(every, how_often, too_long):
    first = date(2026, 1, 6)

    assert repeating.lasts_too_long(repeating.rule_of(every, first, how_often), first) is too_long
