from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.lists.filters import ListFilter
from programs.trail.queries import in_words

if TYPE_CHECKING:
    from django.db.models import QuerySet


# In a trail of years, what has happened in so many events is all that one looks for.
LOOKED_AT = 5000


class TrailFilter(ListFilter):
    """What happened, by whom, and when. Choices are of what this admin may see."""

    verb = django_filters.ChoiceFilter(label=_("What"), empty_label=_("Everything"))
    who = django_filters.ChoiceFilter(label=_("Who"), field_name="actor_id", empty_label=_("Everybody"))
    since = django_filters.DateFilter(
        label=_("From"), field_name="at", lookup_expr="date__gte", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        label=_("Until"), field_name="at", lookup_expr="date__lte", widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def __init__(self, *arguments: Any, queryset: "QuerySet[AuditEvent]", people: list[tuple[int, str]], **names: Any) -> None:
        super().__init__(*arguments, queryset=queryset, **names)
        lately = queryset.order_by("-seq").values_list("verb", flat=True)[:LOOKED_AT]
        self.filters["verb"].extra["choices"] = [(verb, in_words(verb)) for verb in sorted(set(lately))]
        self.filters["who"].extra["choices"] = people
