"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from matching.pairings import acts, states
from matching.pairings import policies as pairings
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

WHILE_IT_LASTS = states.END.starts_from

BEGIN = acts.declare(
    "ending.begin", _("Begin to end a pairing well, together"), "matching:ending-begin", states=WHILE_IT_LASTS, staff_too=True
)
PREPARE = acts.declare("ending.prepare", _("Prepare an ending, alone"), "matching:ending", states=WHILE_IT_LASTS)
STAY = acts.declare("ending.stay", _("Take back that a pairing is to end"), "matching:ending-stay", states=WHILE_IT_LASTS, staff_too=True)
END = acts.declare("pairing.end", _("End a pairing at once, without a reason"), "matching:end", states=WHILE_IT_LASTS, staff_too=True)
TELL_WHY = acts.declare(
    "ending.tell_why", _("Tell the program why a pairing ended"), "matching:tell-why", states=frozenset({Pairing.State.CLOSED})
)
SAY_LATER_CONTACT = acts.declare(
    "later-contact.answer",
    _("Say whether one would like to stay in touch"),
    "matching:later-contact",
    states=frozenset({Pairing.State.CLOSED}),
)
BEGIN_AGAIN = acts.declare(
    "pairing.begin_again",
    _("Say whether one would like to begin again, after an ending"),
    "matching:begin-again",
    states=states.BEGIN_AGAIN.starts_from,
)


def may_begin(membership: Membership, pairing: Pairing) -> bool:
    """Not the two alone: or whoever did not begin it would know who did."""
    return pairings.may_do(BEGIN, membership, pairing)


def may_stay(membership: Membership, pairing: Pairing) -> bool:
    return pairings.may_do(STAY, membership, pairing)


def may_end(membership: Membership, pairing: Pairing) -> bool:
    return pairings.may_do(END, membership, pairing)


def may_tell_why(membership: Membership, pairing: Pairing) -> bool:
    """Either half, whoever ended it, and of what has begun."""
    return TELL_WHY.is_open_to(membership, pairing) and pairing.activated_at is not None


def may_begin_again(membership: Membership, pairing: Pairing) -> bool:
    """Either half, for themselves. Staff never say yes for somebody."""
    return BEGIN_AGAIN.is_open_to(membership, pairing) and pairing.activated_at is not None


def may_ask_both(membership: Membership, pairing: Pairing) -> bool:
    """Those who run the program, while both are here to answer."""
    has_ended = pairing.state in states.BEGIN_AGAIN.starts_from and pairing.activated_at is not None
    return has_ended and pairings.may_have_caseload(membership, pairing) and all(half.left_at is None for half in pairing.halves)


def may_undo(membership: Membership, pairing: Pairing, *, have_begun: bool) -> bool:
    """Those who run the program, of what is active and where the two have not begun yet. Nobody undoes a pairing of their own."""
    return pairing.state in states.UNDO.starts_from and not have_begun and pairings.may_have_caseload(membership, pairing)
