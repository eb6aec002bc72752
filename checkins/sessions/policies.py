"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from checkins.sessions.models import Session, SessionAccount, SessionOption
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

State = Session.State


def _act(name: str, words: "_StrOrPromise", route: str, who: acts.Who = acts.Who.EITHER) -> acts.Act:
    return acts.register(
        acts.Act(name=f"session.{name}", words=words, route=f"checkins:{route}", states=frozenset({Pairing.State.ACTIVE}), who=who)
    )


PROPOSE = _act("propose", _("Suggest up to three times to meet"), "session-propose")
SUGGEST = _act("suggest", _("Suggest other times, or move a meeting"), "session-suggest")
PICK = _act("pick", _("Pick one of the times that the other suggested"), "session-pick")
DECLINE = _act("decline", _("Say no to times, or take back those one suggested"), "session-decline")
CHANGE = _act("change", _("Change where you meet or who leads"), "session-change")
CANCEL = _act("cancel", _("Cancel a meeting"), "session-cancel")
MISS = _act("miss", _("Say that you did not meet, and who could not make it"), "session-missed")
REPEAT = _act("repeat", _("Suggest the same time in two weeks"), "session-repeat")
LOG = _act("log", _("Log a meeting you have had"), "session-log")
LOG_PLANNED = _act("log_planned", _("Log a meeting that was planned"), "session-log-planned")
REMEMBER = _act("remember", _("Add how you remember a meeting"), "session-account")
CORRECT = _act("correct", _("Agree to when and how long the other remembers"), "session-account-agree")


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


def may_cancel(membership: Membership, session: Session, now: datetime) -> bool:
    """Until it begins. Afterwards the question is whether the two met."""
    return CANCEL.is_open_to(membership, session.pairing) and session.state == State.PLANNED and not has_begun(session, now)


def may_miss(membership: Membership, session: Session, now: datetime) -> bool:
    return MISS.is_open_to(membership, session.pairing) and session.state == State.PLANNED and has_begun(session, now)


def may_repeat(membership: Membership, session: Session) -> bool:
    return REPEAT.is_open_to(membership, session.pairing) and session.state in (State.PLANNED, State.HELD)


def may_log(membership: Membership, pairing: Pairing) -> bool:
    return LOG.is_open_to(membership, pairing)


def may_log_this(membership: Membership, session: Session, now: datetime) -> bool:
    """A planned one once it has begun, and one of which somebody said that it did not happen."""
    is_open = LOG_PLANNED.is_open_to(membership, session.pairing)
    return is_open and session.state in (State.PLANNED, State.MISSED) and has_begun(session, now)


def may_remember(membership: Membership, session: Session) -> bool:
    """Either half, beside what either wrote. It stays open for as long as the two are active."""
    return REMEMBER.is_open_to(membership, session.pairing) and session.state in (State.HELD, State.MISSED)


def may_correct(membership: Membership, session: Session, account: SessionAccount) -> bool:
    """What one half remembers otherwise changes the log when the other half agrees."""
    return CORRECT.is_open_to(membership, session.pairing) and session.state == State.HELD and account.author_id != membership.pk


def has_begun(session: Session, now: datetime) -> bool:
    return session.starts_at is not None and session.starts_at <= now


def is_over(session: Session, now: datetime) -> bool:
    return session.ends_at is not None and session.ends_at <= now
