"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

START = acts.declare("review.start", _("Start a review"), "checkins:review-start")
ANSWER = acts.declare("review.answer", _("Answer the questions of a review, alone"), "checkins:reviews")
TAKE_BACK = acts.declare(
    "review.take_back",
    _("Take back what one has answered alone in a review"),
    "checkins:review-take-back",
    who=acts.Who.ITS_AUTHOR,
    states=acts.ALSO_WHILE_PAUSED,
)
NOT_NOW = acts.declare("review.not_now", _("Leave a review for now, without saying so to the other"), "checkins:review-not-now")
TALK = acts.declare("review.talk", _("Put what a review shows on the agenda"), "checkins:review-topic")
WRITE = acts.declare("review.write", _("Write down together what comes of a review"), "checkins:review-write")


def may_start(membership: Membership, pairing: Pairing) -> bool:
    """Either half."""
    return START.is_open_to(membership, pairing)


def may_write(membership: Membership, pairing: Pairing) -> bool:
    """Either half, of what both have answered."""
    return WRITE.is_open_to(membership, pairing)
