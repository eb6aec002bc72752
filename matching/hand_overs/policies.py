"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from matching.hand_overs.models import HandOverNote
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

WRITTEN_WITHIN = timedelta(days=30)
AFTER_IT = frozenset({Pairing.State.CLOSED})

WRITE = acts.declare(
    "hand-over.write", _("Write a note about oneself for whoever comes next, after an ending"), "matching:hand-over", states=AFTER_IT
)
# Also when the same two have begun again: the one who comes next is still to come.
WITHDRAW = acts.declare(
    "hand-over.withdraw",
    _("Take back a note for whoever comes next, until it has been shown"),
    "matching:hand-over-withdraw",
    states=AFTER_IT | {Pairing.State.ACTIVE, Pairing.State.PAUSED},
    who=acts.Who.ITS_AUTHOR,
)


def may_write(membership: Membership, pairing: Pairing, waiting: HandOverNote | None, now: datetime) -> bool:
    """Either half, about themselves, for some time after an ending; and to change what waits, as long as it does."""
    if not WRITE.is_open_to(membership, pairing) or pairing.is_stand_in or pairing.ended_at is None:
        return False
    return waiting is not None or now < pairing.ended_at + WRITTEN_WITHIN


def may_withdraw(membership: Membership, pairing: Pairing) -> bool:
    return WITHDRAW.is_open_to(membership, pairing)
