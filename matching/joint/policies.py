"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime

from matching.joint import kinds
from matching.joint.models import Round
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


def may_open(membership: Membership, pairing: Pairing, kind: kinds.Kind) -> bool:
    """Either half."""
    return pairing.includes(membership) and pairing.state in kind.states


def may_answer(membership: Membership, round: Round, now: datetime) -> bool:
    """Either half, for themselves, until both have; and again as often as they like until then."""
    pairing = round.pairing
    return pairing.includes(membership) and pairing.state in kinds.get(round.kind).states and round.is_open_at(now)
