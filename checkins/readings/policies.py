"""May this person? Pure questions: no query, no write, no request."""

from matching.pairings.models import Pairing
from programs.memberships.models import Membership


def may_read(membership: Membership, pairing: Pairing) -> bool:
    """Staff, never of a pairing of their own. Which of the answers, the rule says that each person was told."""
    return membership.is_staff and membership.program_id == pairing.program_id and not pairing.includes(membership)
