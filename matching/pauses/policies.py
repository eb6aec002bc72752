"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from matching.pairings import acts, states
from matching.pairings import policies as pairings
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

PAUSE = acts.declare(
    "pairing.pause", _("Pause a pairing, without a reason"), "matching:pause", states=states.PAUSE.starts_from, staff_too=True
)
GO_ON = acts.declare(
    "pairing.go_on", _("Say yes to going on after a pause"), "matching:go-on", states=states.GO_ON.starts_from, staff_too=True
)
TAKE_BACK = acts.declare(
    "pairing.stay_paused", _("Take back one’s own yes to going on"), "matching:stay-paused", states=states.GO_ON.starts_from
)


def may_pause(membership: Membership, pairing: Pairing) -> bool:
    return pairings.may_do(PAUSE, membership, pairing)


def may_say_yes(membership: Membership, pairing: Pairing) -> bool:
    return GO_ON.is_open_to(membership, pairing)


def may_let_go_on(membership: Membership, pairing: Pairing) -> bool:
    """Those who run the program say no yes of a half: with theirs alone it goes on."""
    return pairings.may_do_as_staff(GO_ON, membership, pairing)
