"""What a run saw and what came of it are read again as they were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import solver
from matching.runs.arrays import Inputs, inputs_of, outcome_of, packed_outcome, words_in
from matching.runs.said import Said


def inputs(**other) -> Inputs:
    criteria = [
        solver.Criterion("c1", "overlap", np.array([[3], [5], [6]], np.uint64), np.array([[1], [4]], np.uint64), weight=30, need=2),
        solver.Criterion("c2", "near", [1, 2, solver.MISSING], [2, 3], weight=60, span=4),
        solver.Criterion("c3", "same", [1, 1, 1], [1, -1], hard=True),
    ]
    plain = {
        "mentees": np.array([7, 9, 12]),
        "mentors": np.array([3, 30]),
        "capacity": np.array([1, 1]),
        "waiting": np.array([10, 20, 30]),
        "locks": np.array([[0, 1]]),
        "forbids": np.array([[2, 0]]),
        "earlier": np.array([[1, 0]]),
        "minimum": 100,
        "load_step": 5,
        "compared": [{"key": "c1", "kind": "overlap"}],
        "said": Said.by({7: {1: ["Mon am"]}, 9: {1: ["Tue pm", "Mon am"]}, 12: {}}),
    }
    return Inputs(criteria=criteria, **{**plain, **other})


def test_what_a_run_saw_is_read_again_as_it_was():
    read = inputs_of(inputs().packed())
    assert read.digest() == inputs().digest()
    assert (read.scores.block(np.arange(3)) == inputs().scores.block(np.arange(3))).all()


ANSWERS = st.dictionaries(
    st.integers(1, 2**40), st.dictionaries(st.integers(0, 9), st.lists(st.text(max_size=9), min_size=1, max_size=4)), max_size=9
)


@given(ANSWERS, st.lists(st.integers(1, 2**40)))
def test_what_anybody_said_is_read_again_as_they_said_it(answers, strangers):
    compared, said = words_in(inputs(said=Said.by(answers)).packed())
    everybody = said.of([*answers, *strangers])
    assert compared == inputs().compared
    assert everybody.keys() == answers.keys()
    for person, given_by in answers.items():
        assert {question: chosen for question, chosen in everybody[person].items() if chosen} == given_by


def test_it_comes_to_the_same_result_again():
    assert solver.solve(inputs_of(inputs().packed()).problem()).fingerprint == solver.solve(inputs().problem()).fingerprint


@pytest.mark.parametrize(
    "other",
    [
        {"mentees": np.array([7, 9, 13])},
        {"capacity": np.array([1, 2])},
        {"earlier": np.array([[1, 1]])},
        {"minimum": 101},
        {"fairness": "none"},
        {"said": Said.by({7: {1: ["Mon pm"]}})},
    ],
    ids=str,
)
def test_whatever_is_different_has_another_digest(other):
    assert inputs(**other).digest() != inputs().digest()


@pytest.mark.parametrize("fairness", ["floor", "none"])
def test_a_result_is_proved_from_what_was_kept_of_it(fairness):
    problem = inputs(fairness=fairness).problem()
    solution = solver.solve(problem)
    assert solver.verify(problem, outcome_of(packed_outcome(solution), solution.value)) == []


def test_what_is_kept_of_a_result_is_twenty_bytes_a_person():
    n = 4000
    codes = np.arange(n) % 7
    none = np.empty((0, 2), np.int64)
    many = Inputs(
        mentees=np.arange(n),
        mentors=np.arange(n // 2),
        capacity=np.full(n // 2, 2),
        waiting=np.zeros(n, np.int64),
        locks=none,
        forbids=none,
        criteria=[solver.Criterion("c1", "same", codes, codes[: n // 2], weight=30)],
    )
    assert len(packed_outcome(solver.solve(many.problem()))) < 20 * (n + n // 2)
