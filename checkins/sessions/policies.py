"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from checkins.sessions.models import Session, SessionOption
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

State = Session.State

PROPOSE = acts.declare("session.propose", _("Suggest up to three times to meet, once or as a series"), "checkins:session-propose")
SUGGEST = acts.declare("session.suggest", _("Suggest other times, or move a meeting"), "checkins:session-suggest")
PICK = acts.declare("session.pick", _("Pick one of the times that the other suggested"), "checkins:session-pick")
DECLINE = acts.declare("session.decline", _("Say no to times, or take back those one suggested"), "checkins:session-decline")
CHANGE = acts.declare("session.change", _("Change where you meet or who leads"), "checkins:session-change")
LEAD_AGREE = acts.declare("session.lead_agree", _("Agree that the other leads"), "checkins:session-lead-agree")
LEAD_DECLINE = acts.declare(
    "session.lead_decline", _("Leave it as it is who leads, or take back that one would like to"), "checkins:session-lead-decline"
)
CANCEL = acts.declare("session.cancel", _("Cancel a meeting"), "checkins:session-cancel")
REPEAT = acts.declare("session.repeat", _("Suggest the same time in two weeks"), "checkins:session-repeat")


def may_propose(membership: Membership, pairing: Pairing) -> bool:
    return PROPOSE.is_open_to(membership, pairing)


def may_suggest(membership: Membership, session: Session) -> bool:
    """Other times for what is suggested, or new ones for what is planned. Either half, whoever suggested the ones before."""
    return SUGGEST.is_open_to(membership, session.pairing) and session.state in Session.OPEN_STATES


def may_pick(membership: Membership, session: Session, option: SessionOption) -> bool:
    """Whichever half did not suggest it: a time is agreed by two."""
    is_open = session.state in Session.OPEN_STATES and option.closed_at is None and option.session_id == session.pk
    return PICK.is_open_to(membership, session.pairing) and is_open and option.proposed_by_id != membership.pk


def may_decline(membership: Membership, session: Session) -> bool:
    return DECLINE.is_open_to(membership, session.pairing) and session.state in Session.OPEN_STATES


def may_change(membership: Membership, session: Session, now: datetime) -> bool:
    """Where and who, until it is over."""
    return CHANGE.is_open_to(membership, session.pairing) and session.state == State.PLANNED and not is_over(session, now)


def may_agree_to_lead(membership: Membership, session: Session, now: datetime) -> bool:
    """Whichever half did not wish for it: nobody takes a turn that is not theirs."""
    waits = _waits_for_a_leader(session, now) and session.lead_wished_by_id != membership.pk
    return LEAD_AGREE.is_open_to(membership, session.pairing) and waits


def may_decline_to_lead(membership: Membership, session: Session, now: datetime) -> bool:
    return LEAD_DECLINE.is_open_to(membership, session.pairing) and _waits_for_a_leader(session, now)


def may_cancel(membership: Membership, session: Session, now: datetime) -> bool:
    """Until it begins. Afterwards the question is whether the two met."""
    return CANCEL.is_open_to(membership, session.pairing) and session.state == State.PLANNED and not has_begun(session, now)


def may_repeat(membership: Membership, session: Session) -> bool:
    return REPEAT.is_open_to(membership, session.pairing) and session.state in (State.PLANNED, State.HELD)


def has_begun(session: Session, now: datetime) -> bool:
    return session.starts_at is not None and session.starts_at <= now


def is_over(session: Session, now: datetime) -> bool:
    return session.ends_at is not None and session.ends_at <= now


def _waits_for_a_leader(session: Session, now: datetime) -> bool:
    return session.state == State.PLANNED and session.lead_wished_by_id is not None and not is_over(session, now)
