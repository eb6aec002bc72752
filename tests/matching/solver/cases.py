"""Problems as plain lists, so that what checks the solver need not believe its arrays. Shares no code with it."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from matching.solver import MatchProblem, MatrixScores

Pair = tuple[int, int]


@dataclass(frozen=True)
class Case:
    scores: list[list[int]]
    capacity: list[int]
    locks: tuple[Pair, ...] = ()
    forbids: tuple[Pair, ...] = ()
    minimum: int = 0
    fairness: str = "floor"
    load_step: int = 0
    warm_prices: tuple[int, ...] | None = None
    block_cells: int = 2**19
    waiting_since: tuple[int, ...] | None = None

    @property
    def n(self) -> int:
        return len(self.scores)

    @property
    def m(self) -> int:
        return len(self.capacity)

    @property
    def maximum(self) -> int:
        return max((score for row in self.scores for score in row), default=0) if self.n and self.m else 0

    @property
    def locked(self) -> dict[int, int]:
        return dict(self.locks)

    @property
    def taken(self) -> Counter:
        return Counter(mentor for _, mentor in set(self.locks))

    def allowed(self, i: int, j: int, lowest: int | None = None) -> bool:
        least = max(0, self.minimum, 0 if lowest is None else lowest)
        return i not in self.locked and (i, j) not in self.forbids and self.scores[i][j] >= least

    def but(self, **changes: Any) -> "Case":
        return replace(self, **changes)

    def problem(self) -> MatchProblem:
        return MatchProblem(
            capacity=self.capacity,
            scores=MatrixScores(np.array(self.scores, dtype=int).reshape(self.n, self.m)),
            locks=self.locks,
            forbids=self.forbids,
            minimum=self.minimum,
            fairness=self.fairness,
            load_step=self.load_step,
            warm_prices=self.warm_prices,
            block_cells=self.block_cells,
            waiting_since=self.waiting_since,
        )


@st.composite
def cases(draw: st.DrawFn, people: int = 5, mentors: int = 4) -> Case:
    n, m = draw(st.integers(0, people)), draw(st.integers(0, mentors))
    # Few different scores make ties, many make none.
    top = draw(st.sampled_from([0, 1, 3, 10, 1000]))
    scores = draw(st.lists(st.lists(st.integers(-1, top), min_size=m, max_size=m), min_size=n, max_size=n))
    capacity = draw(st.lists(st.integers(0, 3), min_size=m, max_size=m))
    pairs = [(i, j) for i in range(n) for j in range(m)]
    forbids = draw(st.sets(st.sampled_from(pairs), max_size=4)) if pairs else set()
    locks: dict[int, int] = {}
    room = list(capacity)
    for i, j in draw(st.lists(st.sampled_from(pairs), max_size=3)) if pairs else []:
        if i not in locks and room[j] and (i, j) not in forbids:
            locks[i] = j
            room[j] -= 1
    return Case(
        scores=scores,
        capacity=capacity,
        locks=tuple(locks.items()),
        forbids=tuple(sorted(forbids)),
        minimum=draw(st.sampled_from([-5, 0, 0, 1, 2, 2000])),
        fairness=draw(st.sampled_from(["floor", "none"])),
        load_step=draw(st.sampled_from([0, 0, 1, 7])),
        warm_prices=draw(st.none() | st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * m)),
        block_cells=draw(st.sampled_from([1, 3, 7, 2**19])),
        # Some wait equally long.
        waiting_since=draw(st.none() | st.tuples(*[st.integers(0, 3)] * n)),
    )


def random_case(n: int, m: int, seed: int, top: int | None = None, **changes: Any) -> Case:
    """Scores up to `top`, by default one of three so that there are ties and none; up to 3 places a mentor, some pairs forbidden."""
    rng = np.random.default_rng(seed)
    top = int(rng.choice([3, 40, 5000])) if top is None else top
    forbids = {(int(i), int(j)) for i, j in zip(rng.integers(0, n, n), rng.integers(0, m, n), strict=True)}
    case = Case(rng.integers(-1, top + 1, (n, m)).tolist(), rng.integers(0, 4, m).tolist(), forbids=tuple(sorted(forbids)))
    return case.but(**changes)
