"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from checkins.answers.models import CheckIn
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

ANSWER = acts.register(
    acts.Act(
        name="checkin.answer",
        words=_("Answer a check-in, for oneself"),
        route="checkins:checkin",
        states=frozenset({Pairing.State.ACTIVE}),
    )
)


def may_answer(membership: Membership, check_in: CheckIn, now: datetime) -> bool:
    """The person who is asked, while it is open. A pairing that stops calls off what is unanswered; what was answered stays theirs."""
    return check_in.membership_id == membership.pk and check_in.is_open_at(now)
