import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkins.imbalance.honesty import Rate, Share, large_enough


def test_a_rate_comes_with_the_exact_limits_of_a_count():
    rate = Rate(3, 400)

    # Garwood's limits of 3 are 0.6187 and 8.7673.
    assert (rate.in_hundred, round(rate.low, 3), round(rate.high, 3)) == (0.75, 0.155, 2.192)
    assert (Rate(0, 100).low, round(Rate(0, 100).high, 2)) == (0.0, 3.69)
    assert (Rate(0, 0).in_hundred, Rate(0, 0).low, Rate(0, 0).high) == (None, None, None)


def test_a_share_comes_with_the_exact_limits_of_a_share():
    # Clopper and Pearson's limits of 17 of 21.
    assert (Share(17, 21).in_hundred, Share(17, 21).low, Share(17, 21).high) == (81, 58, 95)
    assert (Share(0, 5).low, Share(5, 5).high) == (0, 100)
    assert (Share(0, 0).in_hundred, Share(0, 0).low, Share(0, 0).high) == (None, None, None)


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ({"a": 5, "b": 9}, {"a", "b"}),
        ({"a": 5, "b": 9, "c": 4}, {"b"}),
        ({"a": 5, "b": 9, "c": 3, "d": 2}, {"a", "b"}),
        ({"c": 4}, set()),
        ({}, set()),
    ],
)
def test_small_groups_are_hidden_and_so_is_what_would_give_them_away(people, shown):
    assert large_enough(people) == shown


@given(st.lists(st.integers(1, 12), max_size=6))
def test_what_is_hidden_is_never_a_few_people(sizes):
    people = {str(place): number for place, number in enumerate(sizes)}
    shown = large_enough(people)

    hidden = sum(number for name, number in people.items() if name not in shown)
    assert all(people[name] >= 5 for name in shown)
    assert hidden == 0 or hidden >= 5 or not shown
