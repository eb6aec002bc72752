"""May this person? Pure questions: no query, no write, no request."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from checkins.goals.models import Goal
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

State = Goal.State


def _act(verb: str, words: "_StrOrPromise", who: acts.Who = acts.Who.ITS_AUTHOR) -> acts.Act:
    route = f"checkins:goal-{verb.replace('_', '-')}"
    return acts.register(acts.Act(name=f"goal.{verb}", words=words, route=route, states=frozenset({Pairing.State.ACTIVE}), who=who))


ADD = _act("add", _("Add a goal of one’s own, or of both"), acts.Who.EITHER)
EDIT = _act("edit", _("Change the words of a goal of one’s own, or of both"))
REACH = _act("reach", _("Say that a goal of one’s own, or of both, is reached"))
LET_GO = _act("let_go", _("Let go of a goal of one’s own, or of both"))
TAKE_UP = _act("take_up", _("Take up again a goal of one’s own, or of both"))


def may_add(membership: Membership, pairing: Pairing) -> bool:
    """Either half, for themselves and for both. Nobody sets a goal for the other."""
    return ADD.is_open_to(membership, pairing)


def may_edit(membership: Membership, goal: Goal) -> bool:
    return EDIT.is_open_to(membership, goal.pairing) and goal.is_of(membership) and goal.state == State.OPEN


def may_reach(membership: Membership, goal: Goal) -> bool:
    return REACH.is_open_to(membership, goal.pairing) and goal.is_of(membership) and goal.state == State.OPEN


def may_let_go(membership: Membership, goal: Goal) -> bool:
    return LET_GO.is_open_to(membership, goal.pairing) and goal.is_of(membership) and goal.state == State.OPEN


def may_take_up(membership: Membership, goal: Goal) -> bool:
    return TAKE_UP.is_open_to(membership, goal.pairing) and goal.is_of(membership) and goal.state != State.OPEN
