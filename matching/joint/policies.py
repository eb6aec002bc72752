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


def may_take_back(membership: Membership, round: Round) -> bool:
    """Their own part, until both are there, also while the pairing rests and when the time to answer is over."""
    pairing = round.pairing
    may_be_there = pairing.state == Pairing.State.PAUSED or pairing.state in kinds.get(round.kind).states
    return pairing.includes(membership) and may_be_there and round.opened_together_at is None


def waits_while_it_rests(pairing: Pairing, round: Round, now: datetime) -> bool:
    """It cannot be answered now, and can be once the pairing goes on."""
    return pairing.state == Pairing.State.PAUSED and round.is_open_at(now)
