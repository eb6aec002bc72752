"""What can be answered apart. Whoever asks declares the kind in `AppConfig.ready()`; rounds and their answers are kept here."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from matching.pairings.models import Pairing

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Opens(Enum):
    TO_BOTH = "each reads the other's answer as soon as both are there"
    ON_TWO_YESES = "the same, but only if both say yes; until then nothing shows whether the other has answered"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One thing that both halves are asked.

    `form`: made as `form(data, round=…)`; what it cleans is kept as JSON. Where it opens on two yeses it has a field `yes`.
    `states`: of the pairing, in which it may be opened and answered.
    `is_sealed`: the answers are unreadable at rest.
    `may_open`: called as `may_open(round=…)` in the transaction in which it would open; where it says no, the answers stay kept apart.
    `when_opened`: called as `when_opened(round=…, now=…)` in the transaction in which it opens to both.
    """

    name: str
    opens: Opens
    form: Callable[..., Any]
    states: frozenset[str] = frozenset({Pairing.State.ACTIVE})
    is_sealed: bool = False
    may_open: Callable[..., bool] | None = None
    when_opened: Callable[..., object] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    if not NAME.fullmatch(kind.name):
        raise ValueError(f"{kind.name!r} is no name for a round: lower case, numbers and hyphens, at most 40.")
    if kind.name in _kinds:
        raise ValueError(f"The kind of round {kind.name!r} is declared twice.")
    _kinds[kind.name] = kind
    return kind


def get(name: str) -> Kind:
    """Raises `LookupError` for a kind that nobody declares."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"Nobody declares the kind of round {name!r}.") from None


def every() -> Iterator[Kind]:
    return iter(_kinds.values())
