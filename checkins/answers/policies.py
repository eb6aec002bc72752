"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from checkins.answers.models import CheckIn
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

ANSWER = acts.declare("checkin.answer", _("Answer a check-in, for oneself"), "checkins:checkin")


def may_answer(membership: Membership, check_in: CheckIn, now: datetime) -> bool:
    """The person who is asked, while it is open. A pairing that stops calls off what is unanswered; what was answered stays theirs."""
    return check_in.membership_id == membership.pk and check_in.is_open_at(now)


def may_answer_by_link(check_in: CheckIn, now: datetime) -> bool:
    """While it is open, of a person who is still there and a pairing that goes on; at its end, what is asked at the end.

    Stricter than for who signs in: a link that lies about in a mailbox opens nothing that nobody waits for.
    """
    pairing = check_in.pairing
    is_asked = pairing.state == Pairing.State.ACTIVE or (
        pairing.state == Pairing.State.CLOSED and check_in.occasion == CheckIn.Occasion.CLOSING
    )
    is_there = check_in.membership.left_at is None and check_in.membership.user.is_active and pairing.program.archived_at is None
    return is_asked and is_there and check_in.is_open_at(now)
