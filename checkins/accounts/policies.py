"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from checkins.accounts.models import SessionAccount
from checkins.sessions.models import Session
from checkins.sessions.policies import has_begun, pair_act
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

State = Session.State

LOG = pair_act("log", _("Log a meeting you have had"), "session-log")
LOG_PLANNED = pair_act("log_planned", _("Log a meeting that was planned"), "session-log-planned")
REMEMBER = pair_act("remember", _("Add how you remember a meeting"), "session-account")
CORRECT = pair_act("correct", _("Agree to what the other remembers of a meeting"), "session-account-agree")
SAY_LED = pair_act("say_led", _("Say that one led a meeting, as the other wrote down"), "session-led")


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


def may_say_led(membership: Membership, session: Session) -> bool:
    """The half that led, as the other wrote down: it counts for nobody on the word of another."""
    is_open = session.state == State.HELD and session.led_said_at is None
    return SAY_LED.is_open_to(membership, session.pairing) and is_open and session.led_by_id == membership.pk
