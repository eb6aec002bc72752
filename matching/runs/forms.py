from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from matching.runs.field import Field, Wish
from matching.runs.models import Proposal, Run
from mentoring.kernel.forms import EvenhandForm, OneOf
from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import Cohort


class StartForm(EvenhandForm, forms.Form):
    submit_label = _("Start the run")

    cohort = forms.ModelChoiceField(
        queryset=Cohort.objects.none(), required=False, label=_("Who takes part?"), empty_label=_("Everybody with a free place")
    )
    fairness = OneOf(
        choices=Run.Fairness.choices,
        label=_("What comes first?"),
        help_text=_("As many people as possible are matched in either case."),
    )
    sides = OneOf(choices=Run.Sides.choices, label=_("Where does somebody stand who offers mentoring and looks for it too?"))
    minimum = forms.IntegerField(
        min_value=0,
        max_value=100,
        label=_("What must a match have at least, of 100?"),
        help_text=_("With 0 nobody stays without a match because of it."),
    )
    load_step = forms.TypedChoiceField(
        coerce=int,
        choices=[(0, _("No")), (5, _("A little")), (15, _("Much"))],
        label=_("Should those who offer mentoring get equally many people, where that costs little?"),
    )

    def __init__(self, *arguments: Any, cohorts: "QuerySet[Cohort]", field: Field, **names: Any) -> None:
        super().__init__(*arguments, **names)
        if cohorts.exists():
            cohort: Any = self.fields["cohort"]
            cohort.queryset = cohorts
        else:
            del self.fields["cohort"]
        if not field.either:
            del self.fields["sides"]
        if field.is_among_peers:
            # Nobody has a second place there, and as many pairs as possible and the greatest total leave nothing to choose.
            del self.fields["fairness"], self.fields["load_step"]

    def wish(self) -> Wish:
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        return Wish(**given)


SHOWN: dict[str, dict[str, Any]] = {
    "no-anchor": {"has_anchor": False},
    "no-difference": {"has_difference": False},
    "by-hand": {"by_hand": True},
    "locked": {"state": Proposal.State.LOCKED},
    "draft": {"state__in": Proposal.DRAFTS},
    "asked": {"state": Proposal.State.RELEASED},
    "left-out": {"state": Proposal.State.DROPPED},
}


class ProposalFilter(ListFilter):
    """Which pairs of a run are shown."""

    show = django_filters.ChoiceFilter(
        label=_("Show"),
        empty_label=_("All pairs"),
        method="show_those",
        choices=[
            ("no-anchor", _("Nothing in common that you look for")),
            ("no-difference", _("No difference that you look for")),
            ("by-hand", _("Changed by hand")),
            ("locked", _("Locked")),
            ("draft", _("Not asked yet")),
            ("asked", _("Asked")),
            ("left-out", _("Left out")),
        ],
    )
    name = django_filters.CharFilter(label=_("Part of a name"), method="called_like")

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = ()

    def show_those(self, proposals: "QuerySet[Proposal]", _name: str, value: str) -> "QuerySet[Proposal]":
        return proposals.filter(**SHOWN[value])

    def called_like(self, proposals: Any, _name: str, value: str) -> Any:
        return proposals.called_like(value)
