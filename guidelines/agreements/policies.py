"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from guidelines.agreements.models import Agreement
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

START = acts.declare("agreement.start", _("Begin an agreement"), "guidelines:agreement-start")
ANSWER = acts.declare("agreement.answer", _("Fill in one’s part of an agreement, alone"), "guidelines:agreement")
TAKE_BACK = acts.declare(
    "agreement.take_back",
    _("Take back what one has filled in alone for an agreement"),
    "guidelines:agreement-take-back",
    who=acts.Who.ITS_AUTHOR,
    states=acts.ALSO_WHILE_PAUSED,
)
NOT_NOW = acts.declare("agreement.not_now", _("Leave an agreement for now, without saying so to the other"), "guidelines:agreement-not-now")
WRITE = acts.declare("agreement.write", _("Write the agreement together"), "guidelines:agreement-clause")
SIGN = acts.declare("agreement.sign", _("Sign the agreement"), "guidelines:agreement-sign")
CHANGE = acts.declare("agreement.change", _("Ask for a change of the agreement"), "guidelines:agreement-change")


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
