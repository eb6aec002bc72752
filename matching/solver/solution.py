"""What a solve returns, and what proves it."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .whole import Indices

Cover = tuple[NDArray[np.bool_], NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class Certificate:
    """`penalty` for a free mentee without a match, `prices` int64[m] of places, `value` that the prices prove to be the greatest.

    `count_cover`, `floor_cover`: (bool[n], bool[m]), mentees and mentors; None where none is needed. `waiting` int64[m]: prices of places
    in the problem's weights of waiting, which prove that nobody who waited longer could have had a place; None where nobody did.
    """

    penalty: int
    prices: Indices
    value: int
    count_cover: Cover | None
    floor_cover: Cover | None
    waiting: Indices | None = None


@dataclass(frozen=True, eq=False)
class MatchSolution:
    """`mentor_of` int64[n], -1 = no match; `score` int32[n], -1 = no match, or a lock that a rule excludes; `locked` bool[n].

    `matched` counts locks too; `total` is the sum of the scores of free matches, `floor` the lowest of them that could be kept up (None
    without free matches, and where fairness is 'none'), `value` = total - load cost - penalty * free mentees without a match.
    """

    mentor_of: Indices
    score: NDArray[np.int32]
    locked: NDArray[np.bool_]
    matched: int
    total: int
    floor: int | None
    value: int
    certificate: Certificate
    statistics: dict[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Equal for equal input: sha256 over `mentor_of` and the prices, as little-endian int64."""
        parts = (self.mentor_of, self.certificate.prices)
        return sha256(b"".join(np.asarray(part).astype("<i8").tobytes() for part in parts)).hexdigest()


@dataclass(frozen=True, eq=False)
class PoolCertificate:
    """`prices` int64[n] and the price of each odd set (members, price), in units of 1/scale; `penalty`: what one more pair is worth."""

    penalty: int
    scale: int
    prices: Indices
    odd_sets: list[tuple[Indices, int]]


@dataclass(frozen=True, eq=False)
class PoolSolution:
    """`mate` int64[n], -1 = none; `score` int64[n] of the pair, -1 = none, or a lock that a rule excludes; `matched` people, with locks.

    `total` is the sum over free pairs, `value` = total + penalty * free pairs, and no pairing has a value above `bound`.
    """

    mate: Indices
    score: Indices
    matched: int
    total: int
    value: int
    bound: float
    certificate: PoolCertificate
    statistics: dict[str, Any] = field(default_factory=dict)
