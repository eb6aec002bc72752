"""Further columns of the list of pairings. A later app, such as the one that knows when two people met, adds its own.

Decided: a registry, because this list cannot ask an app above it, and a second list beside it would be two places to look.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from matching.pairings.models import Pairing
from mentoring.kernel.dates import written
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Value = str | int | date | datetime | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """`values` gives for many pairings at once, by their keys, what the viewer may read. `nothing` stands where there is none."""

    key: str
    heading: "_StrOrPromise"
    values: Callable[[Sequence[Pairing], Membership, datetime], Mapping[int, Value]]
    nothing: "_StrOrPromise" = ""


_columns: dict[str, Column] = {}


def register(column: Column) -> None:
    """For `AppConfig.ready()`. Columns stand in the order in which they were registered."""
    if column.key in _columns:
        raise ValueError(f"The column {column.key!r} is declared twice.")
    _columns[column.key] = column


def every() -> Iterator[Column]:
    return iter(_columns.values())


def in_words(value: Value) -> str:
    """A value as a page shows it. A file for a spreadsheet takes it as it is."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return written(value, "short_full_day") if isinstance(value, date) else str(value)
