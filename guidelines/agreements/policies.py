"""May this person? Pure questions: no query, no write, no request."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from guidelines.agreements.models import Agreement
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

WHILE_ACTIVE = frozenset({Pairing.State.ACTIVE})
ALSO_WHILE_PAUSED = WHILE_ACTIVE | {Pairing.State.PAUSED}


def _act(
    verb: str,
    words: "_StrOrPromise",
    route: str,
    who: acts.Who = acts.Who.EITHER,
    states: frozenset[str] = WHILE_ACTIVE,
) -> acts.Act:
    return acts.register(acts.Act(name=f"agreement.{verb}", words=words, route=f"guidelines:{route}", states=states, who=who))


START = _act("start", _("Begin an agreement"), "agreement-start")
ANSWER = _act("answer", _("Fill in one’s part of an agreement, alone"), "agreement")
TAKE_BACK = _act(
    "take_back",
    _("Take back what one has filled in alone for an agreement"),
    "agreement-take-back",
    acts.Who.ITS_AUTHOR,
    ALSO_WHILE_PAUSED,
)
NOT_NOW = _act("not_now", _("Leave an agreement for now, without saying so to the other"), "agreement-not-now")
WRITE = _act("write", _("Write the agreement together"), "agreement-clause")
SIGN = _act("sign", _("Sign the agreement"), "agreement-sign")
CHANGE = _act("change", _("Ask for a change of the agreement"), "agreement-change")


def may_start(membership: Membership, pairing: Pairing) -> bool:
    """Either half. Once there is one, it is changed and not begun anew."""
    return START.is_open_to(membership, pairing)


def may_write(membership: Membership, agreement: Agreement) -> bool:
    """Either half, unless both have signed."""
    return WRITE.is_open_to(membership, agreement.pairing) and not agreement.is_signed_by_both


def may_sign(membership: Membership, agreement: Agreement) -> bool:
    """Each half, once for a text."""
    return SIGN.is_open_to(membership, agreement.pairing) and not agreement.has_signed(membership)


def may_ask_for_change(membership: Membership, agreement: Agreement) -> bool:
    """Either half, at any time, of what both have signed."""
    return CHANGE.is_open_to(membership, agreement.pairing) and agreement.is_signed_by_both
