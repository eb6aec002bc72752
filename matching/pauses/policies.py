"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from matching.pairings import acts
from matching.pairings import policies as pairings
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

PAUSE = acts.register(
    acts.Act(
        name="pairing.pause",
        words=_("Pause a pairing, without a reason"),
        route="matching:pause",
        states=frozenset({Pairing.State.ACTIVE}),
    )
)
GO_ON = acts.register(
    acts.Act(
        name="pairing.go_on",
        words=_("Say yes to going on after a pause"),
        route="matching:go-on",
        states=frozenset({Pairing.State.PAUSED}),
    )
)
TAKE_BACK = acts.register(
    acts.Act(
        name="pairing.stay_paused",
        words=_("Take back one’s own yes to going on"),
        route="matching:stay-paused",
        states=frozenset({Pairing.State.PAUSED}),
    )
)


def may_pause(membership: Membership, pairing: Pairing) -> bool:
    """Either half, and those who run the program. Of a pairing of their own these are a half, and no more."""
    return PAUSE.is_open_to(membership, pairing) or (pairings.may_have_caseload(membership, pairing) and pairing.state in PAUSE.states)


def may_say_yes(membership: Membership, pairing: Pairing) -> bool:
    return GO_ON.is_open_to(membership, pairing)


def may_let_go_on(membership: Membership, pairing: Pairing) -> bool:
    return pairings.may_have_caseload(membership, pairing) and pairing.state in GO_ON.states
