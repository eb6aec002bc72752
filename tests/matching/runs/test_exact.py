"""What all would be with two together in any case, against every way there is."""

from itertools import product

import numpy as np
import pytest

from matching import solver
from matching.runs.arrays import Inputs
from matching.runs.exact import as_found, exactly, freshly
from matching.runs.peers import problem_of, scores_of
from tests.matching.runs.test_peers import pool


def sides(seed: int) -> Inputs:
    """Four who look for somebody and three with a place, each fitting some."""
    by_chance = np.random.default_rng(seed)
    return Inputs(
        mentees=np.arange(4, dtype=np.int64),
        mentors=np.arange(3, dtype=np.int64) + 10,
        capacity=np.ones(3, np.int64),
        waiting=np.ones(4, np.int64),
        locks=np.empty((0, 2), np.int64),
        forbids=np.array([[3, 0]]),
        criteria=[
            solver.Criterion("c1", "near", by_chance.integers(0, 9, 4), by_chance.integers(0, 9, 3), weight=60, span=9),
            solver.Criterion("c2", "different", by_chance.integers(0, 4, 4), by_chance.integers(0, 4, 3), hard=True),
        ],
    )


@pytest.mark.parametrize("seed", range(4))
def test_of_two_sides_it_is_the_best_of_all_ways_with_the_two(seed):
    inputs = sides(seed)
    table = inputs.scores.block(np.arange(4)).astype(int)
    table[3, 0] = -1
    ways = []
    for mentors in product([-1, 0, 1, 2], repeat=4):
        used = [j for j in mentors if j >= 0]
        pairs = [table[i, j] for i, j in enumerate(mentors) if j >= 0]
        if len(set(used)) == len(used) and min(pairs, default=-1) >= 0:
            ways.append((mentors, pairs))
    i, j = next(zip(*np.nonzero(table >= 0), strict=True))
    # The two come first, whatever the weakest of the others is then: it is lifted among the others.
    with_the_two = [
        (len(pairs), min(pairs[:at] + pairs[at + 1 :], default=0), sum(pairs), min(pairs))
        for mentors, pairs in ways
        if mentors[i] == j
        for at in [sum(one >= 0 for one in mentors[:i])]
    ]
    matched, _others, total, lowest = max(with_the_two)

    found = exactly(inputs, int(i), int(j))

    assert (found.matched, found.total, found.lowest) == (matched, total, lowest)


@pytest.mark.parametrize("seed", range(4))
def test_among_peers_it_is_the_best_of_all_pairings_with_the_two(seed):
    inputs = pool(seed, 6)
    table = scores_of(inputs, range(6), range(6))
    i, j = next((i, j) for i, j in zip(*np.nonzero(table >= 0), strict=True))

    def pairings(people: tuple[int, ...]) -> list[list[int]]:
        if not people:
            return [[]]
        one, *rest = people
        found = pairings(tuple(rest))
        for other in rest:
            if table[one, other] >= 0:
                found += [[int(table[one, other]), *more] for more in pairings(tuple(person for person in rest if person != other))]
        return found

    ways = [[int(table[i, j]), *more] for more in pairings(tuple(person for person in range(6) if person not in (i, j)))]
    pairs, total = max((len(scores), sum(scores)) for scores in ways)

    found = exactly(inputs, int(i), int(j))

    assert (found.matched, found.total) == (2 * pairs, total)


@pytest.mark.parametrize("seed", range(4))
def test_with_nobody_locked_it_is_what_a_run_without_locks_finds(seed):
    free = sides(seed)
    table = free.scores.block(np.arange(4)).astype(int)
    i, j = next(zip(*np.nonzero(table >= 0), strict=True))
    locked = Inputs(**{**vars(free), "locks": np.array([[i, j]])})

    assert freshly(locked) == as_found(free, solver.solve(free.problem()))
    assert as_found(locked, solver.solve(locked.problem())).total == exactly(free, int(i), int(j)).total


@pytest.mark.parametrize("seed", range(4))
def test_among_peers_with_nobody_locked_it_is_what_a_run_without_locks_finds(seed):
    free = pool(seed, 6)
    locked = Inputs(**{**vars(free), "locks": np.array([[0, 2]])})

    assert freshly(locked) == as_found(free, solver.solve_pool(problem_of(free)))
