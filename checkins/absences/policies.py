"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from checkins.sessions.models import Session
from checkins.sessions.policies import has_begun, pair_act
from programs.memberships.models import Membership

State = Session.State

MISS = pair_act("miss", _("Say that you did not meet, and who could not make it"), "session-missed")


def may_miss(membership: Membership, session: Session, now: datetime) -> bool:
    return MISS.is_open_to(membership, session.pairing) and session.state == State.PLANNED and has_begun(session, now)
