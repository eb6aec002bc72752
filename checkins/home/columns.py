"""What the list of pairings shows of the life of a pair: when they last met, and who of the two has answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.home import queries
from checkins.readings.queries import answered_in_current_round
from matching.pairings import columns
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


def last_met(pairings: Sequence[Pairing], viewer: Membership, now: datetime) -> Mapping[int, columns.Value]:
    return queries.last_met(pairings, viewer)


def answered(pairings: Sequence[Pairing], viewer: Membership, now: datetime) -> Mapping[int, columns.Value]:
    """In words, for pairings that the viewer is no half of."""
    shown = Pairing.objects.visible_to(viewer).filter(pk__in=[pairing.pk for pairing in pairings])
    words = _("%(answered)s of %(asked)s answered")
    numbers = answered_in_current_round(shown, viewer, now)
    return {key: words % {"answered": answered, "asked": asked} for key, (answered, asked) in numbers.items()}


columns.register(columns.Column(key="last_met", heading=gettext_lazy("Last met"), values=last_met, nothing=gettext_lazy("Not yet")))
columns.register(columns.Column(key="check_in", heading=gettext_lazy("Last check-in"), values=answered, nothing=gettext_lazy("None yet")))
