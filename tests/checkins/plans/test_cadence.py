from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkins.plans import cadence

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
WEEKS = st.integers(min_value=1, max_value=13)


def test_the_first_is_one_whole_interval_after_the_start():
    monday = date(2026, 3, 2)

    assert cadence.latest(monday, 2, monday + timedelta(days=13)) is None
    assert cadence.latest(monday, 2, monday + timedelta(days=14)) == date(2026, 3, 16)
    assert cadence.upcoming(monday, 2, monday, 3) == [date(2026, 3, 16), date(2026, 3, 30), date(2026, 4, 13)]


def test_a_day_that_is_due_is_the_first_of_those_to_come():
    assert cadence.upcoming(date(2026, 3, 2), 1, date(2026, 3, 9), 2) == [date(2026, 3, 9), date(2026, 3, 16)]


@pytest.mark.parametrize("since", [date(2026, 2, 1), date(2026, 3, 2), date(2026, 3, 3)])
def test_nothing_is_due_before_the_pairing_has_run_one_interval(since):
    assert cadence.upcoming(date(2026, 3, 2), 4, since, 1) == [date(2026, 3, 30)]


@given(started_on=DAYS, every_weeks=WEEKS, until=DAYS)
def test_the_latest_is_a_whole_number_of_intervals_after_the_start_and_the_next_one_is_past(started_on, every_weeks, until):
    due_on = cadence.latest(started_on, every_weeks, until)

    if due_on is None:
        assert until < started_on + timedelta(weeks=every_weeks)
    else:
        assert started_on < due_on <= until < cadence.following(due_on, every_weeks)
        assert (due_on - started_on).days % (7 * every_weeks) == 0


@given(started_on=DAYS, every_weeks=WEEKS, since=DAYS)
def test_what_comes_is_evenly_spaced_and_leaves_nothing_out(started_on, every_weeks, since):
    days = cadence.upcoming(started_on, every_weeks, since, 5)

    assert days[0] >= since
    assert days[0] - max(since, started_on) <= timedelta(weeks=every_weeks)
    assert all(later - earlier == timedelta(weeks=every_weeks) for earlier, later in zip(days, days[1:], strict=False))
    assert all(day.weekday() == started_on.weekday() for day in days)
    assert cadence.latest(started_on, every_weeks, days[0]) == days[0]
