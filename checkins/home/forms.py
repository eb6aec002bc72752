from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins.answers.models import CheckIn
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
        ],
        empty_label=_("All"),
        method="by_state",
    )
    caseload = django_filters.ChoiceFilter(label=_("Whose caseload"), empty_label=_("Everyone’s"), method="by_caseload")

    class Meta:
        model = Pairing
        fields: list[str] = []

    def __init__(self, *arguments: Any, viewer: Membership, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.filters["caseload"].extra["choices"] = caseload_choices(viewer)

    def by_name(self, pairings: "PairingQuerySet", name: str, words: str) -> "PairingQuerySet":
        return pairings.of_people_called_like(words)

    def by_state(self, pairings: Any, name: str, asked: str) -> Any:
        if asked == "both":
            said = [State.ANSWERED, State.WITHHELD]
            return pairings.filter(first_state__in=said, second_state__in=said)
        state = {"waiting": State.NOT_YET, "missed": State.MISSED, "withheld": State.WITHHELD}[asked]
        return pairings.filter(Q(first_state=state) | Q(second_state=state))

    def by_caseload(self, pairings: "PairingQuerySet", name: str, whose: str) -> "PairingQuerySet":
        return pairings.filter(coordinator=int(whose))
