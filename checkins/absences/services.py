"""Saying that a planned meeting did not happen."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.absences import policies
from checkins.sessions import services as sessions
from checkins.sessions.models import Session
from matching.facts import services as facts
from matching.facts.models import Fact
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership

State, Absent = Session.State, Session.Absent


@transaction.atomic
def miss(*, session: Session, by: Membership, absent: str, now: datetime) -> Session:
    """Say that the two did not meet, and who could not make it: `Session.Absent`. If they did after all, either logs it.

    A fact is noted about the one who says so, where they could not make it themselves, and never about the other half: who is
    quicker to say it does not decide alone what counts about the other.
    """
    session = sessions.locked_session(session)
    if not policies.may_miss(by, session, now):
        raise Refused(_("Somebody has said already what became of this meeting, or its time is still to come."))
    if absent not in Absent.values:
        raise Refused(_("Choose who could not make it."))
    sessions.let_go(session, now)
    session.state, session.absent, session.closed_by, session.closed_at = State.MISSED, absent, by, now
    session.save(update_fields=["state", "absent", "closed_by", "closed_at"])
    if absent in (Absent.BOTH, session.pairing.side_of(by)):
        facts.note(pairing=session.pairing, by=by, kind=Fact.Kind.SESSION_MISSED, source_id=session.pk, happened_at=now)
    sessions.record("session.missed", session, by, now)
    return session
