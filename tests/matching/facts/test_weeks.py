from datetime import UTC, date, datetime

import pytest

from matching.facts.weeks import sides, week_of
from matching.pairings.models import Pairing


def test_a_week_begins_on_monday_by_the_clock_of_the_program():
    late_on_sunday = datetime(2026, 3, 15, 23, 30, tzinfo=UTC)

    assert week_of(late_on_sunday, "Europe/London") == date(2026, 3, 9)
    assert week_of(late_on_sunday, "Europe/Berlin") == date(2026, 3, 16)


def test_a_week_begins_on_monday_also_when_the_clocks_have_changed():
    half_past_midnight = datetime(2026, 3, 29, 23, 30, tzinfo=UTC)

    assert week_of(half_past_midnight, "Europe/London") == date(2026, 3, 30)


@pytest.mark.parametrize(("mentor", "expected"), [("second", (1, 2)), ("first", (2, 1)), ("", (1, 2))])
def test_side_0_is_who_is_not_the_mentor_and_else_the_first(mentor, expected):
    assert sides(Pairing(first_id=1, second_id=2, mentor=mentor)) == expected
