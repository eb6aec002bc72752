"""From a problem to its proven best solution."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .assignment import Assignment, best_assignment
from .fairness import Floor, TooFew, best_floor
from .kept import FIRST_LOOK, NEVER, Kept, look
from .priority import Priority, longest_first
from .problem import MatchProblem
from .progress import Progress, Tell, teller
from .scores import Scores
from .solution import Certificate, Cover, MatchSolution
from .table import Table, table_of
from .whole import Indices


def solve(problem: MatchProblem, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None) -> MatchSolution:
    """The best solution of a problem, with its certificate. Equal input gives an equal solution, whatever the size of the blocks.

    `progress(phase, number)` is called at least once in each phase: 'score' (rows looked at), 'floor' (the score being tried), 'assign'
    (the round), 'verify' (rows still to be looked at again). `cancelled()` is asked as often; True raises Cancelled.
    """
    tell = teller(progress, cancelled)
    table = table_of(problem)
    with_floor, is_warm = problem.fairness == "floor", problem.warm_prices is not None
    prices = problem.warm_prices[table.columns] if is_warm else np.zeros(len(table.columns), np.int64)
    kept = first_look(table, prices, FIRST_LOOK, left_out=with_floor, tell=tell)
    weights = problem.weights
    if weights is None:
        return _solution(problem, _best(problem, table, kept, prices, tell), tell)
    try:
        return _solution(problem, _best(problem, table, kept.copy(), prices, tell, fewest=int(kept.could.sum())), tell)
    except TooFew:
        first = longest_first(problem, weights, table, kept, tell)
        return _solution(problem, _best(problem, first.table, first.among(table, kept), prices, tell, first=first), tell)


@dataclass(frozen=True)
class _Best:
    table: Table
    kept: Kept
    found: Assignment
    floor: Floor | None
    first: Priority | None


def _best(
    problem: MatchProblem, table: Table, kept: Kept, prices: Indices, tell: Tell, *, fewest: int = 0, first: Priority | None = None
) -> _Best:
    """The best of the table. Raises TooFew where fewer than `fewest` can be matched."""
    if int(table.places.sum()) < fewest:
        raise TooFew
    must = first.must[table.rows] if first is not None and first.may.any() else None
    floor = None
    if problem.fairness == "floor":
        floor = best_floor(table, kept, tell, fewest=fewest, must=must)
        if floor.floor is not None:
            table.lowest = floor.floor
            kept = kept.at_least(table.lowest)
    # Who must be matched costs twice as much, so that nobody who only may be is taken in their place.
    alone = np.full(len(table.rows), problem.penalty) if must is None else problem.penalty * (1 + must)
    found = best_assignment(table, kept, prices, alone=alone, step=problem.load_step, tell=tell)
    if np.count_nonzero(found.column_of >= 0) < fewest:
        raise TooFew
    return _Best(table, kept, found, floor, first)


def first_look(table: Table, prices: Indices, count: int, *, left_out: bool, tell: Tell) -> Kept:
    """The best `count` pairs of every row under `prices`, or a few more."""
    rows = np.arange(len(table.rows))
    # Without prices, what was left out is worth its score.
    left_out = left_out and bool(prices.any())
    none = np.empty(0, np.int64)
    row, column, score = [none], [none], [none]
    bound, best = np.full(len(rows), NEVER), np.full(len(rows), NEVER)
    tell("score", 0)
    for block in table.blocks(rows):
        seen = look(table, block, prices, count, count, left_out=left_out)
        row.append(block[seen.which])
        column.append(seen.column)
        score.append(seen.score)
        bound[block], best[block] = seen.bound, seen.left_out if left_out else seen.bound
        tell("score", int(block[-1]) + 1)
    return Kept(np.concatenate(row), np.concatenate(column), np.concatenate(score), bound, np.zeros(len(rows), np.int64), best)


def _solution(problem: MatchProblem, best: _Best, tell: Tell) -> MatchSolution:
    n, m = problem.scores.shape
    table, found, floor, first = best.table, best.found, best.floor, best.first
    mentor_of = np.full(n, -1, np.int64)
    free = np.flatnonzero(found.column_of >= 0)
    mentor_of[table.rows[free]] = table.columns[found.column_of[free]]
    mentor_of[problem.locks[:, 0]] = problem.locks[:, 1]
    locked = np.zeros(n, bool)
    locked[problem.locks[:, 0]] = True
    score = _scores_of_locks(problem)
    score[table.rows[free]] = found.score[free]

    of_free = score[(mentor_of >= 0) & ~locked].astype(np.int64)
    load = np.bincount(found.column_of[free], minlength=len(table.columns))
    cost = problem.load_step * int((load * table.taken + load * (load - 1) // 2).sum())
    total = int(of_free.sum())
    value = total - cost - problem.penalty * (n - len(problem.locks) - len(free))

    prices = np.zeros(m, np.int64)
    prices[table.columns] = found.prices
    worth = np.full(n, -problem.penalty)
    worth[table.rows] = found.worth
    _price_the_full(problem, table.lowest, worth, prices, tell)
    count_cover = _cover(floor.count_cover if floor else None, table, n, m)
    waiting = None
    if problem.weights is not None:
        waiting = np.zeros(m, np.int64)
        if first is not None:
            waiting, count_cover = first.prices, first.count_cover if floor else None
    certificate = Certificate(
        penalty=problem.penalty,
        prices=prices,
        value=value,
        count_cover=count_cover,
        floor_cover=_cover(floor.floor_cover if floor else None, table, n, m),
        waiting=waiting,
    )
    return MatchSolution(
        mentor_of=mentor_of,
        score=score,
        locked=locked,
        matched=int((mentor_of >= 0).sum()),
        total=total,
        floor=floor.floor if floor else None,
        value=value,
        certificate=certificate,
        statistics={
            "rounds": found.rounds,
            "looks": 1 + found.looked / max(1, len(table.rows)),
            "kept": len(best.kept.row),
            "floor_flows": floor.flows if floor else 0,
            "floor_cells": floor.looked if floor else 0,
            "lowest": int(of_free.min()) if len(of_free) else None,
        },
    )


def _scores_of_locks(problem: MatchProblem) -> Scores:
    """int32[n]: the score of each locked pair, -1 elsewhere, without forming whole rows."""
    score = np.full(problem.scores.shape[0], -1, np.int32)
    size = max(1, int(np.sqrt(problem.block_cells)))
    for start in range(0, len(problem.locks), size):
        rows, mentors = problem.locks[start : start + size].T
        columns, at = np.unique(mentors, return_inverse=True)
        score[rows] = problem.scores.block(rows, columns)[np.arange(len(rows)), at]
    return score


def _price_the_full(problem: MatchProblem, lowest: int, worth: Indices, prices: Indices, tell: Tell) -> None:
    """Mentors whose places are gone get the smallest price at which no free mentee, each `worth` so much, would rather have them."""
    full = np.flatnonzero(problem.capacity <= problem.taken)
    others = table_of(problem, columns=full)
    if not len(full) or not len(others.rows):
        return
    others.lowest = lowest
    for block in others.blocks(np.arange(len(others.rows))):
        tell("verify", len(others.rows) - int(block[0]))
        scores = others.scores(block)
        gain = np.where(scores >= others.lowest, scores - worth[others.rows[block]][:, None], 0)
        prices[full] = np.maximum(prices[full], gain.max(axis=0))


def _cover(cover: Cover | None, table: Table, n: int, m: int) -> Cover | None:
    """The same cover, of everyone. Mentors whose places are gone cost nothing."""
    if cover is None:
        return None
    mentees, mentors = np.zeros(n, bool), np.ones(m, bool)
    mentees[table.rows], mentors[table.columns] = cover
    return mentees, mentors
