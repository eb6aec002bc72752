"""Price and verify: the exact optimum without the whole table of scores.

A flow on the few kept pairs gives an assignment and, from it, prices of places; the prices say of which rows the pairs left out could
still matter, and only those rows are looked at again. When none is left, the assignment is the best of all, by the duality of linear
programming (Bertsekas, Network Optimization, 1998, chapter 7; pricing out columns is Dantzig and Wolfe's).
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from .kept import FEWEST, MOST, NEVER, SLACK, Kept, look
from .progress import Tell
from .ragged import entries_of, largest
from .table import Table
from .whole import Indices


@dataclass(frozen=True)
class Assignment:
    """`column_of` int64[R], -1 = none; `prices` int64[C]; `worth` int64[R], what each row has after paying, -alone where it has none."""

    column_of: Indices
    prices: Indices
    worth: Indices
    rounds: int
    looked: int


def best_assignment(table: Table, kept: Kept, first_prices: Indices, *, alone: Indices, step: int, tell: Tell) -> Assignment:
    """The greatest sum of scores - load costs - what rows without a match cost. `kept` was looked at under `first_prices`, and grows.

    `alone`: int64[R], what each row costs without a match. `step`: points that a column's (t + k)-th place costs, step * (t + k - 1), t of
    them taken by locks.
    """
    versions = [first_prices]
    looked, rounds = 0, 0
    while True:
        rounds += 1
        tell("assign", rounds)
        column_of, own = _flow(table, kept, alone, step)
        prices = _prices(table, kept, column_of, own, alone, step)
        worth = np.maximum(largest(kept.score - prices[kept.column], kept.starts, NEVER), -alone)
        rise = np.array([int((earlier - prices).max(initial=NEVER)) for earlier in versions])
        open_rows = np.flatnonzero((kept.bound > NEVER) & (kept.bound + rise[kept.version] > worth))
        tell("verify", len(open_rows))
        if not len(open_rows) or not _look_again(table, kept, open_rows, prices, worth, len(versions), tell):
            looked += len(open_rows)
            return Assignment(column_of, prices, worth, rounds, looked)
        looked += len(open_rows)
        versions.append(prices)


def _look_again(table: Table, kept: Kept, rows: Indices, prices: Indices, worth: Indices, version: int, tell: Tell) -> bool:
    """Keep more pairs of these rows. True where one is worth more than what its row has, or could be."""
    found = False
    added: list[tuple[Indices, Indices, Indices]] = []
    done = 0
    for block in table.blocks(rows):
        seen = look(table, block, prices, FEWEST, MOST, wanted=worth[block] - SLACK)
        row = block[seen.which]
        found = found or bool((seen.score - prices[seen.column] > worth[row]).any() or (seen.bound > worth[block]).any())
        kept.bound[block], kept.version[block] = seen.bound, version
        added.append((row, seen.column, seen.score))
        done += len(block)
        tell("verify", len(rows) - done)
    row, column, score = (np.concatenate(parts) for parts in zip(*added, strict=True))
    if version == 1:
        kept.drop(rows)
    kept.add(row, column, score, len(table.columns))
    return found


def _flow(table: Table, kept: Kept, alone: Indices, step: int) -> tuple[Indices, Indices]:
    """The best assignment within the kept pairs: the column of each row (-1 = none), and the score it has there."""
    rows, columns = len(table.rows), len(table.columns)
    sink = rows + columns
    everyone = np.arange(rows)
    if step:
        column = np.repeat(np.arange(columns), table.places)
        place = np.arange(len(column)) - np.repeat(np.cumsum(table.places) - table.places, table.places)
        capacity, cost = np.ones(len(column), np.int64), step * (table.taken[column] + place)
    else:
        column, capacity, cost = np.arange(columns), table.places, np.zeros(columns, np.int64)
    network = SimpleMinCostFlow()
    arcs = network.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([kept.row, rows + column, everyone]).astype(np.int32),
        np.concatenate([rows + kept.column, np.full(len(column) + rows, sink)]).astype(np.int32),
        np.concatenate([np.ones(len(kept.row), np.int64), capacity, np.ones(rows, np.int64)]),
        np.concatenate([-kept.score, cost, alone]),
    )
    network.set_nodes_supplies(np.append(everyone, sink).astype(np.int32), np.append(np.ones(rows, np.int64), -rows))
    status = network.solve()
    if status != network.OPTIMAL:
        raise RuntimeError(f"The flow ended with {status}.")
    used = np.flatnonzero(network.flows(arcs[: len(kept.row)]))
    column_of, own = np.full(rows, -1, np.int64), np.zeros(rows, np.int64)
    column_of[kept.row[used]], own[kept.row[used]] = kept.column[used], kept.score[used]
    return column_of, own


def _prices(table: Table, kept: Kept, column_of: Indices, own: Indices, alone: Indices, step: int) -> Indices:
    """int64[C]: the smallest prices that fit the assignment. A flow has them, but OR-tools does not tell.

    From the cost of the last place in use upwards, until no row would rather have another column: a longest path, whose rounds
    (Bellman and Ford's) end because an optimal flow has no circle to gain by.
    """
    matched = column_of >= 0
    load = np.bincount(column_of[matched], minlength=len(table.columns))
    prices = np.where(load > 0, step * (load - 1 + table.taken), 0)
    starts = kept.starts
    changed = np.arange(len(column_of) if len(prices) else 0)
    while len(changed):
        has = np.where(matched[changed], own[changed] - prices[column_of[changed]], -alone[changed])
        which, places = entries_of(starts, changed)
        before = prices.copy()
        np.maximum.at(prices, kept.column[places], kept.score[places] - has[which])
        dearer = prices > before
        changed = np.flatnonzero(matched & dearer[column_of])
    return prices
