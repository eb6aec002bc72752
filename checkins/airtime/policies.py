"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime, timedelta
from typing import cast

from django.utils.translation import gettext_lazy as _

from checkins.sessions.models import Session
from matching.pairings import acts
from programs.memberships.models import Membership

# Of a meeting longer ago nobody knows it any more.
ASKED_FOR = timedelta(days=14)

SAY = acts.declare("airtime.say", _("Say roughly who talked and who decided, after a meeting"), "checkins:airtime")


def may_say(membership: Membership, session: Session, now: datetime) -> bool:
    """Either half, each for themselves, while they remember."""
    return SAY.is_open_to(membership, session.pairing) and session.state == Session.State.HELD and closes_at(session) > now


def closes_at(session: Session) -> datetime:
    # One that was held has a time.
    return cast(datetime, session.starts_at) + ASKED_FOR
