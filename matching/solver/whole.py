"""Arrays and numbers as they come, made into whole numbers or refused."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import Code, MatchError

Indices = NDArray[np.int64]


def number(value: Any, *, code: Code, sentence: str, where: object = None) -> int:
    """`value` as an int; 3.0 is one, 2.5, True and "3" are not."""
    if isinstance(value, (bool, np.bool_)):
        raise MatchError(code, sentence, where)
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)
    try:
        return operator.index(value)
    except TypeError:
        raise MatchError(code, sentence, where) from None


def array(values: ArrayLike, *, what: str, where: object = None) -> NDArray[Any]:
    """`values` as an array of numbers. Raises `shape` where rows differ in length, `dtype` where they are no numbers."""
    try:
        made = np.asarray(values)
    except ValueError:
        raise MatchError("shape", f"{what}: the rows differ in length.", where) from None
    if made.size and made.dtype.kind not in "iuf":
        raise MatchError("dtype", f"{what}: these are not numbers.", where)
    return made


def whole(values: NDArray[Any], *, what: str, code: Code = "not_integer") -> NDArray[Any]:
    """The same values, checked: a float array must hold whole numbers. Raises `nan`, or `code` for a fraction."""
    if values.dtype.kind == "f":
        if np.isnan(values).any():
            raise MatchError("nan", f"{what}: a number is missing (NaN).", _first(np.isnan(values)))
        broken = np.isfinite(values) & (values != np.floor(values))
        if broken.any():
            raise MatchError(code, f"{what}: a fraction where a whole number is needed.", _first(broken))
    return values


def pairs(values: ArrayLike | Sequence[Any], first: int, second: int, *, what: str) -> Indices:
    """Pairs (i, j) as int64[k, 2], each once, in (i, j) order; i is below `first`, j below `second`.

    Raises `shape`, `dtype`, `unknown_person`.
    """
    made = array(values, what=what)
    if made.size == 0:
        return np.empty((0, 2), np.int64)
    if made.ndim != 2 or made.shape[1] != 2:
        raise MatchError("shape", f"{what}: each needs two people.")
    if made.dtype.kind == "f":
        raise MatchError("dtype", f"{what}: people are named by whole numbers.")
    unknown = (made < 0) | (made >= np.array([first, second]))
    if unknown.any():
        at = int(np.flatnonzero(unknown.any(axis=1))[0])
        pair = (int(made[at, 0]), int(made[at, 1]))
        raise MatchError("unknown_person", f"{what}: the pair {pair} names somebody who is not here.", pair)
    return np.unique(made.astype(np.int64), axis=0)


def _first(marked: NDArray[np.bool_]) -> object:
    place = tuple(int(at) for at in np.argwhere(marked)[0])
    return place if len(place) > 1 else place[0]
