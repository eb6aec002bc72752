import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from checkins.balance.shares import interval, leans

COUNTS = st.integers(0, 300)
USUAL, ALIKE = st.floats(0.02, 0.98), st.floats(3, 40)
# As where nothing was learned of a program.
ELSEWHERE = {"usual": 0.48, "alike": 12}


@given(one=COUNTS, other=COUNTS, usual=USUAL, alike=ALIKE)
def test_of_a_hundred_cases_ten_lie_below_the_interval_and_ten_above(one, other, usual, alike):
    low, high = interval(one, other, usual=usual, alike=alike)

    share = beta(usual * alike + one, (1 - usual) * alike + other)
    assert (share.cdf(low), share.sf(high)) == pytest.approx((0.1, 0.1), abs=1e-6)


@given(one=COUNTS, other=COUNTS, usual=USUAL, alike=ALIKE)
def test_it_is_the_same_whichever_side_is_named_first(one, other, usual, alike):
    assert leans(one, other, usual=usual, alike=alike) == leans(other, one, usual=1 - usual, alike=alike)


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (9, 0), (0, 9), (3, 3), (7, 3), (60, 40)])
def test_few_facts_and_even_ones_do_not_lean(one, other):
    assert not leans(one, other, **ELSEWHERE)


@pytest.mark.parametrize(("one", "other"), [(24, 0), (0, 18), (60, 9), (5000, 100)])
def test_many_facts_of_one_side_lean(one, other):
    assert leans(one, other, **ELSEWHERE)


@pytest.mark.parametrize(("one", "other"), [(0, 0), (2, 2), (3, 7)])
def test_what_is_usual_in_a_program_never_leans_where_the_two_themselves_do_not(one, other):
    assert not leans(one, other, usual=0.04, alike=12)


def test_what_is_usual_weighs_less_the_more_was_done():
    assert leans(0, 6, usual=0.2, alike=12)
    assert not leans(0, 6, usual=0.5, alike=12)
    assert leans(0, 60, usual=0.5, alike=12)
