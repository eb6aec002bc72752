"""The part of a problem that is still to be decided: free mentees as rows, mentors with places left as columns.

Rows and columns are counted anew from 0; `rows` and `columns` say who they are.
"""

from collections.abc import Callable, Iterator

import numpy as np

from .problem import MatchProblem
from .ragged import entries_of, starts_of
from .scores import Flags, Scores
from .whole import Indices

Source = Callable[[Indices, Indices | None], Scores]


class Table:
    """`rows` int64[R], `columns` int64[C]; `places` int64[C] free places, `taken` int64[C] places that locks take; `maximum` the largest
    score, `lowest` the lowest that may be used; `seed` turns the order of equals; `block` the rows looked at at once."""

    def __init__(
        self,
        scores: Source,
        *,
        rows: Indices,
        columns: Indices,
        width: int,
        forbids: Indices,
        places: Indices,
        taken: Indices,
        lowest: int,
        maximum: int,
        seed: int,
        block_cells: int,
    ) -> None:
        self._scores = scores
        self.rows, self.columns, self.places, self.taken = rows, columns, places, taken
        self.lowest, self.maximum, self.seed = lowest, maximum, seed % 2**31
        self.block = max(1, block_cells // max(1, len(columns)))
        self._all = len(columns) == width
        row_of = np.full(int(max(rows.max(initial=-1), forbids[:, 0].max(initial=-1))) + 1, -1, np.int64)
        row_of[rows] = np.arange(len(rows))
        column_of = np.full(width, -1, np.int64)
        column_of[columns] = np.arange(len(columns))
        made = np.stack([row_of[forbids[:, 0]], column_of[forbids[:, 1]]], axis=1)
        made = made[(made >= 0).all(axis=1)]
        made = made[np.lexsort((made[:, 1], made[:, 0]))]
        self._forbidden, self._starts = made[:, 1], starts_of(made[:, 0], len(rows))

    def scores(self, rows: Indices, columns: Indices | None = None) -> Scores:
        """int32[rows, all columns or `columns`]: below `lowest` = may not be used."""
        if columns is None:
            made = self._scores(self.rows[rows], None if self._all else self.columns)
        else:
            made = self._scores(self.rows[rows], self.columns[columns])
        which, places = entries_of(self._starts, rows)
        if len(which):
            column_at = np.arange(len(self.columns))
            if columns is not None:
                column_at = np.full(len(self.columns), -1, np.int64)
                column_at[columns] = np.arange(len(columns))
            at = column_at[self._forbidden[places]]
            made[which[at >= 0], at[at >= 0]] = -1
        return made

    def turned(self, rows: Indices, columns: Indices) -> Indices:
        """The places of columns in an order that begins elsewhere for each row, or all rows would ask for the same of equal mentors."""
        return (columns - rows * 2654435761 - self.seed) % max(len(self.columns), 1)

    def blocks(self, rows: Indices) -> Iterator[Indices]:
        for start in range(0, len(rows), self.block):
            yield rows[start : start + self.block]


def table_of(problem: MatchProblem, columns: Indices | None = None, rows: Flags | None = None, scores: Source | None = None) -> Table:
    """Locked mentees are left out, and unless `columns` says which mentors to take, those whose places are gone.

    `rows` bool[n]: these mentees alone. `scores` in place of the problem's own.
    """
    n, m = problem.scores.shape
    taken = problem.taken
    free = np.ones(n, bool)
    free[problem.locks[:, 0]] = False
    free &= True if rows is None else rows
    columns = np.flatnonzero(problem.capacity > taken) if columns is None else columns
    return Table(
        problem.scores.block if scores is None else scores,
        rows=np.flatnonzero(free),
        columns=columns,
        width=m,
        forbids=problem.forbids,
        places=(problem.capacity - taken)[columns],
        taken=taken[columns],
        lowest=lowest_of(problem),
        maximum=problem.scores.maximum,
        seed=problem.seed,
        block_cells=problem.block_cells,
    )


def lowest_of(problem: MatchProblem) -> int:
    """The lowest score that a free match may have."""
    return min(max(problem.minimum, 0), problem.scores.maximum + 1)
