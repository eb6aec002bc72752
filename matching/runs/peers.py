"""A run among equal peers: everybody is in one pool, and a pair's score is how well each of the two serves the other, added up.

Knows no Django. Of the two of a pair the one with the lower place in the pool stands first; nothing follows from it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching import solver
from matching.runs import arrays
from matching.runs.arrays import Inputs
from matching.runs.found import Found, NotProvedError, Tell
from matching.runs.reckoning import MOST_EXPLAINED, NEXT_BEST, Alone, Pair, Result, since
from matching.solver.explanation import FORBIDDEN, MINIMUM
from matching.solver.pool_certificate import NOT_PROVED
from matching.solver.scores import pair_scores, quality, ruled_out

Ids = NDArray[np.int64]
# So many people are looked at at once.
BLOCK = 64


def problem_of(inputs: Inputs, locks: Ids | None = None) -> solver.PoolProblem:
    """With other locks in place of its own, where some are given. Raises MatchError."""
    locks = inputs.locks if locks is None else locks
    return solver.PoolProblem(inputs.scores, locks=locks, forbids=inputs.forbids, minimum=inputs.minimum)


def found(inputs: Inputs, tell: Tell) -> Found:
    """Solved, proved as far as it can be, and told in words. Raises MatchError and NotProvedError."""
    problem = problem_of(inputs)
    solution = solver.solve_pool(problem, progress=tell)
    tell("proof")
    faults = solver.verify_pool(problem, solution)
    if faults not in ([], [NOT_PROVED]):
        raise NotProvedError(faults[0])
    free = _free_pairs(problem, solution)
    statistics: dict[str, Any] = {**solution.statistics, "lowest": int(solution.score[free].min()) if len(free) else None}
    if faults:
        statistics["bound"] = _bound_in_words(problem, solution)
    return Found(
        outcome=arrays.packed_pool(solution),
        value=solution.value,
        total=solution.total,
        matched=solution.matched,
        locked=len(problem.locks),
        fingerprint=fingerprint_of(solution),
        is_proved=not faults,
        result=_result_of(inputs, problem, solution, lambda done: tell("words", done)),
        statistics=statistics,
    )


def check(inputs: Inputs, solution: solver.PoolSolution, *, is_proved: bool) -> list[str]:
    """What is wrong with it. That it is not proved to be the best is nothing wrong where it was kept as that."""
    faults = solver.verify_pool(problem_of(inputs), solution)
    return faults if is_proved else [fault for fault in faults if fault != NOT_PROVED]


def fingerprint_of(solution: solver.PoolSolution) -> str:
    """Equal for equal input, as that of a MatchSolution."""
    parts = (solution.mate, solution.certificate.prices)
    return sha256(b"".join(np.asarray(part).astype("<i8").tobytes() for part in parts)).hexdigest()


def as_sides(solution: solver.PoolSolution) -> solver.MatchSolution:
    """For what only asks who is with whom, and how well: each is matched with their mate."""
    nobody = np.zeros(len(solution.mate), np.int64)
    return solver.MatchSolution(
        mentor_of=solution.mate,
        score=solution.score.astype(np.int32),
        locked=nobody.astype(bool),
        matched=solution.matched,
        total=solution.total,
        floor=None,
        value=solution.value,
        certificate=solver.Certificate(solution.certificate.penalty, nobody, solution.value, None, None),
    )


def scores_of(inputs: Inputs, rows: Sequence[int], columns: Sequence[int]) -> Ids:
    """int64[rows, columns]; -1 where a rule, the minimum or a "never" keeps two apart, and of each with themselves."""
    i, j = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
    return _allowed(inputs, pair_scores(inputs.scores, i, j), i, j)


def pair_of(inputs: Inputs, one: int, other: int) -> Pair:
    """Any two of the pool, as if the run had put them together; `one` stands first."""
    two = np.array([one, other])
    score = int(pair_scores(inputs.scores, two[:1], two[1:])[0, 0])
    return _pair(inputs, one, other, score, _parts(inputs, two, two[::-1]), locked=False)


def next_best(inputs: Inputs, solution: solver.PoolSolution, people: Sequence[int], top: int) -> list[list[Any]]:
    """For each of them who has a mate and no lock: [membership, score, what all would lose at least, has nobody, leaves another out, for
    whom]."""
    problem = problem_of(inputs)
    rows = np.array(people, np.int64)
    return _next_best(inputs, problem, solution, rows, pair_scores(problem.scores, rows, None), top)


# --- in figures ---


def _free_pairs(problem: solver.PoolProblem, solution: solver.PoolSolution) -> Ids:
    """The first of each pair that is not locked."""
    first = np.flatnonzero(solution.mate > np.arange(len(solution.mate)))
    return first[~np.isin(first, problem.locks)]


def _most(solution: solver.PoolSolution) -> int:
    """What no value is above, in units of 1/scale."""
    certificate = solution.certificate
    # Whoever is locked takes no part, and has no price.
    paid = sum(int(price) for price in certificate.prices)
    return paid + sum(price * (len(members) // 2) for members, price in certificate.odd_sets)


def _bound_in_words(problem: solver.PoolProblem, solution: solver.PoolSolution) -> dict[str, Any]:
    """What is known where it is not proved: how many more pairs there could be, and within what part of the best the total is."""
    pairs = len(_free_pairs(problem, solution))
    free = len(solution.mate) - 2 * len(problem.locks)
    most = _most(solution) // solution.certificate.scale
    more_pairs = min(free // 2, most // problem.penalty) - pairs
    best = most - problem.penalty * pairs
    # With more pairs possible nobody can say how good the best of these would be.
    tenths = -(-1000 * (best - solution.total) // best) if best > 0 and not more_pairs else None
    return {"more_pairs": more_pairs, "percent": None if tenths is None else tenths / 10}


# --- in words ---


def _result_of(inputs: Inputs, problem: solver.PoolProblem, solution: solver.PoolSolution, tell: Callable[[int], object]) -> Result:
    pairs: list[Pair] = []
    alone: list[Alone] = []
    locked = set(problem.locks.reshape(-1).tolist())
    without = np.flatnonzero(solution.mate < 0)
    explained = without if len(without) <= MOST_EXPLAINED else without[:0]
    for start in range(0, len(solution.mate), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(solution.mate)))
        first = rows[solution.mate[rows] > rows]
        mates = solution.mate[first]
        both = np.concatenate([first, mates])
        parts = _parts(inputs, both, np.concatenate([mates, first]))
        others: dict[int, list[list[Any]]] = {}
        for other in _next_best(inputs, problem, solution, both, pair_scores(problem.scores, both, None), NEXT_BEST):
            others.setdefault(other[-1], []).append(other)
        for at, (i, j) in enumerate(zip(first.tolist(), mates.tolist(), strict=True)):
            of_two = [parts[at], parts[at + len(first)]]
            best = [other for person in (i, j) for other in others.get(int(inputs.mentees[person]), [])]
            pairs.append(_pair(inputs, i, j, int(solution.score[i]), of_two, locked=i in locked, alternatives=best))
        for i in rows[solution.mate[rows] < 0].tolist():
            why = _why(inputs, problem, solution, i) if i in explained else {}
            alone.append(Alone(int(inputs.mentees[i]), since(inputs, i), why))
        tell(int(rows[-1]) + 1)
    return Result(pairs, alone, _averages(pairs))


Part = list[Any]


def _parts(inputs: Inputs, rows: Ids, mates: Ids) -> list[list[Part]]:
    """For each of `rows` how well their mate serves them: [key, weight, quality, unknown, points] of each criterion that weighs."""
    parts: list[list[Part]] = [[] for _ in rows]
    for criterion in inputs.criteria:
        if criterion.hard:
            continue
        for start in range(0, len(rows), BLOCK):
            at = np.arange(start, min(start + BLOCK, len(rows)))
            qualities, unknown = quality(criterion, rows[at], len(inputs.mentors))
            here = np.arange(len(at))
            of_mates = zip(at.tolist(), qualities[here, mates[at]].tolist(), unknown[here, mates[at]].tolist(), strict=True)
            for place, good, is_unknown in of_mates:
                parts[place].append([criterion.key, criterion.weight, good, is_unknown, criterion.weight * good])
    return parts


def _both_ways(there: Sequence[Part], back: Sequence[Part]) -> list[Part]:
    """What is the same for both is said once and counts twice; the rest is marked where it is how the first serves the second."""
    made: list[Part] = []
    for one, other in zip(there, back, strict=True):
        if one == other:
            key, weight, good, is_unknown, points = one
            made.append([key, 2 * weight, good, is_unknown, 2 * points])
        else:
            made += [one, [*other, True]]
    return made


def _pair(
    inputs: Inputs,
    i: int,
    j: int,
    score: int,
    parts: Sequence[Sequence[Part]],
    *,
    locked: bool,
    alternatives: list[list[Any]] | None = None,
) -> Pair:
    return Pair(
        mentee=int(inputs.mentees[i]),
        mentor=int(inputs.mentees[j]),
        score=score,
        shown=solver.shown(max(score, 0), inputs.maximum) or 0,
        locked=locked,
        waiting_since=min(since(inputs, i), since(inputs, j)),
        parts=_both_ways(*parts),
        alternatives=alternatives or [],
    )


def _next_best(
    inputs: Inputs, problem: solver.PoolProblem, solution: solver.PoolSolution, people: Ids, scores: NDArray[Any], top: int
) -> list[list[Any]]:
    certificate, scale = solution.certificate, solution.certificate.scale
    is_locked = np.zeros(len(solution.mate), bool)
    is_locked[problem.locks] = True
    everyone = np.arange(len(solution.mate))
    allowed = _allowed(inputs, scores, people, everyone)
    allowed[:, is_locked] = -1
    # No pairing is worth more than the prices pay, less what they pay too much for a pair that it has.
    short = scale * solution.value - _most(solution)
    found: list[list[Any]] = []
    for at, i in enumerate(people.tolist()):
        mate = int(solution.mate[i])
        if mate < 0 or is_locked[i]:
            continue
        paid = certificate.prices + certificate.prices[i]
        for members, price in certificate.odd_sets:
            if i in members:
                paid[members] += price
        others = np.flatnonzero((allowed[at] >= 0) & (everyone != mate))
        cost = np.maximum(-(-(short + paid[others] - scale * (allowed[at, others] + problem.penalty)) // scale), 0)
        for best in np.lexsort((others, -allowed[at, others], cost))[:top].tolist():
            k = int(others[best])
            has_nobody = bool(solution.mate[k] < 0)
            # With as many pairs no more can be lost than there is.
            leaves_out = bool(cost[best] > solution.total)
            found.append(
                [int(inputs.mentees[k]), int(allowed[at, k]), int(cost[best]), has_nobody, leaves_out, int(inputs.mentees[i])],
            )
    return found


def _allowed(inputs: Inputs, scores: NDArray[Any], rows: Ids, columns: Ids) -> Ids:
    """int64, -1 where two are not put together."""
    made = scores.astype(np.int64)
    made[(made < inputs.minimum) | (rows[:, None] == columns)] = -1
    made[_forbidden(inputs, rows, columns)] = -1
    return made


def _forbidden(inputs: Inputs, rows: Ids, columns: Ids) -> NDArray[np.bool_]:
    n = len(inputs.mentees)
    both_ways = np.concatenate([inputs.forbids, inputs.forbids[:, ::-1]])
    return np.isin(rows[:, None] * n + columns, both_ways[:, 0] * n + both_ways[:, 1])


def _why(inputs: Inputs, problem: solver.PoolProblem, solution: solver.PoolSolution, i: int) -> dict[str, Any]:
    """How many are possible for somebody without a mate, how many each rule leaves out, and how many it alone does."""
    everyone, me = np.arange(len(solution.mate)), np.array([i])
    out = {}
    for criterion in inputs.criteria:
        if criterion.hard:
            to_me = replace(criterion, mentor=criterion.mentor[me])
            out[criterion.key] = ruled_out(criterion, me, len(everyone))[0] | ruled_out(to_me, everyone, 1)[:, 0]
    out[FORBIDDEN] = _forbidden(inputs, me, everyone)[0]
    scores = pair_scores(problem.scores, me, None)[0]
    out[MINIMUM] = (scores >= 0) & (scores < inputs.minimum)
    others = everyone != i
    falls = np.sum(list(out.values()), axis=0)
    return {
        "allowed": int((others & (falls == 0)).sum()),
        "excluded": {rule: int(number) for rule, gone in out.items() if (number := (gone & others).sum())},
        "only": {rule: int(number) for rule, gone in out.items() if (number := (gone & others & (falls == 1)).sum())},
        "alone": int((solution.mate < 0).sum()),
    }


def _averages(pairs: Sequence[Pair]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    added: Counter[str] = Counter()
    for pair in pairs:
        for key, _weight, good, is_unknown, *_rest in pair.parts:
            if not is_unknown:
                counted[key] += 1
                added[key] += good
    return {key: added[key] // number for key, number in counted.items()}
