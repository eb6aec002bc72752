"""What can be wrong with a problem, said so that a coordinator understands it."""

from typing import Literal

Code = Literal[
    "shape",
    "capacity",
    "nan",
    "not_integer",
    "range",
    "kind",
    "weight",
    "span",
    "missing",
    "dtype",
    "duplicate_key",
    "fairness",
    "load_step",
    "lock_twice",
    "lock_forbidden",
    "lock_capacity",
    "lock_self",
    "unknown_person",
    "unmatched",
    "too_large",
]


class MatchError(ValueError):
    """The input contradicts itself or is not what it should be. Raised while a problem is made, before any work starts.

    `where` is the criterion key, the person's index or the pair (i, j) that it is about, None where it is about the whole.
    """

    def __init__(self, code: Code, sentence: str, where: object = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.where = where


class Cancelled(Exception):
    """The caller's `cancelled` said yes. Nothing is left behind."""
