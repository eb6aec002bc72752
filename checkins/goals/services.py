"""Writing down what one would like to learn, changing it, and saying what became of it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.goals import policies
from checkins.goals.models import LONGEST_TEXT, LONGEST_WHY, Goal
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership

# So that a page shows all that are open. More than this is no aim any more.
MOST_OPEN = 12

State = Goal.State


class Collided(Refused):
    """The other half has saved the goal meanwhile: `goal` is as it stands now, and nothing was written."""

    def __init__(self, goal: Goal, sentence: str) -> None:
        super().__init__(sentence)
        self.goal = goal


@transaction.atomic
def add(*, pairing: Pairing, by: Membership, text: str, now: datetime, why: str = "", together: bool = False) -> Goal:
    """A goal of one's own, or with `together` of both."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_add(by, pairing):
        raise Refused(_("Goals are added by the two of a pairing, while it is active."))
    goal = Goal(pairing=pairing, whose=Goal.Whose.BOTH if together else pairing.side_of(by), written_by=by, made_at=now)
    goal.text, goal.why = _checked(text, why)
    _refuse_too_many(goal)
    goal.save()
    _record("added", goal, by, now)
    return goal


@transaction.atomic
def edit(*, goal: Goal, by: Membership, text: str, version: int, now: datetime, why: str = "") -> Goal:
    """Change its words. `version` is the one that was read: raises `Collided` where another was saved since."""
    goal = _locked(goal)
    if not policies.may_edit(by, goal):
        raise Refused(_why_not(goal, _("A goal that is open can be changed by whose it is.")))
    text, why = _checked(text, why)
    if (text, why) == (goal.text, goal.why):
        return goal
    if version != goal.version:
        raise Collided(goal, _("This goal was changed while you were writing. Nothing is lost: look at both texts."))
    goal.text, goal.why, goal.version, goal.written_by = text, why, goal.version + 1, by
    goal.save(update_fields=["text", "why", "version", "written_by"])
    _record("edited", goal, by, now)
    return goal


@transaction.atomic
def reach(*, goal: Goal, by: Membership, now: datetime) -> Goal:
    """Say that it is reached. Saying it twice changes nothing."""
    goal = _locked(goal)
    if goal.state == State.REACHED and goal.is_of(by):
        return goal
    if not policies.may_reach(by, goal):
        raise Refused(_why_not(goal, _("Whose goal it is says when it is reached.")))
    return _settle(goal, State.REACHED, by, now)


@transaction.atomic
def let_go(*, goal: Goal, by: Membership, now: datetime) -> Goal:
    """Aims change: it is not wanted any more. Letting it go twice changes nothing."""
    goal = _locked(goal)
    if goal.state == State.LET_GO and goal.is_of(by):
        return goal
    if not policies.may_let_go(by, goal):
        raise Refused(_why_not(goal, _("Whose goal it is can let it go.")))
    return _settle(goal, State.LET_GO, by, now)


@transaction.atomic
def take_up(*, goal: Goal, by: Membership, now: datetime) -> Goal:
    """It is open again. Taking it up twice changes nothing."""
    goal = _locked(goal)
    if goal.state == State.OPEN and goal.is_of(by):
        return goal
    if not policies.may_take_up(by, goal):
        raise Refused(_why_not(goal, _("Whose goal it is can take it up again.")))
    _refuse_too_many(goal)
    goal.state, goal.settled_at = State.OPEN, None
    goal.save(update_fields=["state", "settled_at"])
    _record("taken_up", goal, by, now)
    return goal


def _locked(goal: Goal) -> Goal:
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=goal.pairing_id)
    found = Goal.objects.get(pk=goal.pk)
    found.pairing = pairing
    return found


def _settle(goal: Goal, state: Goal.State, by: Membership, now: datetime) -> Goal:
    goal.state, goal.settled_at = state, now
    goal.save(update_fields=["state", "settled_at"])
    _record(state, goal, by, now)
    return goal


def _checked(text: str, why: str) -> tuple[str, str]:
    text, why = " ".join(text.split()), why.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise Refused(_("Write the goal in one line of at most %(most)s characters.") % {"most": LONGEST_TEXT})
    if len(why) > LONGEST_WHY:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_WHY})
    return text, why


def _refuse_too_many(goal: Goal) -> None:
    if Goal.objects.filter(pairing=goal.pairing_id, whose=goal.whose).open().count() >= MOST_OPEN:
        raise Refused(_("There are %(most)s open goals here. Reach one or let one go, and then add another.") % {"most": MOST_OPEN})


def _why_not(goal: Goal, otherwise: str) -> str:
    if goal.pairing.state != Pairing.State.ACTIVE:
        return _("Goals are changed by the two of a pairing, while it is active.")
    return otherwise


def _record(verb: str, goal: Goal, by: Membership, now: datetime) -> None:
    audit.record(verb=f"goal.{verb}", subject=goal, program_id=goal.pairing.program_id, actor_id=by.user_id, now=now)
