"""When a review is offered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from checkins.reviews.occasions import QUIET, Occasion, by_calendar, is_by_meetings

START = date(2026, 1, 5)
MIDDLE, END = START + timedelta(days=90), START + timedelta(days=180)


@pytest.mark.parametrize(
    ("days", "occasion"),
    [
        (89, None),
        (90, Occasion.MIDWAY),
        (158, Occasion.MIDWAY),
        (159, Occasion.BEFORE_THE_END),
        (180, Occasion.BEFORE_THE_END),
        (181, None),
    ],
)
def test_a_cohort_with_an_end_has_a_middle_and_a_time_before_the_end(days, occasion):
    assert by_calendar(START, START + timedelta(days=days), starts_on=START, ends_on=END) == occasion


@pytest.mark.parametrize(("days", "occasion"), [(89, None), (90, Occasion.MIDWAY), (400, Occasion.MIDWAY)])
def test_where_nobody_has_said_when_it_ends_it_is_ninety_days(days, occasion):
    assert by_calendar(START, START + timedelta(days=days), starts_on=None, ends_on=None) == occasion


def test_meetings_are_enough_where_nobody_has_said_when_it_ends():
    later = START + QUIET

    assert is_by_meetings(START, later, ends_on=None, have_met_enough=True)
    assert not is_by_meetings(START, later, ends_on=None, have_met_enough=False)
    assert not is_by_meetings(START, later, ends_on=END, have_met_enough=True)


@given(since=some.dates(START, END), after=some.integers(0, QUIET.days - 1), has_end=some.booleans(), have_met_enough=some.booleans())
def test_nothing_is_offered_for_four_weeks_after_the_last(since, after, has_end, have_met_enough):
    today, ends_on = since + timedelta(days=after), END if has_end else None

    assert by_calendar(since, today, starts_on=START, ends_on=ends_on) is None
    assert not is_by_meetings(since, today, ends_on=ends_on, have_met_enough=have_met_enough)
