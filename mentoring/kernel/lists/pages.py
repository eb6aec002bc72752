"""One page of a list, in an order that does not shift."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest

PER_PAGE = 50
# Whoever is further than this is no person, and the database would have to walk past all of it.
LAST_PAGE = 2000

Row = TypeVar("Row")
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


@dataclass(frozen=True)
class Page(Generic[Row]):
    items: Sequence[Row]
    number: int
    has_next: bool
    # Links that keep what else was asked for: `?search=ana&page=2`.
    next_address: str
    previous_address: str

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def page_of(request: HttpRequest, rows: "QuerySet[Any, Row] | Sequence[Row]", per_page: int = PER_PAGE) -> Page[Row]:
    """The page that `?page=` asks for, the first where it asks for nonsense. One query, whatever the length of the list."""
    number = _asked_number(request)
    begin = (number - 1) * per_page
    found = list((in_stable_order(rows) if isinstance(rows, QuerySet) else rows)[begin : begin + per_page + 1])
    return Page(
        items=found[:per_page],
        number=number,
        has_next=len(found) > per_page and number < LAST_PAGE,
        next_address=_address(request, number + 1),
        previous_address=_address(request, number - 1),
    )


def in_stable_order(rows: Rows) -> Rows:
    """The same order with the key as tie-break, so that no row is on two pages or on none."""
    order = tuple(rows.query.order_by) or tuple(rows.query.get_meta().ordering or ())
    if any(_name(part) in _key_names(rows.model) for part in order):
        return rows
    return rows.order_by(*order, "pk")


def _name(part: Any) -> str:
    part = part.expression if isinstance(part, OrderBy) else part
    return str(getattr(part, "name", part)).lstrip("-")


def _key_names(model: type[Model]) -> set[str]:
    return {"pk", model._meta.pk.name, model._meta.pk.attname}


def _asked_number(request: HttpRequest) -> int:
    try:
        return min(max(int(request.GET.get("page", "1")[:10]), 1), LAST_PAGE)
    except ValueError:
        return 1


def _address(request: HttpRequest, number: int) -> str:
    asked = request.GET.copy()
    asked.pop("page", None)
    if number > 1:
        asked["page"] = str(number)
    return f"?{asked.urlencode()}"
