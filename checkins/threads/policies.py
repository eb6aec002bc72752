"""May this person? Pure questions: no query, no write, no request."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from checkins.threads.models import Message
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

SEND = acts.declare("message.send", _("Write to the other"), "checkins:thread")
TAKE_BACK = acts.declare(
    "message.take-back",
    _("Take back a message of one’s own, within a quarter of an hour"),
    "checkins:message-take-back",
    who=acts.Who.ITS_AUTHOR,
)
MARK_READ = acts.declare(
    "message.mark-read",
    _("Say that one has read the messages, for oneself"),
    "checkins:thread-read",
    states=frozenset({Pairing.State.ACTIVE, Pairing.State.PAUSED, Pairing.State.CLOSED}),
)


def may_send(membership: Membership, pairing: Pairing) -> bool:
    """Either half. Staff neither read a thread nor write in it."""
    return SEND.is_open_to(membership, pairing)


def may_take_back(membership: Membership, message: Message, now: datetime) -> bool:
    """Whoever wrote it, for a short while: what has been read and answered is the other's as well."""
    is_own = message.author_id == membership.pk
    return TAKE_BACK.is_open_to(membership, message.pairing) and is_own and message.can_be_taken_back_at(now)


def may_mark_read(membership: Membership, pairing: Pairing) -> bool:
    """Either half, for themselves, also where nothing new can come."""
    return MARK_READ.is_open_to(membership, pairing)
