"""What the list of pairings shows of the life of a pair: when they last met, and who of the two has answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.answers.models import CheckIn
from checkins.home import queries
from checkins.readings.queries import with_current_round
from matching.pairings import columns
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

State = CheckIn.State


def last_met(pairings: Sequence[Pairing], viewer: Membership, now: datetime) -> Mapping[int, columns.Value]:
    return queries.last_met(pairings, viewer)


def answered(pairings: Sequence[Pairing], viewer: Membership, now: datetime) -> Mapping[int, columns.Value]:
    """In words, for pairings that the viewer is no half of."""
    others = Pairing.objects.visible_to(viewer).not_of(viewer).filter(pk__in=[pairing.pk for pairing in pairings])
    rounds = with_current_round(others, viewer, now).exclude(round_on=None)
    return {key: _in_words([first, second]) for key, first, second in rounds.values_list("pk", "first_state", "second_state")}


def _in_words(states: list[str | None]) -> str:
    asked = [state for state in states if state is not None and state != State.CALLED_OFF]
    answered = sum(state in (State.ANSWERED, State.WITHHELD) for state in asked)
    return _("%(answered)s of %(asked)s answered") % {"answered": answered, "asked": len(asked)} if asked else ""


columns.register(columns.Column(key="last_met", heading=gettext_lazy("Last met"), values=last_met, nothing=gettext_lazy("Not yet")))
columns.register(columns.Column(key="check_in", heading=gettext_lazy("Last check-in"), values=answered, nothing=gettext_lazy("None yet")))
