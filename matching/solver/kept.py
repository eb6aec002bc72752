"""The few pairs of each row that a flow is asked about, and what is known of all the others.

A pair left out of row i was worth at most `bound[i]` under the prices that the row was looked at with.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .ragged import starts_of
from .table import Table
from .whole import Indices

# Below everything that can be reached by scores and prices: a pair that may not be used.
NEVER = -(2**62)
# Below it, differences fit into 32 bits.
SHORT = 2**30
# Pairs that a first look keeps of a row; with fewer there are more rounds, with more each flow takes longer.
FIRST_LOOK = 24
# A further look keeps what is at most SLACK points worse than what the row has, within these numbers of pairs.
FEWEST, MOST, SLACK = 16, 128, 200
# Where more than this part of the columns could matter to a row, it is looked at whole.
WIDE = 4


@dataclass
class Kept:
    """Pairs in (row, column) order with their scores, and for each row the bound, the number of the prices it stands under, and the best
    score left out (at most). Bounds are `NEVER` where nothing is left out."""

    row: Indices
    column: Indices
    score: Indices
    bound: Indices
    version: Indices
    left_out: Indices

    @property
    def starts(self) -> Indices:
        return starts_of(self.row, len(self.bound))

    def add(self, row: Indices, column: Indices, score: Indices, width: int) -> None:
        """Keep these pairs too; some may be kept already."""
        keys, first = np.unique(np.concatenate([self.row, row]) * width + np.concatenate([self.column, column]), return_index=True)
        self.score = np.concatenate([self.score, score])[first]
        self.row, self.column = keys // width, keys % width

    def drop(self, rows: Indices) -> None:
        """Forget the pairs of these rows."""
        gone = np.zeros(len(self.bound), bool)
        gone[rows] = True
        stay = ~gone[self.row]
        self.row, self.column, self.score = self.row[stay], self.column[stay], self.score[stay]

    @property
    def could(self) -> NDArray[np.bool_]:
        """bool[rows]: has a pair at all, kept or left out."""
        made = self.bound > NEVER
        made[self.row] = True
        return made

    def copy(self) -> "Kept":
        """One that may grow, and be looked at again, while this one stays."""
        return Kept(self.row, self.column, self.score, self.bound.copy(), self.version.copy(), self.left_out)

    def among(self, rows: NDArray[np.bool_], pairs: NDArray[np.bool_]) -> "Kept":
        """The same with these rows alone, counted anew, and with these of their pairs."""
        number, good = np.cumsum(rows) - 1, pairs & rows[self.row]
        stay = number[self.row[good]], self.column[good], self.score[good]
        return Kept(*stay, self.bound[rows], self.version[rows], self.left_out[rows])

    def at_least(self, lowest: int) -> "Kept":
        """The same without the pairs of a lower score, kept or left out."""
        good = self.score >= lowest
        bound = np.where(self.left_out < lowest, NEVER, self.bound)
        return Kept(self.row[good], self.column[good], self.score[good], bound, self.version, self.left_out)


@dataclass(frozen=True)
class Look:
    """What a look at some rows found: pairs (place within the rows, column), their scores, and what was left out."""

    which: Indices
    column: Indices
    score: Indices
    bound: Indices
    left_out: Indices


def reduced(scores: NDArray[np.int32], prices: Indices, lowest: int) -> tuple[NDArray[Any], int]:
    """scores - prices, exact, and the smallest number among them that may be used: below it are pairs that may not."""
    if not prices.any():
        return scores, lowest
    if int(prices.max()) + int(scores.max(initial=0)) < SHORT:
        made: NDArray[Any] = scores - prices.astype(np.int32)
        np.copyto(made, np.int32(-SHORT - 1), where=scores < lowest)
        return made, -SHORT
    made = scores - prices
    np.copyto(made, NEVER, where=scores < lowest)
    return made, NEVER + 1


def _edge(values: NDArray[Any], count: int) -> Indices:
    """int64[rows]: such that `count` values of each row are at least as large, and not many more.

    The count-th largest among the greatest values of 4 * count groups of columns, since nearly all of the largest values stand in groups
    of their own; where they do not, the count-th largest itself. That takes a tenth of the time.
    """
    rows, width = values.shape
    groups = 4 * count
    if width < 2 * groups:
        return _largest_but(values, count)
    deep = width // groups
    edge = _largest_but(values[:, : deep * groups].reshape(rows, deep, groups).max(axis=1), count)
    many = np.flatnonzero(np.count_nonzero(values >= edge.astype(values.dtype)[:, None], axis=1) > 2 * count)
    edge[many] = _largest_but(values[many], count)
    return edge


def _largest_but(values: NDArray[Any], count: int) -> Indices:
    place = values.shape[1] - count
    edge: Indices = np.partition(values, place, axis=1)[:, place].astype(np.int64)
    return edge


def look(
    table: Table, rows: Indices, prices: Indices, fewest: int, most: int, wanted: Indices | None = None, left_out: bool = False
) -> Look:
    """The best pairs of `rows` under `prices` (one block): down to `wanted`, but `fewest` to `most` of a row.

    Of equals at the edge, each row takes those from a column of its own on, or all rows would ask for the same mentors.
    """
    scores = table.scores(rows)
    r, usable = reduced(scores, prices, table.lowest)
    width = r.shape[1]
    edge = np.full(len(rows), usable, np.int64)
    if width > fewest:
        edge = _edge(r, fewest)
        if wanted is not None:
            edge = np.minimum(edge, np.maximum(wanted, _edge(r, most) if width > most else usable))
    bound = np.where(edge < usable, NEVER, edge) if width > fewest else np.full(len(rows), NEVER)
    edge = np.maximum(edge, usable)

    flat = np.flatnonzero(r >= edge.astype(r.dtype)[:, None])
    which, column = np.divmod(flat, width)
    equal = r.ravel()[flat] == edge[which]
    room = most - np.bincount(which[~equal], minlength=len(rows))
    at = np.flatnonzero(equal)
    of, count = which[at], np.bincount(which[at], minlength=len(rows))
    before = np.bincount(of[table.turned(rows[of], column[at]) > column[at]], minlength=len(rows))
    rank = (np.arange(len(at)) - (np.cumsum(count) - count)[of] - before[of]) % np.maximum(count, 1)[of]
    keep = np.ones(len(flat), bool)
    keep[at] = rank < room[of]

    flat, which, column = flat[keep], which[keep], column[keep]
    kept = scores.ravel()[flat].astype(np.int64)
    best = np.full(len(rows), NEVER, np.int64)
    if left_out:
        scores.ravel()[flat] = -1
        best = scores.max(axis=1, initial=-1).astype(np.int64)
    return Look(which, column, kept, bound, best)


def glance(table: Table, rows: Indices, columns: Indices, out: NDArray[np.bool_], prices: Indices, wanted: Indices, most: int) -> Look:
    """The pairs of `rows` that are worth more than `wanted` under `prices`, `most` of a row at most: only at these `columns`, and of them
    not where `out` (bool[rows, columns]) says so. Bounds speak of these columns alone."""
    scores = table.scores(rows, columns)
    r = scores - prices[columns]
    r[out | (scores < table.lowest)] = NEVER
    which, at = np.nonzero(r > wanted[:, None])
    worth, column = r[which, at], columns[at]
    order = np.lexsort((table.turned(rows[which], column), -worth, which))
    count = np.bincount(which, minlength=len(rows))
    rank = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count)
    first = order[rank < most]
    r[which[first], at[first]] = NEVER
    bound = r.max(axis=1, initial=NEVER)
    return Look(which[first], column[first], scores[which[first], at[first]].astype(np.int64), bound, np.full(len(rows), NEVER, np.int64))
