from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import Pairing
from mentoring.kernel.forms import EvenhandForm
from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import Membership, MembershipQuerySet


class StandInFilter(ListFilter):
    """Who could stand in: people with the free place that is needed."""

    q = django_filters.CharFilter(label=_("Name"), method="by_name")

    class Meta:
        model = Membership
        fields: list[str] = []

    def by_name(self, people: "MembershipQuerySet", name: str, words: str) -> "MembershipQuerySet":
        return people.called_like(words)


class AskToStandIn(EvenhandForm, forms.Form):
    submit_label = _("Ask both of them")

    again = forms.BooleanField(
        label=_("I know that they were introduced before, and I want to ask them again"),
        error_messages={"required": _("Tick this if you want to ask them again, or choose somebody else.")},
    )

    def __init__(self, *arguments: Any, half: Membership, person: Membership, by: Membership, **names: Any) -> None:
        super().__init__(*arguments, **names)
        before = Pairing.objects.visible_to(by).of(half).of(person)
        if not before.filter(state=Pairing.State.DECLINED).exists():
            del self.fields["again"]
