from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import Cohort, Membership, MembershipQuerySet


def _cohorts(request: Any) -> Any:
    return Cohort.objects.visible_to(request.membership).order_by("-starts_on", "pk")


class PeopleFilter(ListFilter):
    q = django_filters.CharFilter(label=_("Name or address"), method="by_words")
    # Narrows the sessions that are counted, and nobody.
    cohort = django_filters.ModelChoiceFilter(label=_("During"), queryset=_cohorts, empty_label=_("All the time"), method="of_all")

    class Meta:
        model = Membership
        fields: list[str] = []

    @property
    def during(self) -> Cohort | None:
        found: Cohort | None = self.form.cleaned_data.get("cohort") if self.is_valid() else None
        return found

    def by_words(self, people: MembershipQuerySet, name: str, words: str) -> MembershipQuerySet:
        return people.called_like(words)

    def of_all(self, people: MembershipQuerySet, name: str, cohort: Cohort) -> MembershipQuerySet:
        return people
