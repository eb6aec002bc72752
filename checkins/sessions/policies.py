"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

LOG = acts.register(
    acts.Act(
        name="session.log",
        words=_("Log a meeting you have had"),
        route="checkins:session-log",
        states=frozenset({Pairing.State.ACTIVE}),
    )
)


def may_log(membership: Membership, pairing: Pairing) -> bool:
    return LOG.is_open_to(membership, pairing)
