"""What all would be if a run were solved once more, with other locks. Knows no Django."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching import solver
from matching.runs import peers
from matching.runs.arrays import Inputs

Progress = Callable[..., object] | None


@dataclass(frozen=True)
class Exact:
    """`matched` people, and of the pairs that are counted the `lowest` score and the `total`."""

    matched: int
    lowest: int
    total: int

    @classmethod
    def of(cls, kept: dict[str, int]) -> Self:
        return cls(matched=kept["matched"], lowest=kept["lowest"], total=kept["total"])


def exactly(inputs: Inputs, one: int, other: int, progress: Progress = None) -> Exact:
    """With `one` and `other`, by their places in the run, together in any case; the two must not be ruled out. Raises MatchError.

    All pairs are counted that were not locked before.
    """
    solution, locked = _solved(inputs, np.concatenate([inputs.locks, [[one, other]]]), progress)
    own = int(peers.scores_of(inputs, [one], [other])[0, 0]) if inputs.is_among_peers else int(solution.score[one])
    free = np.setdiff1d(np.flatnonzero(solution.mentor_of >= 0), locked)
    return Exact(solution.matched, min([own, *solution.score[free].tolist()]), solution.total + own)


def freshly(inputs: Inputs, progress: Progress = None) -> Exact:
    """With nobody locked. All pairs are counted."""
    solution, _locked = _solved(inputs, np.empty((0, 2), np.int64), progress)
    return _of_all(inputs, solution)


def as_found(inputs: Inputs, solution: solver.MatchSolution | solver.PoolSolution) -> Exact:
    """As the run has it. All pairs are counted, the locked as well; one that a rule excludes is worth nothing."""
    return _of_all(inputs, peers.as_sides(solution) if isinstance(solution, solver.PoolSolution) else solution)


def _solved(inputs: Inputs, locks: NDArray[np.int64], progress: Progress) -> tuple[solver.MatchSolution, NDArray[np.int64]]:
    """The best with these locks, and who is locked by them."""
    if inputs.is_among_peers:
        pool = peers.problem_of(inputs, locks)
        return peers.as_sides(solver.solve_pool(pool, progress=progress)), pool.locks
    sides = inputs.problem(locks)
    return solver.solve(sides, progress=progress), sides.locks[:, :1]


def _of_all(inputs: Inputs, solution: solver.MatchSolution) -> Exact:
    matched = np.flatnonzero(solution.mentor_of >= 0)
    # Of two equal peers the first stands for both.
    first = matched[solution.mentor_of[matched] > matched] if inputs.is_among_peers else matched
    scores = np.maximum(solution.score[first].astype(np.int64), 0)
    return Exact(solution.matched, int(scores.min()) if len(scores) else 0, int(scores.sum()))
