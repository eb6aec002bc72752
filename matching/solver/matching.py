"""From a problem to its proven best solution."""

from collections.abc import Callable

import numpy as np

from .assignment import Assignment, best_assignment
from .fairness import Cover, Floor, best_floor
from .kept import FIRST_LOOK, NEVER, SHORT_LOOK, Kept, look
from .problem import MatchProblem
from .progress import Progress, Tell, teller
from .solution import Certificate, MatchSolution
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
    is_short = not with_floor and (is_warm or int(table.places.sum()) < len(table.rows))
    kept = first_look(table, prices, SHORT_LOOK if is_short else FIRST_LOOK, left_out=with_floor, tell=tell)
    floor = None
    if with_floor:
        floor = best_floor(table, kept, tell)
        if floor.floor is not None:
            table.lowest = floor.floor
            kept = kept.at_least(table.lowest)
    found = best_assignment(table, kept, prices, penalty=problem.penalty, step=problem.load_step, tell=tell)
    statistics = {
        "rounds": found.rounds,
        "looks": 1 + found.looked / max(1, len(table.rows)),
        "kept": len(kept.row),
        "floor_flows": floor.flows if floor else 0,
        "floor_cells": floor.looked if floor else 0,
    }
    return _solution(problem, table, found, floor, statistics, tell)


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


def _solution(
    problem: MatchProblem, table: Table, found: Assignment, floor: Floor | None, statistics: dict[str, float], tell: Tell
) -> MatchSolution:
    n, m = problem.scores.shape
    mentor_of = np.full(n, -1, np.int64)
    free = np.flatnonzero(found.column_of >= 0)
    mentor_of[table.rows[free]] = table.columns[found.column_of[free]]
    mentor_of[problem.locks[:, 0]] = problem.locks[:, 1]
    locked = np.zeros(n, bool)
    locked[problem.locks[:, 0]] = True
    score = _scores(problem, mentor_of)

    of_free = score[(mentor_of >= 0) & ~locked].astype(np.int64)
    load = np.bincount(found.column_of[free], minlength=len(table.columns))
    cost = problem.load_step * int((load * table.taken + load * (load - 1) // 2).sum())
    total = int(of_free.sum())
    value = total - cost - problem.penalty * (len(table.rows) - len(free))

    prices = np.zeros(m, np.int64)
    prices[table.columns] = found.prices
    _price_the_full(problem, table, found.worth, prices, tell)
    certificate = Certificate(
        penalty=problem.penalty,
        prices=prices,
        value=value,
        count_cover=_cover(floor.count_cover if floor else None, table, n, m),
        floor_cover=_cover(floor.floor_cover if floor else None, table, n, m),
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
        statistics=statistics | {"lowest": int(of_free.min()) if len(of_free) else None},
    )


def _scores(problem: MatchProblem, mentor_of: Indices) -> np.ndarray:
    """int32[n]: the score of each pair, without forming whole rows."""
    score = np.full(len(mentor_of), -1, np.int32)
    matched = np.flatnonzero(mentor_of >= 0)
    size = max(1, int(np.sqrt(problem.block_cells)))
    for start in range(0, len(matched), size):
        rows = matched[start : start + size]
        columns, at = np.unique(mentor_of[rows], return_inverse=True)
        score[rows] = problem.scores.block(rows, columns)[np.arange(len(rows)), at]
    return score


def _price_the_full(problem: MatchProblem, table: Table, worth: Indices, prices: Indices, tell: Tell) -> None:
    """Mentors whose places are gone get the smallest price at which no free mentee would rather have them."""
    full = np.flatnonzero(problem.capacity <= problem.taken)
    if not len(full) or not len(table.rows):
        return
    others = table_of(problem, columns=full)
    others.lowest = table.lowest
    for block in others.blocks(np.arange(len(others.rows))):
        tell("verify", len(others.rows) - int(block[0]))
        scores = others.scores(block)
        gain = np.where(scores >= others.lowest, scores - worth[block][:, None], 0)
        prices[full] = np.maximum(prices[full], gain.max(axis=0))


def _cover(cover: Cover | None, table: Table, n: int, m: int) -> Cover | None:
    """The same cover, of everyone. Mentors whose places are gone cost nothing."""
    if cover is None:
        return None
    mentees, mentors = np.zeros(n, bool), np.ones(m, bool)
    mentees[table.rows], mentors[table.columns] = cover
    return mentees, mentors
