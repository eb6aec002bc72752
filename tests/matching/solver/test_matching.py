import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings

from matching.solver import Cancelled, MatchProblem, MatrixScores, assignment, solve, verify
from matching.solver.kept import glance

from . import oracle
from .cases import Case, cases, random_case


def reached(case: Case, solution) -> oracle.Reached:
    mentors = [int(j) for i, j in enumerate(solution.mentor_of) if j >= 0 and i not in case.locked]
    return len(mentors), solution.floor, solution.total - oracle.load_cost(case, mentors)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_nothing_tried_is_better_and_the_proof_holds(case):
    solution = solve(case.problem())

    assert reached(case, solution) == oracle.best_by_trying(case)
    assert oracle.faults(case, solution) == []
    assert verify(case.problem(), solution) == []


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("fairness", ["floor", "none"])
@pytest.mark.parametrize("load_step", [0, 9])
def test_a_table_of_all_places_gives_the_same(seed, fairness, load_step):
    case = random_case(70 + seed, 60, seed, fairness=fairness, load_step=load_step, block_cells=1000)

    solution = solve(case.problem())

    assert reached(case, solution) == oracle.best_by_table(case)
    assert verify(case.problem(), solution) == []


@pytest.mark.parametrize("fairness", ["floor", "none"])
def test_the_pairs_first_left_out_are_found_where_they_are_needed(fairness):
    """Everyone likes the same mentors best, more of them than are kept of a row at first."""
    rng = np.random.default_rng(3)
    scores = np.sort(rng.integers(0, 9000, (140, 130)), axis=1) + rng.integers(0, 40, (140, 130))
    case = Case(scores.tolist(), [1] * 130, fairness=fairness)

    solution = solve(case.problem())

    assert solution.statistics["looks"] > 1
    assert reached(case, solution) == oracle.best_by_table(case)
    assert verify(case.problem(), solution) == []


def scarce(**changes) -> Case:
    """Places for half, and many scores, so that few columns of a row are looked at again."""
    rng = np.random.default_rng(8)
    scores = rng.integers(0, 900, (160, 130)) + rng.integers(0, 900, 130)
    return Case(scores.tolist(), rng.integers(0, 2, 130).tolist(), fairness="none").but(**changes)


@pytest.mark.parametrize("most", [1, 128])
def test_where_few_columns_are_looked_at_again_nothing_is_missed(monkeypatch, most):
    monkeypatch.setattr(assignment, "MOST", most)
    looked = []
    monkeypatch.setattr(assignment, "glance", lambda *told: looked.append(told) or glance(*told))

    solution = solve(scarce().problem())

    assert looked
    assert reached(scarce(), solution) == oracle.best_by_table(scarce())
    assert verify(scarce().problem(), solution) == []


@pytest.mark.parametrize("block_cells", [1, 500, 5000])
def test_the_size_of_a_block_leaves_no_mark_where_few_columns_are_looked_at_again(block_cells):
    assert solve(scarce(block_cells=block_cells).problem()).fingerprint == solve(scarce().problem()).fingerprint


def test_where_some_places_stay_empty_the_rest_is_the_best_too():
    """Some mentors fit nobody, so that neither all places nor all mentees are taken."""
    case = scarce()
    case = case.but(scores=[[score if j % 3 and i % 5 else -1 for j, score in enumerate(row)] for i, row in enumerate(case.scores)])

    solution = solve(case.problem())

    assert reached(case, solution) == oracle.best_by_table(case)
    assert verify(case.problem(), solution) == []


@pytest.mark.parametrize("prices", [[0] * 40, [10**18] * 40, list(range(40)), [5000, -5000] * 20])
def test_earlier_prices_however_wrong_change_nothing_but_the_way(prices):
    case = random_case(60, 40, 5, fairness="none")
    cold = solve(case.problem())

    warm = solve(case.but(warm_prices=tuple(prices)).problem())

    assert (warm.value, warm.total, warm.matched) == (cold.value, cold.total, cold.matched)
    assert verify(case.problem(), warm) == []


