import numpy as np
import pytest

from checkins.imbalance.fixed_rules import OVER_SEVENTY_PER_CENT, TO_BE_TUNED, tuned
from checkins.imbalance.weekly_facts import WeeklyFacts


def of_topics(*weeks: tuple[float, float]) -> WeeklyFacts:
    topics = np.array([weeks], float)
    none = np.zeros_like(topics)
    return WeeklyFacts(topics, none, none, none, np.zeros(topics.shape, np.bool_), np.full((*topics.shape, 4), np.nan))


def found(*weeks: tuple[float, float]) -> list[tuple[int, int]]:
    """(week, side)"""
    return [(int(week), int(side)) for _, week, side in np.argwhere(OVER_SEVENTY_PER_CENT.findings(of_topics(*weeks)))]


@pytest.mark.parametrize(
    ("topics", "finds"),
    [((2, 6), [(3, 0)]), ((6, 2), [(3, 1)]), ((3, 7), []), ((1, 6), [])],
    ids=["over seventy", "of the other", "just seventy", "too few"],
)
def test_over_seventy_per_cent_of_enough_topics_is_found(topics, finds):
    assert found((0, 0), (0, 0), (0, 0), topics) == finds


def test_four_weeks_count_and_no_more():
    assert found((0, 9), (0, 0), (0, 0), (0, 0)) == [(3, 0)]
    assert found((0, 9), (3, 0), (3, 0), (0, 3), (0, 3)) == []
    assert found((0, 9), (0, 0), (0, 0), (0, 0), (4, 4)) == [(3, 0)]


def test_it_is_quiet_for_eight_weeks_after_a_finding():
    assert found(*[(0, 4)] * 13) == [(3, 0), (12, 0)]


def test_a_rule_is_tuned_to_find_as_much_as_is_said_and_no_more():
    rng = np.random.default_rng(1)
    shares = rng.beta(2, 2, (600, 1, 1))
    topics = rng.binomial(40, np.concatenate([shares, 1 - shares], axis=2), (600, 30, 2)).astype(float)
    facts = WeeklyFacts(topics, topics, topics, topics, topics > 9, np.full((*topics.shape, 4), np.nan))
    rule = TO_BE_TUNED[0]

    for most in (5, 50):
        made = tuned(rule, facts, most)
        assert most - 3 <= made.findings(facts).sum() <= most
