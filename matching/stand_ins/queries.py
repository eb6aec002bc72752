"""What those who run the program see of a pairing that stands in, or for which somebody does."""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.pairings import policies
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

SHOWN = 5


@dataclass(frozen=True)
class StandIns:
    stands_in_for: Pairing | None
    by: Sequence[Pairing]
    may_propose: bool


def for_staff(pairing: Pairing, staff: Membership) -> StandIns:
    """One query."""
    visible = Pairing.objects.visible_to(staff).with_halves()
    if pairing.stands_in_for_id is not None:
        return StandIns(visible.filter(pk=pairing.stands_in_for_id).first(), [], may_propose=False)
    # Put in order here: they are few, and writing an order into a query of so many columns is a third of its time.
    by = sorted(visible.filter(stands_in_for=pairing), key=lambda one: (one.proposed_at, one.pk), reverse=True)
    return StandIns(None, by[:SHOWN], policies.may_have_stand_in(staff, pairing) and not any(one.is_open for one in by))
