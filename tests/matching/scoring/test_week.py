"""Half-days of a week as hours in UTC."""

from datetime import date

import pytest

from matching.scoring.week import hours_in_utc, local_hours

WINTER, SUMMER = date(2026, 1, 14), date(2026, 7, 15)
# New York's clocks have gone forward, London's have not yet.
BETWEEN = date(2026, 3, 16)


def test_a_morning_is_four_hours_by_the_persons_own_clock():
    assert hours_in_utc("Mon am", "Europe/London", WINTER) == {8, 9, 10, 11}
    assert hours_in_utc("Mon am", "Europe/London", SUMMER) == {7, 8, 9, 10}


def test_a_weekend_is_both_days_morning_and_afternoon():
    saturday, sunday = range(120, 144), range(144, 168)

    assert {hour - 120 for hour in local_hours("Weekend") if hour in saturday} == {8, 9, 10, 11, 13, 14, 15, 16, 17}
    assert {hour - 144 for hour in local_hours("Weekend") if hour in sunday} == {8, 9, 10, 11, 13, 14, 15, 16, 17}
    assert len(local_hours("Weekend")) == 18


def test_hours_in_common_change_where_one_zone_changes_its_clocks_before_the_other():
    def in_common(on: date) -> set[int]:
        return hours_in_utc("Mon pm", "Europe/London", on) & hours_in_utc("Mon am", "America/New_York", on)

    assert in_common(WINTER) == {13, 14, 15, 16}
    assert in_common(BETWEEN) == {13, 14, 15}
    assert in_common(SUMMER) == {12, 13, 14, 15}


def test_a_monday_far_to_the_east_begins_on_sunday_in_utc():
    assert hours_in_utc("Mon am", "Pacific/Auckland", WINTER) == {163, 164, 165, 166}


def test_in_a_zone_of_half_hours_only_whole_hours_count():
    assert hours_in_utc("Mon am", "Asia/Kolkata", WINTER) == {3, 4, 5}


@pytest.mark.parametrize("label", ["mon AM", "  Mon   am "])
def test_spelling_does_not_matter(label):
    assert local_hours(label) == {8, 9, 10, 11}


@pytest.mark.parametrize("label", ["", "Mondays", "After work", "Mon am and pm", "Mon", "am"])
def test_other_words_are_no_hours(label):
    assert local_hours(label) == frozenset()
