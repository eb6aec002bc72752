"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

START = acts.declare("reset.start", _("Start a reset conversation"), "checkins:reset-start")
PREPARE = acts.declare("reset.prepare", _("Prepare a reset conversation, alone, and say some time later how it is"), "checkins:resets")
TAKE_BACK = acts.declare(
    "reset.take_back",
    _("Take back what one has said alone for a reset conversation"),
    "checkins:reset-take-back",
    states=acts.ALSO_WHILE_PAUSED,
    who=acts.Who.ITS_AUTHOR,
)
NOT_NOW = acts.declare("reset.not_now", _("Leave a reset conversation for now, without saying so to the other"), "checkins:reset-not-now")


def may_start(membership: Membership, pairing: Pairing) -> bool:
    """Either half."""
    return START.is_open_to(membership, pairing)
