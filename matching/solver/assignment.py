"""Price and verify: the exact optimum without the whole table of scores.

A flow on the few kept pairs gives an assignment and, from it, prices of places; the prices say of which rows the pairs left out could
still matter, and only those rows are looked at again. When none is left, the assignment is the best of all, by the duality of linear
programming (Bertsekas, Network Optimization, 1998, chapter 7; pricing out columns is Dantzig and Wolfe's).
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from .kept import FEWEST, MOST, NEVER, SLACK, WIDE, Kept, Look, glance, look
from .progress import Tell
from .ragged import entries_of, largest
from .table import Table
from .whole import Indices


@dataclass(frozen=True)
class Assignment:
    """`column_of` int64[R], -1 = none, and the `score` there; `prices` int64[C]; `worth` int64[R], what each row has after paying, -alone
    where it has none."""

    column_of: Indices
    score: Indices
    prices: Indices
    worth: Indices
    rounds: int
    looked: float


def best_assignment(
    table: Table, kept: Kept, first_prices: Indices, *, alone: Indices, step: int, tell: Tell, slack: int = SLACK
) -> Assignment:
    """The greatest sum of scores - load costs - what rows without a match cost. `kept` was looked at under `first_prices`, and grows.

    `alone`: int64[R], what each row costs without a match. `step`: points that a column's (t + k)-th place costs, step * (t + k - 1), t of
    them taken by locks.
    """
    versions = [first_prices]
    looked, rounds = 0.0, 0
    costs = _lower(table, alone, step)
    column_of = own = None
    while True:
        rounds += 1
        tell("assign", rounds)
        if column_of is None or own is None:
            column_of, own = _flow(table, kept, costs, step)
        prices = _prices(table, kept, column_of, own, costs, step)
        worth = np.maximum(largest(kept.score - prices[kept.column], kept.starts, NEVER), -costs)
        rise = np.array([int((earlier - prices).max(initial=NEVER)) for earlier in versions])
        open_rows = np.flatnonzero((kept.bound > NEVER) & (kept.bound + rise[kept.version] > worth))
        tell("verify", len(open_rows))
        again = _Again(table, kept, prices, worth, len(open_rows), tell)
        for version in np.unique(kept.version[open_rows]):
            # Prices change most at first, and little afterwards.
            again.look(open_rows[kept.version[open_rows] == version], versions[version], 0 if version else slack)
        looked += again.cells / max(1, len(table.columns))
        again.keep(len(versions))
        versions.append(prices)
        if not again.found and costs is alone:
            return Assignment(column_of, own, prices, worth, rounds, looked)
        if again.found or not _is_full(table, kept, column_of, alone):
            column_of = None
        costs = costs if again.found else alone


def _lower(table: Table, alone: Indices, step: int) -> Indices:
    """Lower costs of rows without a match, in the same proportion, which a flow is found with in two thirds of the time.

    Where it matches as many as can be, other costs of the others would be the same for all assignments that do: it is the best.
    """
    enough = 4 * (table.maximum + step * int((table.places + table.taken).max(initial=0)) + 1)
    times = int(alone.max(initial=0)) // enough
    return alone // times if times > 1 else alone


def _is_full(table: Table, kept: Kept, column_of: Indices, alone: Indices) -> bool:
    """Whether all places or all rows are taken that can be, and no row is left out that costs more than others."""
    matched = column_of >= 0
    is_most = int(matched.sum()) == min(int(table.places.sum()), int(kept.could.sum()))
    return is_most and bool(matched[alone > alone.min(initial=alone.max(initial=0))].all())


class _Again:
    """A further look at some rows under new prices. `found`: a pair is worth more than what its row has, or could be."""

    def __init__(self, table: Table, kept: Kept, prices: Indices, worth: Indices, left: int, tell: Tell) -> None:
        self.table, self.kept, self.prices, self.worth, self.left, self.tell = table, kept, prices, worth, left, tell
        self.cells, self.found = 0, False
        none = np.empty(0, np.int64)
        self.seen: list[tuple[Indices, Indices, Indices, Indices, Indices]] = [(none, none, none, none, none)]
        self.whole = [none]

    def look(self, rows: Indices, before: Indices, slack: int) -> None:
        """At rows that were looked at under the prices `before`.

        A pair left out was worth `bound` at most, so that it is worth more than what the row has, less `slack`, only where its column has
        become so much cheaper: few columns for most rows.
        """
        gain, bound, wanted = before - self.prices, self.kept.bound[rows], self.worth[rows] - slack
        order = np.argsort(-gain, kind="stable")
        count = np.searchsorted(-gain[order], bound - wanted)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        by_count = np.argsort(count, kind="stable")
        wide = count > len(order) // WIDE
        for block in self.table.blocks(rows[wide]):
            self._keep(block, look(self.table, block, self.prices, FEWEST, MOST, wanted=self.worth[block] - SLACK))
            self.cells += len(block) * len(order)
        self.whole.append(rows[wide])
        # What is left out of the other columns is worth at most so much.
        beyond = bound + np.append(gain[order], NEVER)[count]
        narrow = by_count[~wide[by_count]]
        while len(narrow):
            most = int(count[narrow[-1]])
            # Rows that have about as many columns to look at.
            size = min(max(1, self.table.block * len(order) // max(1, most)), int(np.sum(2 * count[narrow] >= most)))
            at, narrow = narrow[-size:], narrow[:-size]
            columns = np.sort(order[:most])
            out = rank[columns] >= count[at][:, None]
            self._keep(rows[at], glance(self.table, rows[at], columns, out, self.prices, wanted[at], MOST), beyond[at])
            self.cells += len(at) * len(columns)

    def _keep(self, rows: Indices, seen: Look, beyond: Indices | int = NEVER) -> None:
        row, bound = rows[seen.which], np.maximum(seen.bound, beyond)
        above = seen.score - self.prices[seen.column] > self.worth[row]
        self.found = self.found or bool(above.any() or (bound > self.worth[rows]).any())
        self.seen.append((row, seen.column, seen.score, rows, bound))
        self.left -= len(rows)
        self.tell("verify", self.left)

    def keep(self, version: int) -> None:
        """What was seen, and that these rows were looked at under these prices."""
        row, column, score, rows, bound = (np.concatenate(parts) for parts in zip(*self.seen, strict=True))
        if version == 1:
            self.kept.drop(np.concatenate(self.whole))
        self.kept.bound[rows], self.kept.version[rows] = bound, version
        self.kept.add(row, column, score, len(self.table.columns))


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
