"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from matching.pairings import acts
from programs.memberships.models import Membership

# Set for oneself and not for a pairing, but the two of every pairing keep to it.
SET = acts.declare(
    "limits.set",
    _("Set a limit that is stricter than the program’s, without saying so to the other"),
    "guidelines:set-limit",
    states=acts.ALSO_WHILE_PAUSED,
)


def may_set(membership: Membership) -> bool:
    """Every participant, for themselves."""
    return membership.left_at is None and membership.is_participant
