"""May this person? Pure questions: no query, no write, no request."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from checkins.decisions.models import Decision
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

State = Decision.State

PROPOSE = acts.declare("decision.propose", _("Propose a decision"), "checkins:decision-propose")
AGREE = acts.declare("decision.agree", _("Agree to a decision that the other proposed"), "checkins:decision-agree")
SUGGEST = acts.declare(
    "decision.suggest", _("Suggest something else, in place of a proposal or of a decision that stands"), "checkins:decision-suggest"
)
DECLINE = acts.declare("decision.decline", _("Not agree to a decision that the other proposed"), "checkins:decision-decline")
WITHDRAW = acts.declare(
    "decision.withdraw", _("Take back a decision one has proposed"), "checkins:decision-withdraw", who=acts.Who.ITS_AUTHOR
)
REOPEN = acts.declare("decision.reopen", _("Reopen a decision, without a reason"), "checkins:decision-reopen")
KEEP = acts.declare(
    "decision.keep", _("Say that one keeps a decision, when a try ends or it is time to look again"), "checkins:decision-keep"
)
LET_GO = acts.declare("decision.let_go", _("Let a decision go whose try has ended"), "checkins:decision-let-go")

# In place of these either of the two can suggest something else; in place of an open proposal whoever is asked.
REPLACEABLE = frozenset({State.STANDS, State.NOT_AGREED, State.REOPENED, State.OVER})


def may_propose(membership: Membership, pairing: Pairing) -> bool:
    """Either half. Staff never speak for a pair."""
    return PROPOSE.is_open_to(membership, pairing)


def may_agree(membership: Membership, decision: Decision) -> bool:
    """The half that is asked. Whoever proposed it has agreed by proposing."""
    return AGREE.is_open_to(membership, decision.pairing) and _is_asked(membership, decision)


def may_decline(membership: Membership, decision: Decision) -> bool:
    return DECLINE.is_open_to(membership, decision.pairing) and _is_asked(membership, decision)


def may_suggest(membership: Membership, decision: Decision) -> bool:
    """Something else in its place: whoever is asked; either, where it stands, was not agreed, was reopened, or was tried and not kept."""
    if not SUGGEST.is_open_to(membership, decision.pairing):
        return False
    return decision.state in REPLACEABLE or _is_asked(membership, decision)


def may_withdraw(membership: Membership, decision: Decision) -> bool:
    """Whoever proposed it, until the other has answered."""
    return WITHDRAW.is_open_to(membership, decision.pairing) and decision.state == State.OPEN and decision.proposed_by_id == membership.pk


def may_reopen(membership: Membership, decision: Decision, today: date) -> bool:
    """Either half, for as many days as the program says, and for no reason that anybody asks."""
    if not REOPEN.is_open_to(membership, decision.pairing) or not decision.stands_on(today):
        return False
    until = decision.reopens_until
    return until is not None and today <= until


def may_keep(membership: Membership, decision: Decision, today: date) -> bool:
    """Either half, once each time the two are asked."""
    if not KEEP.is_open_to(membership, decision.pairing):
        return False
    return decision.asked_again_since(today) is not None and not decision.has_kept(membership, today)


def may_let_go(membership: Membership, decision: Decision, today: date) -> bool:
    """Either half: a try goes on only when both want it."""
    return LET_GO.is_open_to(membership, decision.pairing) and decision.try_has_ended(today)


def _is_asked(membership: Membership, decision: Decision) -> bool:
    return decision.state == State.OPEN and not decision.has_agreed(membership)