def test_a_run_with_its_own_prices_after_one_forbid_is_proved():
    case = random_case(60, 40, 6)
    before = solve(case.problem())
    pair = next((i, int(j)) for i, j in enumerate(before.mentor_of) if j >= 0)
    again = case.but(forbids=(*case.forbids, pair), warm_prices=tuple(before.certificate.prices.tolist()))

    after = solve(again.problem())

    assert after.mentor_of[pair[0]] != pair[1]
    assert reached(again, after) == oracle.best_by_table(again)
    assert verify(again.problem(), after) == []


@pytest.mark.parametrize("block_cells", [1, 97, 5000])
def test_the_size_of_a_block_leaves_no_mark(block_cells):
    case = random_case(80, 60, 1)

    assert solve(case.but(block_cells=block_cells).problem()).fingerprint == solve(case.problem()).fingerprint


def test_another_process_with_other_hashes_finds_the_same():
    code = (
        "from matching.solver import solve; from tests.matching.solver.cases import random_case; "
        "print(solve(random_case(80, 60, 1).problem()).fingerprint)"
    )

    said = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == solve(random_case(80, 60, 1).problem()).fingerprint


@pytest.mark.parametrize(
    "case",
    [
        Case([], []),
        Case([], [1, 2]),
        Case([[], []], []),
        Case([[5, 5]], [0, 0]),
        Case([[-1, -1]], [1, 1]),
        Case([[5, 5]], [1, 1], forbids=((0, 0), (0, 1))),
        Case([[5, 5]], [1, 1], minimum=6),
        Case([[5, 5]], [1, 1], minimum=10**30),
    ],
)
@pytest.mark.parametrize("fairness", ["floor", "none"])
def test_where_nobody_can_be_matched_that_is_proved_too(case, fairness):
    case = case.but(fairness=fairness)
    problem = case.problem() if case.n else MatchProblem(case.capacity, MatrixScores(np.zeros((0, case.m))), fairness=fairness)

    solution = solve(problem)

    assert (solution.matched, solution.total, solution.floor) == (0, 0, None)
    assert verify(problem, solution) == []


def test_large_scores_are_proved_where_most_stay_alone():
    """What being alone costs is beyond 32 bits, the prices are not."""
    scores = [[2**24, -1]] + [[-1, -1]] * 70 + [[-1, 2**24]] * 70
    case = Case(scores, [100, 100])

    assert verify(case.problem(), solve(case.problem())) == []


def test_a_lock_outranks_rules_minimum_and_floor_and_is_no_part_of_the_total():
    case = Case([[-1, 9], [1, 9], [8, 8]], [2, 1], locks=((0, 0),), minimum=5, load_step=3)

    solution = solve(case.problem())

    assert solution.mentor_of.tolist() == [0, 1, 0]
    assert solution.score.tolist() == [-1, 9, 8]
    assert solution.locked.tolist() == [True, False, False]
    assert (solution.matched, solution.total, solution.floor) == (3, 17, 8)
    # The locked mentee is the first of their mentor, so the next costs one step.
    assert solution.value == 17 - 3
    assert verify(case.problem(), solution) == []


def test_the_weakest_match_comes_before_the_total():
    case = Case([[10, 4], [6, 1]], [1, 1])

    assert solve(case.problem()).score.tolist() == [4, 6]
    assert solve(case.but(fairness="none").problem()).score.tolist() == [10, 1]


def test_progress_is_told_in_every_phase():
    told = []

    solve(random_case(20, 20, 0).problem(), progress=lambda phase, number: told.append((phase, number)))

    assert {phase for phase, _ in told} == {"score", "floor", "assign", "verify"}
    assert all(isinstance(number, int) for _, number in told)


@pytest.mark.parametrize("after", range(4))
def test_who_wants_no_more_is_heard_at_every_step(after):
    asked = iter(range(100))

    with pytest.raises(Cancelled):
        solve(random_case(20, 20, 0).problem(), cancelled=lambda: next(asked) >= after)
