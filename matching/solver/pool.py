"""Peers with peers: as many pairs as possible, then the greatest total, with a bound on what any pairing could reach.

The doubled assignment (everyone on both sides, one place each) gives prices whose halves bound every pairing, since a pairing counted from
both sides is such an assignment. Where that bound is not tight, odd groups are over-full: three people who all suit one another are one
pair, not one and a half. What is missing is found by blossoms.

Decided: prices of odd groups by the blossom method from where the doubled assignment ends, rather than by a linear program to which
over-full groups are added: that stalled where people stay alone (42 s for 101 people, 10 ms now).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import rustworkx

from .assignment import best_assignment
from .blossom import Prices, best_pairs
from .kept import FIRST_LOOK, look
from .matching import first_look
from .problem import PoolProblem
from .progress import Progress, Tell, teller
from .scores import pair_scores
from .solution import PoolCertificate, PoolSolution
from .table import Table
from .whole import Indices

SCALE = 2**20
BLOCK_CELLS = 2**19
# So many pairs of a person are asked about, and so many are added for each where prices missed some.
KEPT, ADDED = 20, 10
# Above it blossoms with prices can take minutes: the pairs then come with a bound.
LARGEST_PROVED = 1000


def solve_pool(problem: PoolProblem, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None) -> PoolSolution:
    """The best pairs, proved up to 1,000 people (`verify_pool` returns []), with a bound above. Raises Cancelled. See `solve`."""
    tell = teller(progress, cancelled)
    table = _table(problem)
    first_prices, mate, pairs = _doubled(table, problem.penalty, tell)
    pairs = _and_best(pairs, table, first_prices)
    rounds = 0
    if len(table.rows) > LARGEST_PROVED:
        tell("assign", 1)
        chosen, prices = _blossom(pairs, len(table.rows)), _less_whoever_stays_alone(table, first_prices)
    while len(table.rows) <= LARGEST_PROVED:
        rounds += 1
        tell("assign", rounds)
        found, prices = best_pairs(pairs[:, :2], pairs[:, 2] + problem.penalty, first_prices.people, mate)
        chosen = pairs[found[pairs[:, 0]] == pairs[:, 1]]
        missed = _missed(table, prices, problem.penalty, tell)
        if not len(missed):
            break
        pairs = _joined(pairs, missed, len(table.rows))
    return _solution(problem, table, chosen, prices, {"rounds": rounds, "kept": len(pairs)})


def _table(problem: PoolProblem) -> Table:
    """The people without a lock, against one another; nobody with themselves."""
    n = problem.scores.shape[0]
    free = np.ones(n, bool)
    free[problem.locks] = False
    people = np.flatnonzero(free)
    alone = np.stack([np.arange(n)] * 2, axis=1)
    return Table(
        lambda rows, columns: pair_scores(problem.scores, rows, columns),
        rows=people,
        columns=people,
        width=n,
        forbids=np.concatenate([problem.forbids, problem.forbids[:, ::-1], alone]),
        places=np.ones(len(people), np.int64),
        taken=np.zeros(len(people), np.int64),
        lowest=min(max(problem.minimum, 0), 2 * problem.scores.maximum + 1),
        maximum=2 * problem.scores.maximum,
        seed=0,
        block_cells=BLOCK_CELLS,
    )


def _doubled(table: Table, penalty: int, tell: Tell) -> tuple[Prices, Indices, Indices]:
    """Prices from the doubled assignment, mates as far as it says, and its pairs as int64[k, 3]: i < j, score."""
    nothing = np.zeros(len(table.columns), np.int64)
    kept = first_look(table, nothing, FIRST_LOOK, left_out=False, tell=tell)
    found = best_assignment(table, kept, nothing, alone=np.full(len(nothing), penalty), step=0, tell=tell)
    used = np.flatnonzero(found.column_of[kept.row] == kept.column)
    pairs = _sorted(kept.row[used], kept.column[used], kept.score[used])
    return Prices(found.worth + penalty + found.prices, []), _mates(found.column_of), pairs


def _mates(column_of: Indices) -> Indices:
    """Every second step of the rows and circles in which each points at the next; an odd circle leaves one person alone."""
    mate = np.full(len(column_of), -1, np.int64)
    seen = np.zeros(len(column_of), bool)
    pointed_at = np.zeros(len(column_of), bool)
    pointed_at[column_of[column_of >= 0]] = True
    # Rows from their beginning first; what is left are circles.
    for start in np.argsort(pointed_at, kind="stable"):
        one = int(start)
        while one >= 0 and not seen[one]:
            seen[one] = True
            other = int(column_of[one])
            if other < 0 or seen[other]:
                break
            seen[other] = True
            mate[one], mate[other] = other, one
            one = int(column_of[other])
    return mate


def _and_best(pairs: Indices, table: Table, prices: Prices) -> Indices:
    """These pairs, and those with the smallest reduced cost of each person."""
    parts = [pairs]
    for block in table.blocks(np.arange(len(table.rows))):
        seen = look(table, block, prices.people // 2, KEPT, KEPT)
        parts.append(_sorted(block[seen.which], seen.column, seen.score))
    return _joined(np.concatenate(parts), parts[0], len(table.rows))


def _sorted(i: Indices, j: Indices, score: Indices) -> Indices:
    return np.stack([np.minimum(i, j), np.maximum(i, j), score], axis=1)


def _joined(one: Indices, other: Indices, n: int) -> Indices:
    both = np.concatenate([one, other])
    _, first = np.unique(both[:, 0] * n + both[:, 1], return_index=True)
    return both[first]


def _blossom(pairs: Indices, n: int) -> Indices:
    """The best of these pairs, as many as possible first: int64[k, 3]."""
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(n))
    graph.add_edges_from([(i, j, score) for i, j, score in pairs.tolist()])
    chosen = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    keys = np.array(sorted(min(pair) * n + max(pair) for pair in chosen), np.int64)
    return pairs[np.searchsorted(pairs[:, 0] * n + pairs[:, 1], keys)]


def _less_whoever_stays_alone(table: Table, prices: Prices) -> Prices:
    """Of an odd number who fit nobody else one at least is in no pair: together they are an odd group, whose lowest price nobody pays."""
    people, odd_sets = prices.people.copy(), []
    for group in _groups(table):
        lowest = int(people[group].min())
        if len(group) % 2 and lowest:
            people[group] -= lowest
            # Of one alone no pair asks for the price.
            odd_sets += [(group, 2 * lowest)] if len(group) > 1 else []
    return Prices(people, odd_sets)


def _groups(table: Table) -> list[Indices]:
    """People who can be reached from one another by pairs that are allowed."""
    least = np.arange(len(table.rows))
    while True:
        before = least.copy()
        for block in table.blocks(np.arange(len(table.rows))):
            allowed = table.scores(block) >= table.lowest
            least[block] = np.minimum(least[block], np.where(allowed, least, len(least)).min(axis=1))
        least = least[least]
        if (least == before).all():
            break
    order = np.argsort(least, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(least[order])) + 1)


def _value(pairs: Indices, penalty: int) -> int:
    return int(pairs[:, 2].sum()) + penalty * len(pairs)


def _missed(table: Table, prices: Prices, penalty: int, tell: Tell) -> Indices:
    """Pairs that the prices do not pay for, the worst of each person."""
    found = [np.empty((0, 3), np.int64)]
    for block in table.blocks(np.arange(len(table.rows))):
        tell("verify", len(table.rows) - int(block[0]))
        scores = table.scores(block)
        missing = 2 * (scores.astype(np.int64) + penalty) - prices.of_pairs(block)
        which, at = np.nonzero((scores >= table.lowest) & (missing > 0))
        order = np.lexsort((at, -missing[which, at], which))
        which, at = which[order], at[order]
        count = np.bincount(which, minlength=len(block))
        some = np.arange(len(which)) - (np.cumsum(count) - count)[which] < ADDED
        found.append(_sorted(block[which[some]], at[some], scores[which[some], at[some]].astype(np.int64)))
    return np.concatenate(found)


def _solution(problem: PoolProblem, table: Table, chosen: Indices, prices: Prices, statistics: dict[str, Any]) -> PoolSolution:
    n = problem.scores.shape[0]
    mate, score, of_people = np.full(n, -1, np.int64), np.full(n, -1, np.int64), np.zeros(n, np.int64)
    first, second = problem.locks[:, 0], problem.locks[:, 1]
    mate[first], mate[second] = second, first
    for i, j in problem.locks:
        score[[i, j]] = pair_scores(problem.scores, np.array([i]), np.array([j]))[0, 0]
    i, j = table.rows[chosen[:, 0]], table.rows[chosen[:, 1]]
    mate[i], mate[j] = j, i
    score[i] = score[j] = chosen[:, 2]
    half = SCALE // 2
    of_people[table.rows] = half * prices.people
    odd_sets = [(table.rows[members], half * price) for members, price in prices.odd_sets]
    return PoolSolution(
        mate=mate,
        score=score,
        matched=int((mate >= 0).sum()),
        total=int(chosen[:, 2].sum()),
        value=_value(chosen, problem.penalty),
        bound=prices.bound / 2,
        certificate=PoolCertificate(problem.penalty, SCALE, of_people, odd_sets),
        statistics=statistics,
    )
