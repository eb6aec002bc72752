"""Of assignments that are equally good, one that leaves more of the earlier pairs as they were.

Two pairs of one mentee are as good for all when they leave the mentee the same after paying the mentor's price. Within such pairs, and
with the same people matched and the same number of them at each mentor, every assignment has the same total, and one certificate proves
them all.
"""

from dataclasses import replace

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from .problem import MatchProblem
from .solution import MatchSolution
from .table import Table, table_of
from .whole import Indices

# So many equals of a row are looked at; its own and its earlier pair always.
MOST = 64


def stay(problem: MatchProblem, solution: MatchSolution, earlier: Indices) -> MatchSolution:
    """As good as `solution`, by its own certificate, with as many of the pairs `earlier` (int64[k, 2]) as the equals looked at allow.

    No match is weaker than the weakest was. Locked people stay with whom they are.
    """
    free = (solution.mentor_of >= 0) & ~solution.locked
    earlier = earlier[free[earlier[:, 0]]]
    if (solution.mentor_of[earlier[:, 0]] == earlier[:, 1]).all():
        return solution
    columns = np.unique(solution.mentor_of[free])
    table = table_of(problem, columns, rows=free)
    own = np.searchsorted(columns, solution.mentor_of[table.rows])
    before = _columns_before(table, earlier)
    prices = solution.certificate.prices[columns]
    scores = solution.score[table.rows].astype(np.int64)
    worth = scores - prices[own]
    row, column = _equals(table, own, before, prices, worth, lowest=int(scores.min()))
    chosen = _most_kept(row, column, before, np.bincount(own, minlength=len(columns)))
    mentor_of, score = solution.mentor_of.copy(), solution.score.copy()
    mentor_of[table.rows], score[table.rows] = columns[chosen], worth + prices[chosen]
    statistics = {**solution.statistics, "lowest": int(score[table.rows].min())}
    return replace(solution, mentor_of=mentor_of, score=score, statistics=statistics)


def _columns_before(table: Table, earlier: Indices) -> Indices:
    """int64[rows]: the column of each row's earlier pair, -1 where there is none."""
    before = np.full(len(table.rows), -1)
    at = np.minimum(np.searchsorted(table.columns, earlier[:, 1]), len(table.columns) - 1)
    is_here = table.columns[at] == earlier[:, 1]
    before[np.searchsorted(table.rows, earlier[is_here, 0])] = at[is_here]
    return before


def _equals(table: Table, own: Indices, before: Indices, prices: Indices, worth: Indices, *, lowest: int) -> tuple[Indices, Indices]:
    """The pairs (row, column) that are as good for all as each row's own, itself among them."""
    rows_found, columns_found = [], []
    for rows in table.blocks(np.arange(len(table.rows))):
        scores = table.scores(rows)
        at, column = np.nonzero((scores >= max(lowest, table.lowest)) & (scores - prices == worth[rows, None]))
        row = rows[at]
        turn = np.where((column == own[row]) | (column == before[row]), -1, table.turned(row, column))
        order = np.lexsort((turn, row))
        row, column = row[order], column[order]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        rows_found.append(row[place < MOST])
        columns_found.append(column[place < MOST])
    return np.concatenate(rows_found), np.concatenate(columns_found)


def _most_kept(row: Indices, column: Indices, before: Indices, load: Indices) -> Indices:
    """int64[rows]: a column for each row, each as often as `load` says, and as many as possible as `before`."""
    rows, columns = len(before), len(load)
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        row.astype(np.int32),
        (rows + column).astype(np.int32),
        np.ones(len(row), np.int64),
        -(column == before[row]).astype(np.int64),
    )
    flow.set_nodes_supplies(np.arange(rows + columns, dtype=np.int32), np.concatenate([np.ones(rows, np.int64), -load]))
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("What was found is no flow of its own equals.")
    taken = flow.flows(arcs) > 0
    chosen = np.empty(rows, np.int64)
    chosen[row[taken]] = column[taken]
    return chosen
