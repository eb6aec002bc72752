"""Where not everybody can be matched, those who waited longest come first, before anything is said of how well.

Sets of mentees that can all be matched at once are the independent sets of a transversal matroid (Edmonds and Fulkerson, 1965). So of the
largest such sets, one with the greatest sum of weights is at the same time the first by waiting, place for place, whatever the weights, as
long as they grow with the waiting (Rado, 1957). In the exchange of kidneys this is called priority matching (Roth, Soenmez and Uenver,
2005). Price and verify finds it like any other assignment, with a score that only says how long a mentee has waited.

Its prices prove it, and say what all assignments that are first by waiting have in common (complementary slackness): each mentee who is
worth something after paying has a match in all of them, only pairs at the lowest price that a mentee can find are used, and all places
with a price are taken. Those who waited equally long may still take one another's place, so that floor and total choose among them.
"""

from dataclasses import dataclass

import numpy as np

from .assignment import best_assignment
from .kept import NEVER, Kept
from .problem import MatchProblem
from .progress import Tell
from .scores import Flags, Scores
from .solution import Cover
from .table import Table, table_of
from .whole import Indices


@dataclass(frozen=True, eq=False)
class Priority:
    """`prices` int64[m] of places, in weights of waiting; `level` int64[n], the price that each mentee pays, as nothing cheaper can be had.

    `must` bool[n]: those who are matched whenever the longest waiting come first; `may` bool[n]: those who are matched in some such
    assignments, or in none. All others are matched in none.
    """

    problem: MatchProblem
    prices: Indices
    level: Indices
    must: Flags
    may: Flags

    @property
    def table(self) -> Table:
        """What is left to be decided: by assignments that match as many as possible, and `must` among them."""
        return table_of(self.problem, rows=self.must | self.may, scores=self._at_their_level)

    def _at_their_level(self, rows: Indices, columns: Indices | None) -> Scores:
        made = self.problem.scores.block(rows, columns)
        prices = self.prices if columns is None else self.prices[columns]
        np.copyto(made, np.int32(-1), where=self.level[rows][:, None] != prices)
        return made

    def among(self, table: Table, kept: Kept) -> Kept:
        """What is kept of the rows of `table`, the whole problem's, as pairs of the smaller table."""
        of_pairs = self.level[table.rows[kept.row]] == self.prices[table.columns[kept.column]]
        return kept.among((self.must | self.may)[table.rows], of_pairs)

    @property
    def count_cover(self) -> Cover:
        """Whoever pays nothing, and all places with a price, are a cover of all pairs."""
        return self.must & (self.level == 0), (self.prices > 0) | (self.problem.capacity <= self.problem.taken)


def longest_first(problem: MatchProblem, weights: Indices, table: Table, kept: Kept, tell: Tell) -> Priority:
    """Who is matched where the longest waiting come first. `kept` are pairs of `table`, the whole problem's."""

    def waited(rows: Indices, columns: Indices | None) -> Scores:
        scores = problem.scores.block(rows, columns)
        return np.where(scores >= table.lowest, weights[rows].astype(np.int32)[:, None], np.int32(-1))

    ranked = table_of(problem, scores=waited)
    ranked.lowest = 0
    weight = weights[table.rows]
    bound = np.where(kept.bound > NEVER, weight, NEVER)
    pairs = Kept(kept.row, kept.column, weight[kept.row], bound, np.zeros_like(bound), bound)
    found = best_assignment(ranked, pairs, np.zeros_like(table.places), alone=np.zeros_like(weight), step=0, tell=tell, slack=0)

    must, level = found.worth > 0, weight - found.worth
    levels, at = np.unique(found.prices, return_inverse=True)
    room = np.bincount(at, table.places, minlength=len(levels)).astype(np.int64)
    takers = np.bincount(np.searchsorted(levels, level[must]), minlength=len(levels))
    # Where those who must be matched take all places of a price, half a step more keeps out whoever could just pay it.
    full = (levels > 0) & (room == takers)
    prices = np.zeros(len(problem.capacity), np.int64)
    prices[table.columns] = found.prices + full[at]
    level[must] += full[np.searchsorted(levels, level[must])]
    may = ~must & np.isin(weight, levels[(levels > 0) & ~full])
    n = problem.scores.shape[0]
    of_all = np.zeros(n, np.int64), np.zeros(n, bool), np.zeros(n, bool)
    for made, of_rows in zip(of_all, (level, must, may), strict=True):
        made[table.rows] = of_rows
    return Priority(problem, prices, *of_all)
