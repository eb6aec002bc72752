"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from checkins.absences.models import TIME_TO_ANSWER, Absence
from checkins.sessions.models import Session
from checkins.sessions.policies import has_begun
from matching.pairings import acts
from programs.memberships.models import Membership

State = Session.State

MISS = acts.declare("session.miss", _("Say that you did not meet, and how it came"), "checkins:session-missed")
AGREE = acts.declare("session.miss_agree", _("Agree to how the other says that you did not meet"), "checkins:session-missed-agree")


def may_say(membership: Membership, session: Session, now: datetime) -> bool:
    """Either half, once it has begun; and once one has said so, either says it or says it anew for a week."""
    is_first = session.state == State.PLANNED and has_begun(session, now)
    return MISS.is_open_to(membership, session.pairing) and (is_first or is_open(session, now))


def may_agree(membership: Membership, absence: Absence, now: datetime) -> bool:
    session = absence.session
    return AGREE.is_open_to(membership, session.pairing) and is_open(session, now) and absence.author_id != membership.pk


def is_open(session: Session, now: datetime) -> bool:
    closed_at = session.closed_at
    return session.state == State.MISSED and closed_at is not None and now < closed_at + TIME_TO_ANSWER
