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
SETTLED_WITH = ["state", "settled_at", "first_agreed_at", "second_agreed_at", "first_says", "second_says"]


class Collided(Refused):
    """The other half has saved the goal meanwhile: `goal` is as it stands now, and nothing was written."""

    def __init__(self, goal: Goal, sentence: str) -> None:
        super().__init__(sentence)
        self.goal = goal


@transaction.atomic
def add(*, pairing: Pairing, by: Membership, text: str, now: datetime, why: str = "", together: bool = False) -> Goal:
    """A goal of one's own; or with `together` of both, which waits for the yes of the other."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_add(by, pairing):
        raise Refused(_("Goals are added by the two of a pairing, while it is active."))
    goal = Goal(pairing=pairing, whose=Goal.Whose.BOTH if together else pairing.side_of(by), written_by=by, made_at=now)
    goal.text, goal.why = _checked(text, why)
    _refuse_too_many(goal)
    if together:
        _ask_the_other(goal, by, now)
    goal.save()
    _record("added", goal, by, now)
    return goal


@transaction.atomic
def agree(*, goal: Goal, by: Membership, version: int, now: datetime) -> Goal:
    """The second yes to a goal of both: it is open. `version` is the one that was read. Saying it twice changes nothing."""
    goal = _locked(goal)
    if goal.state == State.OPEN and goal.is_of_both and goal.is_of(by):
        return goal
    if not policies.may_agree(by, goal):
        raise Refused(_why_not(goal, _("This goal does not wait for your yes any more.")))
    if version != goal.version:
        raise Collided(goal, _("This goal was changed meanwhile. Read it once more before you say yes."))
    setattr(goal, f"{goal.pairing.side_of(by)}_agreed_at", now)
    goal.state = State.OPEN
    goal.save(update_fields=["first_agreed_at", "second_agreed_at", "state"])
    _record("agreed", goal, by, now)
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
    if goal.state == State.PROPOSED:
        _ask_the_other(goal, by, now)
    goal.save(update_fields=["text", "why", "version", "written_by", "first_agreed_at", "second_agreed_at"])
    _record("edited", goal, by, now)
    return goal


@transaction.atomic
def reach(*, goal: Goal, by: Membership, now: datetime) -> Goal:
    """Say that it is reached. A goal of both is when both say so. Saying it twice changes nothing."""
    goal = _locked(goal)
    if goal.state == State.REACHED and goal.is_of(by):
        return goal
    if not policies.may_reach(by, goal):
        raise Refused(_why_not(goal, _("Whose goal it is says when it is reached.")))
    return _settle(goal, State.REACHED, by, now)


@transaction.atomic
def let_go(*, goal: Goal, by: Membership, now: datetime) -> Goal:
    """Aims change: it is not wanted any more. A goal of both that is open is let go by both. Letting it go twice changes nothing."""
    goal = _locked(goal)
    if goal.state == State.LET_GO and goal.is_of(by):
        return goal
    if not policies.may_let_go(by, goal):
        raise Refused(_why_not(goal, _("Whose goal it is can let it go.")))
    return _settle(goal, State.LET_GO, by, now)


@transaction.atomic
def take_up(*, goal: Goal, by: Membership, now: datetime) -> Goal:
    """It is open again; of both, once the other says yes, or at once where only I had said what became of it. Twice changes nothing."""
    goal = _locked(goal)
    if goal.state in Goal.CURRENT and goal.is_of(by) and not policies.may_take_up(by, goal):
        return goal
    if not policies.may_take_up(by, goal):
        raise Refused(_why_not(goal, _("Whose goal it is can take it up again.")))
    if goal.state in Goal.CURRENT:
        _say(goal, by, "")
    else:
        _refuse_too_many(goal)
        goal.state, goal.settled_at, goal.first_says, goal.second_says = State.OPEN, None, "", ""
        if goal.is_of_both:
            _ask_the_other(goal, by, now)
    goal.save(update_fields=SETTLED_WITH)
    _record("taken_up", goal, by, now)
    return goal


def _locked(goal: Goal) -> Goal:
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=goal.pairing_id)
    found = Goal.objects.get(pk=goal.pk)
    found.pairing = pairing
    return found


def _ask_the_other(goal: Goal, by: Membership, now: datetime) -> None:
    goal.state, goal.first_agreed_at, goal.second_agreed_at = State.PROPOSED, None, None
    setattr(goal, f"{goal.pairing.side_of(by)}_agreed_at", now)


def _say(goal: Goal, by: Membership, what: str) -> None:
    setattr(goal, f"{goal.pairing.side_of(by)}_says", what)


def _settle(goal: Goal, state: Goal.State, by: Membership, now: datetime) -> Goal:
    """A goal of both that is open only when both say the same."""
    if goal.is_of_both and goal.state == State.OPEN:
        if goal.said_by(by) == state:
            return goal
        _say(goal, by, state)
    if not goal.is_of_both or goal.state == State.PROPOSED or goal.first_says == goal.second_says:
        goal.state, goal.settled_at = state, now
    goal.save(update_fields=SETTLED_WITH)
    _record(state if goal.settled_at else f"said_{state}", goal, by, now)
    return goal


def _checked(text: str, why: str) -> tuple[str, str]:
    text, why = " ".join(text.split()), why.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise Refused(_("Write the goal in one line of at most %(most)s characters.") % {"most": LONGEST_TEXT})
    if len(why) > LONGEST_WHY:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_WHY})
    return text, why


def _refuse_too_many(goal: Goal) -> None:
    if Goal.objects.filter(pairing=goal.pairing_id, whose=goal.whose).current().count() >= MOST_OPEN:
        raise Refused(_("There are %(most)s open goals here. Reach one or let one go, and then add another.") % {"most": MOST_OPEN})


def _why_not(goal: Goal, otherwise: str) -> str:
    if goal.pairing.state != Pairing.State.ACTIVE:
        return _("Goals are changed by the two of a pairing, while it is active.")
    return otherwise


def _record(verb: str, goal: Goal, by: Membership, now: datetime) -> None:
    audit.record(verb=f"goal.{verb}", subject=goal, program_id=goal.pairing.program_id, actor_id=by.user_id, now=now)
