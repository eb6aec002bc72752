"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from checkins.actions.models import ActionItem
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

ADD = acts.declare("action.add", _("Write down an action: for oneself, for both, or as a request to the other"), "checkins:action-add")
TAKE_ON = acts.declare("action.take-on", _("Take on an action that the other has asked for"), "checkins:action-take-on")
DECLINE = acts.declare("action.decline", _("Decline an action, also one already taken on"), "checkins:action-decline")
DO = acts.declare("action.do", _("Mark actions as done"), "checkins:actions-done")
UNDO = acts.declare("action.undo", _("Open an action again that was marked as done"), "checkins:action-undo")
REMOVE = acts.declare("action.remove", _("Remove an action one has written down"), "checkins:action-remove", who=acts.Who.ITS_AUTHOR)


def may_add(membership: Membership, pairing: Pairing) -> bool:
    return ADD.is_open_to(membership, pairing)


def may_do(membership: Membership, pairing: Pairing) -> bool:
    """Either half marks as done what stands, whoever took it on: it says who did."""
    return DO.is_open_to(membership, pairing)


def may_take_on(membership: Membership, action: ActionItem) -> bool:
    """Whoever is asked, for themselves."""
    return TAKE_ON.is_open_to(membership, action.pairing) and action.waits_for(membership)


def may_remove(membership: Membership, action: ActionItem) -> bool:
    """Whoever wrote it down, until the other half has taken it on."""
    return (
        REMOVE.is_open_to(membership, action.pairing)
        and action.is_open
        and action.author_id == membership.pk
        and not action.was_taken_on_by(action.pairing.other_half(membership))
    )


def may_decline(membership: Membership, action: ActionItem) -> bool:
    """Whoever is to do it, until it is done; also after a yes. What one alone has a part in so far is removed instead."""
    return (
        DECLINE.is_open_to(membership, action.pairing)
        and action.is_open
        and action.is_owned_by(membership)
        and not may_remove(membership, action)
    )


def may_undo(membership: Membership, action: ActionItem) -> bool:
    return UNDO.is_open_to(membership, action.pairing) and action.done_at is not None
