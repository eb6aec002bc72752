"""What narrows a list, and what it is sorted by. Both stand in the address, so that a view can be kept and sent to somebody."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import django_filters
from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from mentoring.kernel.lists.pages import in_stable_order

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
Columns = Mapping[str, Sequence[str | Combinable]]


class ListFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Base of a list's filters. `{% include "components/filters.html" with filter=filter only %}` draws its form, which works by GET.

    Choices come from what the viewer may see. A value that fits no choice is said beside its field and narrows nothing.
    """

    @property
    def form(self) -> Any:
        form = super().form
        for field in form.fields.values():
            # Nobody expects that a filter must be set.
            field.optional_goes_unsaid = True
        return form

    @property
    def is_narrowed(self) -> bool:
        """Is anything left out? Then an empty list says "nothing fits" rather than "nothing here yet"."""
        return self.is_valid() and any(value not in (None, "", [], ()) for value in self.form.cleaned_data.values())

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What else the address says, such as the order: the form carries it on. The page number starts anew."""
        if not self.data:
            return []
        own = {self.form.add_prefix(name) for name in self.form.fields}
        return [(name, value) for name, values in self.data.lists() for value in values if name not in own and name != "page"]

    @property
    def kept_query(self) -> str:
        """The address without what narrows the list."""
        return urlencode(self.kept)


def in_order(rows: Rows, asked: str, columns: Columns, default: str) -> Rows:
    """Sort by one of `columns` (name in the address -> order_by parts); `-name` is the other way round. Anything else is the default.

    `in_order(pairings, request.GET.get("sort", ""), {"name": ["first__user__name"], "met": [F("last_met").asc(nulls_last=True)]}, "name")`
    """
    name = asked.removeprefix("-")
    if name not in columns:
        name, asked = default.removeprefix("-"), default
    rows = in_stable_order(rows.order_by(*columns[name]))
    return rows.reverse() if asked.startswith("-") else rows
