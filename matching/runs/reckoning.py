"""From what the solver says, row by row, to what a page shows of people. Knows no Django."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching import solver
from matching.runs.arrays import Inputs

# How many of the next best mentors are kept for each mentee.
NEXT_BEST = 3
# So many who could meet somebody, and have no match, are looked into one by one. For those after them there are too few places that fit.
MOST_EXPLAINED = 60


@dataclass(frozen=True)
class Pair:
    """`mentee` and `mentor` are memberships; `parts` and `alternatives` as a proposal keeps them."""

    mentee: int
    mentor: int
    score: int
    shown: int
    locked: bool
    waiting_since: datetime
    parts: list[list[Any]]
    alternatives: list[list[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Alone:
    mentee: int
    waiting_since: datetime
    found: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """`averages`: how good each criterion is over all pairs, of 100, where both said something."""

    pairs: Sequence[Pair]
    alone: Sequence[Alone]
    averages: dict[str, int]


def result_of(inputs: Inputs, solution: solver.MatchSolution, tell: Callable[[int], object]) -> Result:
    """Everything that the pages say, for all people of a run. `tell(how many are done)` is called for each of them."""
    problem = inputs.problem()
    pairs, alone = [], []
    everybody = list(range(len(inputs.mentors)))
    looked_into = 0
    for i in range(len(inputs.mentees)):
        if solution.mentor_of[i] >= 0:
            pairs.append(_pair(inputs, problem, solution, i))
        else:
            could_meet = bool((scores_of(inputs, [i], everybody) >= 0).any())
            looked_into += could_meet
            # Who could meet nobody is told by which rule, however many they are.
            found = _why(solver.why_unmatched(problem, solution, i)) if not could_meet or looked_into <= MOST_EXPLAINED else {}
            alone.append(Alone(int(inputs.mentees[i]), since(inputs, i), found))
        tell(i + 1)
    return Result(pairs, alone, _averages(pairs))


def scores_of(inputs: Inputs, rows: Sequence[int], columns: Sequence[int]) -> NDArray[np.int64]:
    """int64[rows, columns]; -1 where a rule, the minimum or a "never" keeps two apart."""
    i, j = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
    scores = inputs.scores.block(i, j).astype(np.int64)
    scores[scores < inputs.minimum] = -1
    at, to = ({int(key): place for place, key in enumerate(keys)} for keys in (i, j))
    for one, other in inputs.forbids.tolist():
        if one in at and other in to:
            scores[at[one], to[other]] = -1
    return scores


def pair_of(inputs: Inputs, mentee: int, mentor: int) -> Pair:
    """Any two of a run, by their places in it, as if it had put them together."""
    locked = inputs.problem(locks=np.array([[mentee, mentor]]))
    n, m = locked.scores.shape
    mentor_of, score = np.full(n, -1, np.int64), np.full(n, -1, np.int32)
    mentor_of[mentee] = mentor
    score[mentee] = inputs.scores.block(np.array([mentee]), np.array([mentor]))[0, 0]
    certificate = solver.Certificate(locked.penalty, np.zeros(m, np.int64), 0, None, None)
    alone = solver.MatchSolution(mentor_of, score, mentor_of >= 0, 1, 0, None, 0, certificate)
    explained = solver.explain(locked, alone, mentee, top=0)
    return _made(inputs, explained, mentee, locked=False, others=[])


def next_best(inputs: Inputs, solution: solver.MatchSolution, mentee: int, top: int) -> list[list[Any]]:
    """As a proposal keeps them, for whom the run has matched: first those that leave the weakest match as it is."""
    return _others(inputs, solver.explain(inputs.problem(), solution, mentee, top=top), solution, mentee, top)


def _pair(inputs: Inputs, problem: solver.MatchProblem, solution: solver.MatchSolution, i: int) -> Pair:
    explained = solver.explain(problem, solution, i, top=NEXT_BEST)
    return _made(inputs, explained, i, locked=bool(solution.locked[i]), others=_others(inputs, explained, solution, i, NEXT_BEST))


def _made(inputs: Inputs, explained: solver.Explanation, i: int, *, locked: bool, others: list[list[Any]]) -> Pair:
    return Pair(
        mentee=int(inputs.mentees[i]),
        mentor=int(inputs.mentors[explained.mentor]),
        score=explained.score,
        shown=solver.shown(max(explained.score, 0), explained.maximum) or 0,
        locked=locked,
        waiting_since=since(inputs, i),
        parts=[[part.key, part.weight, part.quality, part.unknown, part.points] for part in explained.parts],
        alternatives=others,
    )


def _others(inputs: Inputs, explained: solver.Explanation, solution: solver.MatchSolution, i: int, top: int) -> list[list[Any]]:
    """Of somebody who is locked, what it would cost is only a hint, and is not kept."""
    listed = [
        [
            int(inputs.mentors[other.mentor]),
            other.score,
            None if solution.locked[i] else other.cost_at_least,
            other.has_room,
            other.passes_over,
        ]
        for other in explained.alternatives
    ]
    missing = top - len(listed)
    return listed + _weaker(inputs, solution, i, missing) if missing and solution.floor is not None else listed


def _weaker(inputs: Inputs, solution: solver.MatchSolution, i: int, top: int) -> list[list[Any]]:
    """The best of those who are allowed, but would be a weaker match than any of this run: what they cost is not a matter of the total."""
    mentors = np.arange(len(inputs.mentors))
    scores = scores_of(inputs, [i], mentors.tolist())[0]
    weaker = np.flatnonzero((scores >= 0) & (scores < solution.floor) & (mentors != solution.mentor_of[i]))
    load = np.bincount(solution.mentor_of[solution.mentor_of >= 0], minlength=len(mentors))
    return [
        [int(inputs.mentors[j]), int(scores[j]), None, bool(load[j] < inputs.capacity[j]), False]
        for j in weaker[np.argsort(-scores[weaker], kind="stable")][:top]
    ]


def _why(found: solver.Unmatched) -> dict[str, Any]:
    return {
        "allowed": found.allowed,
        "excluded": {rule: number for rule, number in found.excluded.items() if number},
        "only": {rule: number for rule, number in found.only.items() if number},
        "rivals": len(found.rivals),
        "mentors": len(found.contested),
        "places": found.places,
        "longer": found.waited_longer,
    }


def since(inputs: Inputs, i: int) -> datetime:
    """When somebody began to wait."""
    return datetime.fromtimestamp(int(inputs.waiting[i]), UTC)


def _averages(pairs: Sequence[Pair]) -> dict[str, int]:
    qualities: dict[str, list[int]] = defaultdict(list)
    for pair in pairs:
        for key, _weight, quality, unknown, _points in pair.parts:
            if not unknown:
                qualities[key].append(quality)
    return {key: sum(found) // len(found) for key, found in qualities.items()}
