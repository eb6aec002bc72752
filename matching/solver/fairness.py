"""As many matches as possible, then the lowest score of a match as high as possible: both by greatest flows, both with a cover as proof.

A cover is a set of rows and a set of columns such that every pair has its row or its column in it; no assignment then matches more than
its rows and the places of its columns (Koenig's theorem, with places; Ford and Fulkerson's greatest flow and least cut).
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.max_flow import SimpleMaxFlow

from .kept import Kept
from .progress import Tell
from .ragged import largest
from .scores import Flags
from .solution import Cover
from .table import Table

# So many pairs of a row are added at once where a cover missed some.
ADDED = 64


@dataclass(frozen=True)
class Floor:
    """`matched` is the greatest number of matches, `floor` the highest lowest score (None where nothing can be matched); each with a
    cover (bool[R], bool[C]) that proves it: of all pairs that may be used, and of those above the floor."""

    matched: int
    floor: int | None
    count_cover: Cover
    floor_cover: Cover | None
    flows: int
    looked: int


class TooFew(Exception):
    """Not everybody can be matched who could be if they were alone."""


class _Search:
    """Counts what it costs; `kept` grows where a cover missed pairs."""

    def __init__(self, table: Table, kept: Kept, tell: Tell) -> None:
        self.table, self.kept, self.tell = table, kept, tell
        self.flows = self.cells = 0

    def most(self, lowest: int, enough: int | None = None, among: Flags | None = None) -> tuple[int, int, Cover]:
        """The greatest number of matches by pairs with a score of `lowest` or more, the lowest score it uses, and the cover that proves
        it. With `enough` the search ends where so many are matched, and the cover then proves nothing. `among`: of these rows alone, and
        all others are in the cover."""
        while True:
            self.tell("floor", lowest)
            matched, weakest, cover = self._flow(lowest, among)
            if matched == enough or not self._missed(cover, lowest):
                return matched, weakest, cover

    def both(self, lowest: int, enough: int, must: Flags | None) -> tuple[bool, int, Cover]:
        """Whether so many can be matched by such pairs, and `must` among them; the rest as `most`.

        If each can be done, both can be done at once (Mendelsohn and Dulmage, 1958).
        """
        matched, weakest, cover = self.most(lowest, enough)
        if matched < enough or must is None:
            return matched == enough, weakest, cover
        matched, also, cover = self.most(lowest, int(must.sum()), must)
        return matched == must.sum(), min(weakest, also), cover

    def _flow(self, lowest: int, among: Flags | None) -> tuple[int, int, Cover]:
        self.flows += 1
        rows, columns = len(self.table.rows), len(self.table.columns)
        source, sink = rows + columns, rows + columns + 1
        good = np.flatnonzero(self.kept.score >= lowest)
        everyone = np.arange(rows)
        network = SimpleMaxFlow()
        arcs = network.add_arcs_with_capacity(
            np.concatenate([self.kept.row[good], np.full(rows, source), rows + np.arange(columns)]).astype(np.int32),
            np.concatenate([rows + self.kept.column[good], everyone, np.full(columns, sink)]).astype(np.int32),
            np.concatenate([np.ones(len(good), np.int64), np.ones(rows, np.int64) if among is None else among, self.table.places]),
        )
        status = network.solve(source, sink)
        if status != network.OPTIMAL:
            raise RuntimeError(f"The flow ended with {status}.")
        used = good[network.flows(arcs[: len(good)]) > 0]
        reached = np.zeros(rows + columns + 2, bool)
        reached[network.get_source_side_min_cut()] = True
        cover = (~reached[:rows], reached[rows : rows + columns])
        return int(network.optimal_flow()), int(self.kept.score[used].min(initial=self.table.maximum)), cover

    def _missed(self, cover: Cover, lowest: int) -> bool:
        """Look at the pairs left out that the cover does not cover: of rows outside it only the columns outside it."""
        in_rows, in_columns = cover
        rows = np.flatnonzero(~in_rows & (self.kept.left_out >= lowest))
        columns = np.flatnonzero(~in_columns)
        if not len(rows) or not len(columns):
            return False
        found = [np.empty((0, 3), np.int64)]
        size = max(1, self.table.block * len(self.table.columns) // len(columns))
        for start in range(0, len(rows), size):
            self.tell("floor", lowest)
            block = rows[start : start + size]
            scores = self.table.scores(block, columns)
            self.cells += scores.size
            which, at = np.nonzero(scores >= lowest)
            score = scores[which, at].astype(np.int64)
            order = np.lexsort((self.table.turned(block[which], columns[at]), -score, which))
            which, at, score = which[order], at[order], score[order]
            count = np.bincount(which, minlength=len(block))
            rank = np.arange(len(which)) - (np.cumsum(count) - count)[which]
            some = rank < ADDED
            found.append(np.stack([block[which[some]], columns[at[some]], score[some]], axis=1))
        row, column, score = np.concatenate(found).T
        if not len(row):
            return False
        self.kept.add(row, column, score, len(self.table.columns))
        return True


def best_floor(table: Table, kept: Kept, tell: Tell, *, fewest: int = 0, must: Flags | None = None) -> Floor:
    """See `Floor`. Raises TooFew where fewer than `fewest` can be matched. `kept` may have been looked at under any prices, and grows.

    `must`: bool[R], rows which are matched in any case, as they can be together with as many as possible.
    """
    search = _Search(table, kept, tell)
    rows = len(table.rows)
    matched, floor, count_cover = search.most(table.lowest)
    if matched < fewest:
        raise TooFew
    if not matched:
        return Floor(0, None, count_cover, None, search.flows, search.cells)
    # Fewer than `matched` rows have any pair at `above`: they are a cover of all pairs there.
    best = np.maximum(largest(kept.score, kept.starts, -1), kept.left_out)
    above = int(np.sort(best)[rows - matched]) + 1
    floor_cover: Cover = (best >= above, np.zeros(len(table.columns), bool))
    if must is not None:
        floor = min(floor, search.most(table.lowest, int(must.sum()), must)[1])
    while above - floor > 1:
        middle = (floor + above) // 2
        is_reached, weakest, cover = search.both(middle, matched, must)
        if is_reached:
            floor = weakest
        else:
            above, floor_cover = middle, cover
    return Floor(matched, floor, count_cover, floor_cover, search.flows, search.cells)
