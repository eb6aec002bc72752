"""The registry of what comes to an end by itself. An app fills it in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

# Rows of one program, by its key, that were over before this moment. Whatever hangs on them goes with them.
Expired = Callable[[int, datetime], "QuerySet[Any]"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    name: str
    label: "_StrOrPromise"
    hint: "_StrOrPromise"
    # Until an admin chooses another number.
    months: int
    expired: Expired
    # Of what is told in confidence no page says how much there is.
    is_counted: bool = True


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"Two kinds that come to an end are called {kind.name!r}.")


def every() -> list[Kind]:
    return list(_kinds.values())
