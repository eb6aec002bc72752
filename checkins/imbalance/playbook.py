"""What one could do first about each kind of signal, and what to say. With both, as a routine: neither learns that there was a signal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from checkins.imbalance.models import Signal

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Kind = Signal.Kind


@dataclass(frozen=True)
class Act:
    """`say`: to each of the two in the same words."""

    first: "_StrOrPromise"
    then: "_StrOrPromise"
    say: "_StrOrPromise"


_TALK = Act(
    first=_("Talk with both, each alone, as a routine. Ask open questions and listen. Do not mention counts or answers."),
    then=_("Offer both a reset conversation. If one of them would rather have another partner, that needs no reason."),
    say=_(
        "“I ask both of you from time to time how it goes, each on your own. What comes up when you meet, and what comes up too seldom? "
        "What would you like to be different?”"
    ),
)

ACTS: dict[str, Act] = {
    Kind.TOGETHER: _TALK,
    Kind.FROM_START: _TALK,
    Kind.TOPICS: Act(
        first=_("Offer both the habit of the shared agenda: before each meeting each of them adds one topic, or says “nothing this time”."),
        then=_("Look again after three meetings. If nothing has changed, ask each alone how they like it: some pairs want it so."),
        say=_(
            "“Many pairs find it easier when each of them writes down one topic before they meet. Would you like to try that for your next "
            "three meetings?”"
        ),
    ),
    Kind.DECISIONS: Act(
        first=_("Invite both to look again at the part of their agreement that says how they decide, and how they reopen a decision."),
        then=_("Remind both that either may reopen a decision without a reason. Ask each alone how deciding goes."),
        say=_("“It helps to look at the agreement again after a while. How do you two decide things, and is that still right for you?”"),
    ),
    Kind.SCHEDULING: Act(
        first=_("Ask both who finds the times for their meetings, and whether that is fine for them."),
        then=_("Offer a fixed day, a series of meetings, or taking turns with suggesting the next time."),
        say=_("“How do you two find your times? Is that fine for you, or would a fixed day or taking turns be easier?”"),
    ),
    Kind.ANSWERS: Act(
        first=_("Ask both, each alone, how heard they feel. Do not mention what anybody answered."),
        then=_("Offer both a reset conversation. Look again after the next two check-ins."),
        say=_("“I ask both of you from time to time. How heard do you feel when you meet? What would help?”"),
    ),
    Kind.GAP: Act(
        first=_("Call both on the same day, as a routine. Ask each how they see it. Neither learns what the other says."),
        then=_("Offer both a reset conversation, and ask again after two weeks."),
        say=_("“I ask both of you from time to time how you see it, each for yourself. There is no wrong answer. How is it going?”"),
    ),
    Kind.SILENCE: Act(
        first=_("Write a short hello to both, by another way than the reminders."),
        then=_("If nobody has answered after three days, call both. It goes away by itself when the next check-in is answered."),
        say=_("“A short hello from me: how are you, and how is it going with you two? A word is enough.”"),
    ),
}
