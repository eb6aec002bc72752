"""May this person? Pure questions: no query, no write, no request."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from checkins.accounts.models import NotReached, SessionAccount
from checkins.agendas.models import AgendaItem
from checkins.sessions.models import Session, Told
from checkins.sessions.policies import has_begun
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

State = Session.State
# In which one can put right what one has just logged.
SECOND_THOUGHT = timedelta(minutes=15)

LOG = acts.declare("session.log", _("Log a meeting you have had"), "checkins:session-log")
LOG_PLANNED = acts.declare("session.log_planned", _("Log a meeting that was planned"), "checkins:session-log-planned")
PUT_RIGHT = acts.declare(
    "session.put_right",
    _("Put right a log one has written, within a quarter of an hour"),
    "checkins:session-put-right",
    who=acts.Who.ITS_AUTHOR,
)
REMEMBER = acts.declare("session.remember", _("Add how you remember a meeting"), "checkins:session-account")
CORRECT = acts.declare("session.correct", _("Agree to what the other remembers of a meeting"), "checkins:session-account-agree")
SAY_LED = acts.declare("session.say_led", _("Say that one led a meeting, as the other wrote down"), "checkins:session-led")


def may_log(membership: Membership, pairing: Pairing) -> bool:
    return LOG.is_open_to(membership, pairing)


def may_log_this(membership: Membership, session: Session, now: datetime) -> bool:
    """A planned one once it has begun, and one of which somebody said that it did not happen."""
    is_open = LOG_PLANNED.is_open_to(membership, session.pairing)
    return is_open and session.state in (State.PLANNED, State.MISSED) and has_begun(session, now)


def may_put_right(
    membership: Membership,
    session: Session,
    *,
    accounts: Iterable[SessionAccount],
    topics: Iterable[AgendaItem],
    not_reached: Iterable[NotReached],
    now: datetime,
) -> bool:
    """Whoever logged it, for a short while, until the other half says anything about it: that was said about what stood there.

    `accounts`, `topics` and `not_reached` are all that it has.
    """
    is_open = PUT_RIGHT.is_open_to(membership, session.pairing) and session.state == State.HELD and session.logged_by_id == membership.pk
    is_soon = session.logged_at is not None and now - session.logged_at <= SECOND_THOUGHT
    have_spoken = {account.author_id for account in accounts} | {topic.discussed_said_by_id for topic in topics}
    have_spoken |= {one.said_by_id for one in not_reached}
    if session.led_said_at is not None:
        have_spoken.add(session.led_by_id)
    # What the log says by now the other half has agreed to.
    is_agreed = session.logged != Told()
    return is_open and is_soon and not is_agreed and have_spoken <= {membership.pk, None}


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
