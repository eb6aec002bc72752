"""Lists of different length in one array: the entries of row i stand at starts[i] .. starts[i + 1]."""

import numpy as np
from numpy.typing import NDArray

from .whole import Indices


def starts_of(rows: Indices, count: int) -> Indices:
    """int64[count + 1], of entries whose rows are sorted."""
    return np.searchsorted(rows, np.arange(count + 1)).astype(np.int64)


def entries_of(starts: Indices, rows: Indices) -> tuple[Indices, Indices]:
    """All entries of these rows, in their order: for each the place of its row within `rows`, and where it stands."""
    counts = starts[rows + 1] - starts[rows]
    ends = np.cumsum(counts)
    which = np.repeat(np.arange(len(rows)), counts)
    places = np.arange(int(counts.sum())) + np.repeat(starts[rows] - (ends - counts), counts)
    return which, places


def largest(values: NDArray[np.int64], starts: Indices, least: int) -> NDArray[np.int64]:
    """int64[rows]: the largest entry of each row, at least `least`, which an empty row has too."""
    made = np.full(len(starts) - 1, least, np.int64)
    filled = np.flatnonzero(starts[1:] > starts[:-1])
    if len(filled):
        made[filled] = np.maximum(np.maximum.reduceat(values, starts[filled]), least)
    return made
