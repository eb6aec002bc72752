"""What all would be if two people were together in any case: the run is solved once more with them locked. Knows no Django."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from matching import solver
from matching.runs import peers
from matching.runs.arrays import Inputs


@dataclass(frozen=True)
class Exact:
    """`matched` people; the `lowest` score and the `total` of all pairs that were not locked before."""

    matched: int
    lowest: int
    total: int

    @classmethod
    def of(cls, kept: dict[str, int]) -> Self:
        return cls(matched=kept["matched"], lowest=kept["lowest"], total=kept["total"])


def exactly(inputs: Inputs, one: int, other: int, progress: Callable[..., object] | None = None) -> Exact:
    """`one` and `other` by their places in the run; the two must not be ruled out. Raises MatchError."""
    locks = np.concatenate([inputs.locks, [[one, other]]])
    if inputs.is_among_peers:
        pool = peers.problem_of(inputs, locks)
        solution = peers.as_sides(solver.solve_pool(pool, progress=progress))
        own = int(peers.scores_of(inputs, [one], [other])[0, 0])
        locked = pool.locks
    else:
        sides = inputs.problem(locks)
        solution = solver.solve(sides, progress=progress)
        own = int(solution.score[one])
        locked = sides.locks[:, :1]
    free = np.setdiff1d(np.flatnonzero(solution.mentor_of >= 0), locked)
    return Exact(solution.matched, min([own, *solution.score[free].tolist()]), solution.total + own)
