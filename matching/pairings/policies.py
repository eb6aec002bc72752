"""May this person? Pure questions: no query, no write, no request."""

from matching.pairings import acts, states
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


def may_propose(membership: Membership) -> bool:
    """Those who run the program. Being half of it themselves is no bar: then they see what the other half would see."""
    return membership.is_staff


def may_ask(membership: Membership) -> bool:
    """Participants, for themselves, where the program lets people ask each other."""
    program = membership.program
    return program.people_may_ask and program.archived_at is None and membership.is_participant and membership.left_at is None


def may_accept(membership: Membership, pairing: Pairing) -> bool:
    """Either half, once, for themselves. Staff never say yes for somebody."""
    return acts.ACCEPT.is_open_to(membership, pairing) and not pairing.has_accepted(membership)


def may_decline(membership: Membership, pairing: Pairing) -> bool:
    """Either half, until it has begun, also after a yes."""
    return acts.DECLINE.is_open_to(membership, pairing)


def may_have_caseload(membership: Membership, pairing: Pairing) -> bool:
    """Those who run its program. Nobody looks after a pairing of their own."""
    return membership.is_staff and membership.program_id == pairing.program_id and not pairing.includes(membership)


def may_do(act: acts.Act, membership: Membership, pairing: Pairing) -> bool:
    """Either half, and those who run the program where the act says so."""
    return act.is_open_to(membership, pairing) or may_do_as_staff(act, membership, pairing)


def may_do_as_staff(act: acts.Act, membership: Membership, pairing: Pairing) -> bool:
    """Of a pairing of their own those who run the program are a half, and no more."""
    return act.staff_too and may_have_caseload(membership, pairing) and pairing.state in act.states


def may_withdraw(membership: Membership, pairing: Pairing) -> bool:
    """Those who run the program, until it has begun, and never a pairing of their own: there they answer like anybody else."""
    return may_have_caseload(membership, pairing) and pairing.state in states.WITHDRAW.starts_from


def may_have_stand_in(membership: Membership, pairing: Pairing) -> bool:
    """Those who run the program find somebody for a while, where a pairing rests that is no stand-in itself, and not one of their own."""
    return may_have_caseload(membership, pairing) and pairing.state == Pairing.State.PAUSED and not pairing.is_stand_in


def may_wish_for_somebody(membership: Membership, pairing: Pairing) -> bool:
    """Either half, of what has begun: while it lasts, and after it."""
    return acts.WISH_FOR_SOMEBODY.is_open_to(membership, pairing) and pairing.activated_at is not None


def may_take_wish_back(membership: Membership, pairing: Pairing) -> bool:
    return acts.TAKE_WISH_BACK.is_open_to(membership, pairing) and pairing.activated_at is not None
