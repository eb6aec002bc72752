"""Of equally good assignments the one that leaves most of the earlier pairs, against everything tried."""

from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pytest

from matching.solver import MatchSolution, solve, stay, verify

from .cases import Case, random_case


def kept(mentor_of: np.ndarray, earlier: list[tuple[int, int]]) -> int:
    return sum(mentor_of[i] == j for i, j in earlier)


def equals_of(case: Case, solution: MatchSolution) -> Iterator[np.ndarray]:
    """The same free people matched, as many at each mentor, with the same total, and none weaker than the weakest."""
    free = [i for i in np.flatnonzero(solution.mentor_of >= 0).tolist() if i not in case.locked]
    weakest = min((int(solution.score[i]) for i in free), default=0)
    for mentors in permutations(solution.mentor_of[free].tolist()):
        pairs = list(zip(free, mentors, strict=True))
        if all(case.allowed(i, j, weakest) for i, j in pairs) and sum(case.scores[i][j] for i, j in pairs) == solution.total:
            made = solution.mentor_of.copy()
            made[free] = mentors
            yield made


def odd_case(seed: int) -> Case:
    """A few people with many ties, and now and then what makes some pairs impossible or dear."""
    case = random_case(5, 4, seed, top=seed % 4, minimum=seed % 3, load_step=seed % 2, fairness=("floor", "none")[seed // 4 % 2])
    if seed % 5 == 0:
        case = case.but(waiting_since=(3, 1, 2, 2, 1))
    lock = next(((i, j) for i in range(5) for j in range(4) if case.capacity[j] and (i, j) not in case.forbids), None)
    return case.but(locks=(lock,)) if lock and seed % 7 == 0 else case


@pytest.mark.parametrize("start", range(0, 240, 40))
def test_of_equals_the_one_that_leaves_most_as_it_was_and_the_proof_holds(start):
    for seed in range(start, start + 40):
        case = odd_case(seed)
        problem = case.problem()
        found = solve(problem)
        earlier = list(enumerate(np.random.default_rng(seed).integers(0, case.m, case.n).tolist()))
        stayed = stay(problem, found, np.array(earlier))
        assert verify(problem, stayed) == []
        assert (stayed.value, stayed.total, stayed.floor, stayed.matched) == (found.value, found.total, found.floor, found.matched)
        assert kept(stayed.mentor_of, earlier) == max(kept(made, earlier) for made in equals_of(case, found))


@pytest.mark.parametrize("block_cells", [2**19, 900])
def test_after_one_pair_is_forbidden_hardly_anybody_meets_somebody_else(block_cells):
    case = random_case(100, 100, 5, top=1, capacity=[1] * 100, forbids=(), block_cells=block_cells)
    first = solve(case.problem())
    pair = (7, int(first.mentor_of[7]))
    again = case.but(forbids=(pair,)).problem()
    earlier = np.stack([np.arange(100), first.mentor_of], axis=1)
    stayed = stay(again, solve(again), earlier[first.mentor_of >= 0])
    assert verify(again, stayed) == []
    assert kept(stayed.mentor_of, earlier.tolist()) >= 95


def test_however_many_are_equal_each_earlier_pair_is_among_them():
    problem = random_case(100, 100, 5, top=0).but(scores=[[0] * 100] * 100, capacity=[1] * 100, forbids=()).problem()
    earlier = np.stack([np.arange(100), (np.arange(100) * 7 + 3) % 100], axis=1)
    assert kept(stay(problem, solve(problem), earlier).mentor_of, earlier.tolist()) == 100
