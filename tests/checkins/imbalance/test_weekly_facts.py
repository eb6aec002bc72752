from dataclasses import replace

import numpy as np
import pytest

from checkins.imbalance.detector import DetectorSettings, ProgramBaseline, WeeklyFacts, advance, assess_many, calibrate, start
from tests.checkins.imbalance.cases import COUNTS, drawn, steady

ARRAYS = (*COUNTS, "asked", "answers")


def refusing(facts: WeeklyFacts):
    """What each way in says, which is the same everywhere."""
    said = set()
    for way in (assess_many, calibrate, lambda given: advance(start(1), given)):
        with pytest.raises(ValueError, match=r"^\w+ ") as refused:
            way(facts)
        said.add(str(refused.value))
    assert len(said) == 1
    return said.pop()


def with_one(name, value):
    facts = steady(1)
    array = getattr(facts, name).astype(float)
    array[(0,) * array.ndim] = value
    return replace(facts, **{name: array})


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("change", [lambda array: array[..., :1], lambda array: array[0], lambda array: np.repeat(array, 2, axis=1)])
def test_an_array_of_another_shape_is_named(name, change):
    facts = steady(1)

    assert name in refusing(replace(facts, **{name: change(getattr(facts, name))})) or name == "topics"


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("value", [-1.0, -1e-9, np.inf, -np.inf, np.nan])
def test_a_count_that_cannot_be_is_named(name, value):
    assert name in refusing(with_one(name, value))


@pytest.mark.parametrize("value", [0.0, 0.99, 5.01, -1.0, np.inf, -np.inf])
def test_an_answer_outside_its_steps_is_named(value):
    assert refusing(with_one("answers", value)).startswith("answers")


@pytest.mark.parametrize("value", [2.0, 0.5, np.nan])
def test_who_was_asked_is_yes_or_no(value):
    assert refusing(with_one("asked", value)).startswith("asked")


@pytest.mark.parametrize("name", ARRAYS)
def test_what_is_no_number_is_named(name):
    array = np.full(np.shape(getattr(steady(1), name)), "much", dtype=object)

    assert name in refusing(replace(steady(1), **{name: array}))


def test_a_week_is_lived_by_both_or_by_none():
    facts = steady(1)
    for name in COUNTS:
        getattr(facts, name)[0, 0, 1] = np.nan

    assert refusing(facts).startswith("topics")


def test_plain_lists_and_ones_for_yes_are_taken_as_they_are_meant():
    facts = drawn(2, pairs=3)
    lists = WeeklyFacts(**{name: array.astype(float).tolist() for name, array in vars(facts).items()})

    assert vars(assess_many(lists))["week"].tolist() == assess_many(facts).week.tolist()


@pytest.mark.parametrize(
    "wrong",
    [
        {"bars": ((1.0,) * 8,)},
        {"bars": ((1.0,) * 7,) * 2},
        {"bars": ((float("nan"),) * 8,) * 2},
        {"fall": (1.0,) * 6},
        {"fallen_precision": (0.0,) * 7},
        {"window": 0},
        {"window": 2.5},
        {"quiet_weeks": -1},
        {"min_own_acts": -1},
        {"most_acts": 0},
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        DetectorSettings(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mean": np.full((2, 7), 1.0)},
        {"mean": np.full((2, 7), 0.0)},
        {"mean": np.full(7, 0.5)},
        {"pair_precision": np.zeros(7)},
        {"week_precision": np.full(7, np.nan)},
        {"memory": 1.0},
        {"side_correlation": -0.1},
    ],
)
def test_a_baseline_that_cannot_be_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ProgramBaseline(**wrong)
