"""May this person? Pure questions: no query, no write, no request."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

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
    return acts.register(acts.Act(name=f"review.{verb}", words=words, route=f"checkins:{route}", states=states, who=who))


START = _act("start", _("Start a review"), "review-start")
ANSWER = _act("answer", _("Answer the questions of a review, alone"), "reviews")
TAKE_BACK = _act(
    "take_back",
    _("Take back what one has answered alone in a review"),
    "review-take-back",
    acts.Who.ITS_AUTHOR,
    ALSO_WHILE_PAUSED,
)
NOT_NOW = _act("not_now", _("Leave a review for now, without saying so to the other"), "review-not-now")
TALK = _act("talk", _("Put what a review shows on the agenda"), "review-topic")
WRITE = _act("write", _("Write down together what comes of a review"), "review-write")


def may_start(membership: Membership, pairing: Pairing) -> bool:
    """Either half."""
    return START.is_open_to(membership, pairing)


def may_write(membership: Membership, pairing: Pairing) -> bool:
    """Either half, of what both have answered."""
    return WRITE.is_open_to(membership, pairing)
