"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from checkins.goals.models import Goal
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

State = Goal.State

ADD = acts.declare("goal.add", _("Add a goal of one’s own, or of both"), "checkins:goal-add")
AGREE = acts.declare("goal.agree", _("Say yes to a goal of both that the other suggests"), "checkins:goal-agree")
EDIT = acts.declare("goal.edit", _("Change the words of a goal of one’s own, or of both"), "checkins:goal-edit", who=acts.Who.ITS_AUTHOR)
REACH = acts.declare(
    "goal.reach", _("Say that a goal of one’s own, or of both, is reached"), "checkins:goal-reach", who=acts.Who.ITS_AUTHOR
)
LET_GO = acts.declare(
    "goal.let_go",
    _("Let go of a goal of one’s own, or of both; say no to one of both that the other suggests"),
    "checkins:goal-let-go",
    who=acts.Who.ITS_AUTHOR,
)
TAKE_UP = acts.declare(
    "goal.take_up",
    _("Take up again a goal of one’s own, or of both, also when only one has said what became of it"),
    "checkins:goal-take-up",
    who=acts.Who.ITS_AUTHOR,
)


def may_add(membership: Membership, pairing: Pairing) -> bool:
    """Either half, for themselves and for both. Nobody sets a goal for the other."""
    return ADD.is_open_to(membership, pairing)


def may_agree(membership: Membership, goal: Goal) -> bool:
    """Whoever has not said yes, to what waits."""
    is_open = AGREE.is_open_to(membership, goal.pairing)
    return is_open and goal.state == State.PROPOSED and goal.is_of(membership) and not goal.has_agreed(membership)


def may_edit(membership: Membership, goal: Goal) -> bool:
    return EDIT.is_open_to(membership, goal.pairing) and goal.is_of(membership) and goal.state in Goal.CURRENT


def may_reach(membership: Membership, goal: Goal) -> bool:
    return REACH.is_open_to(membership, goal.pairing) and goal.is_of(membership) and goal.state == State.OPEN


def may_let_go(membership: Membership, goal: Goal) -> bool:
    """Of both: say so. To one that waits it is a no, or taking it back, and one of the two is enough."""
    return LET_GO.is_open_to(membership, goal.pairing) and goal.is_of(membership) and goal.state in Goal.CURRENT


def may_take_up(membership: Membership, goal: Goal) -> bool:
    """What is settled; and of both what I alone say became of it, which I then say no more."""
    if not (TAKE_UP.is_open_to(membership, goal.pairing) and goal.is_of(membership)):
        return False
    return goal.state not in Goal.CURRENT or (goal.is_of_both and bool(goal.said_by(membership)))
