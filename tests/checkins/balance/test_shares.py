from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkins.balance.shares import chance_below, leans

SHARES = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100)


def integral(share: Fraction, k: int, n: int) -> Fraction:
    """The area of Beta(1 + k, 1 + n - k) below `share`, exactly: its density is a polynomial, integrated term by term."""
    whole = Fraction(1, (n + 1) * comb(n, k))
    terms = (Fraction((-1) ** i * comb(n - k, i), k + i + 1) * share ** (k + i + 1) for i in range(n - k + 1))
    return sum(terms, Fraction(0)) / whole


@given(share=SHARES, n=st.integers(0, 60), data=st.data())
def test_the_chance_is_the_area_of_the_distribution(share, n, data):
    k = data.draw(st.integers(0, n))

    assert chance_below(float(share), k, n) == pytest.approx(float(integral(share, k, n)), abs=1e-11)


@given(n=st.integers(0, 40), data=st.data())
def test_a_share_leans_when_ten_in_a_hundred_or_less_of_it_reach_what_is_even(n, data):
    k = data.draw(st.integers(0, n))
    below, above = integral(Fraction(3, 10), k, n), 1 - integral(Fraction(7, 10), k, n)

    assert leans(k, n - k) == (below >= Fraction(9, 10) or above >= Fraction(9, 10))


@given(one=st.integers(0, 300), other=st.integers(0, 300))
def test_it_is_the_same_whichever_side_is_named_first(one, other):
    assert leans(one, other) == leans(other, one)


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (5, 0), (3, 3), (7, 3), (60, 40)])
def test_few_facts_and_even_ones_do_not_lean(one, other):
    assert not leans(one, other)


@pytest.mark.parametrize(("one", "other"), [(6, 0), (0, 9), (20, 3), (5000, 100)])
def test_many_facts_of_one_side_lean(one, other):
    assert leans(one, other)
