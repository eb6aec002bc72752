"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

WHILE_ACTIVE = frozenset({Pairing.State.ACTIVE})

START = acts.register(
    acts.Act(name="reset.start", words=_("Start a reset conversation"), route="checkins:reset-start", states=WHILE_ACTIVE)
)
PREPARE = acts.register(
    acts.Act(
        name="reset.prepare",
        words=_("Prepare a reset conversation, alone, and say some time later how it is"),
        route="checkins:resets",
        states=WHILE_ACTIVE,
    )
)
TAKE_BACK = acts.register(
    acts.Act(
        name="reset.take_back",
        words=_("Take back what one has said alone for a reset conversation"),
        route="checkins:reset-take-back",
        states=WHILE_ACTIVE | {Pairing.State.PAUSED},
        who=acts.Who.ITS_AUTHOR,
    )
)
NOT_NOW = acts.register(
    acts.Act(
        name="reset.not_now",
        words=_("Leave a reset conversation for now, without saying so to the other"),
        route="checkins:reset-not-now",
        states=WHILE_ACTIVE,
    )
)


def may_start(membership: Membership, pairing: Pairing) -> bool:
    """Either half."""
    return START.is_open_to(membership, pairing)
