from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.limits.merging import merged, step_of

limits = st.dictionaries(st.sampled_from(["time", "money", "touch", "places"]), st.integers(1, 5))


@settings(max_examples=30)
@given(limits, limits)
def test_neither_comes_first(one, other):
    assert list(merged(one, other).items()) == list(merged(other, one).items())


@settings(max_examples=30)
@given(limits, limits, limits)
def test_it_makes_no_difference_which_two_come_together_first(one, other, third):
    assert merged(merged(one, other), third) == merged(one, merged(other, third))


@settings(max_examples=30)
@given(limits)
def test_the_same_twice_is_the_same(one):
    assert merged(one, one) == one
    assert merged(one, {}) == one


@settings(max_examples=30)
@given(limits, limits)
def test_what_holds_is_never_looser_than_what_either_asks_for(one, other):
    held = merged(one, other)

    assert all(held[topic] >= step for own in (one, other) for topic, step in own.items())
    assert all(held[topic] in (one.get(topic), other.get(topic)) for topic in held)


def test_what_is_no_limit_any_more_counts_as_the_strictest():
    scale = ("A day before.", "Two days before.", "A week before.")

    assert [step_of(words, scale) for words in (*scale, "An hour before.")] == [0, 1, 2, 2]
