from datetime import datetime
from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins.answers.models import CheckIn
from checkins.readings import queries
from matching.pairings.forms import caseload_choices
from matching.pairings.models import Pairing
from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from matching.pairings.models import PairingQuerySet

State = CheckIn.State


class RoundFilter(ListFilter):
    """What narrows the overview of check-ins. Its rows are pairings of `queries.with_current_round`."""

    q = django_filters.CharFilter(label=_("Name"), method="by_name")
    state = django_filters.ChoiceFilter(
        label=_("Check-in"),
        choices=[
            ("waiting", _("Somebody has not answered yet")),
            ("missed", _("Closed without an answer")),
            ("both", _("Both have answered")),
            ("withheld", _("Would rather not say")),
            ("apart", _("Answers far apart")),
        ],
        empty_label=_("All"),
        method="by_state",
    )
    caseload = django_filters.ChoiceFilter(label=_("Whose caseload"), empty_label=_("Everyone’s"), method="by_caseload")

    class Meta:
        model = Pairing
        fields: list[str] = []

    def __init__(self, *arguments: Any, viewer: Membership, now: datetime, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.viewer, self.now = viewer, now
        self.filters["caseload"].extra["choices"] = caseload_choices(viewer)

    @property
    def tells_of_answers(self) -> bool:
        """Is what narrows the list an answer, rather than that there is one?"""
        return bool(self.is_valid() and self.form.cleaned_data.get("state") == "apart")

    def by_name(self, pairings: "PairingQuerySet", name: str, words: str) -> "PairingQuerySet":
        return pairings.of_people_called_like(words)

    def by_state(self, pairings: Any, name: str, asked: str) -> Any:
        if asked == "apart":
            return queries.with_gap(pairings, self.viewer, self.now).filter(gap__gte=queries.FAR_APART)
        if asked == "both":
            said = [State.ANSWERED, State.WITHHELD]
            return pairings.filter(first_state__in=said, second_state__in=said)
        state = {"waiting": State.NOT_YET, "missed": State.MISSED, "withheld": State.WITHHELD}[asked]
        return pairings.filter(Q(first_state=state) | Q(second_state=state))

    def by_caseload(self, pairings: "PairingQuerySet", name: str, whose: str) -> "PairingQuerySet":
        return pairings.filter(coordinator=int(whose))
