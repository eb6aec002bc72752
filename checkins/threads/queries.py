"""What is unread, and one page of a thread."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Subquery

from checkins.threads import policies
from checkins.threads.models import Message
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

MESSAGES_A_PAGE = 50
# Beyond it, how many there are says nothing more.
MOST_COUNTED = 20


@dataclass(frozen=True)
class Waiting:
    """What somebody has not read, for their pair's page. `newest` is None where there is nothing."""

    newest: Message | None
    number: int
    has_more: bool
    may_send: bool


def have_written(*, pairing: Pairing, now: datetime) -> bool:
    return Message.objects.filter(pairing=pairing).exists()


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> Waiting:
    """One query, however much is unread."""
    unread = list(Message.objects.in_pairing(pairing, me).unread_by(me).newest_first()[: MOST_COUNTED + 1])
    return Waiting(
        newest=unread[0] if unread else None,
        number=min(len(unread), MOST_COUNTED),
        has_more=len(unread) > MOST_COUNTED,
        may_send=policies.may_send(me, pairing),
    )


def unread_in(pairings: Sequence[Pairing], me: Membership) -> dict[int, int]:
    """How many there are, by the key of each pairing in which something is unread. One query, and no word of them."""
    unread = Message.objects.filter(pairing__in=[pairing.pk for pairing in pairings]).unread_by(me)
    return dict(unread.order_by().values_list("pairing").annotate(Count("pk")))


@dataclass(frozen=True)
class Part:
    """Some messages in the order in which they were sent, and the keys of those that I have not come to."""

    messages: Sequence[Message]
    unread: frozenset[uuid.UUID]
    has_earlier: bool

    @property
    def newest_unread(self) -> Message | None:
        return next((message for message in reversed(self.messages) if message.pk in self.unread), None)


def part_of_thread(pairing: Pairing, me: Membership, before: uuid.UUID | None = None) -> Part:
    """The newest messages, or those before the one named. What comes in the meantime shifts nothing. Two queries."""
    thread = Message.objects.in_pairing(pairing, me)
    asked = thread.newest_first()
    if before is not None and thread.filter(pk=before).exists():
        asked = asked.filter(sent_at__lt=Subquery(thread.filter(pk=before).values("sent_at")))
    found = list(asked[: MESSAGES_A_PAGE + 1])
    shown = found[MESSAGES_A_PAGE - 1 :: -1] if len(found) > MESSAGES_A_PAGE else found[::-1]
    for message in shown:
        message.pairing = pairing
        message.author = me if message.author_id == me.pk else pairing.other_half(me)
    unread = thread.unread_by(me).filter(pk__in=[message.pk for message in shown]).values_list("pk", flat=True)
    return Part(messages=shown, unread=frozenset(unread), has_earlier=len(found) > MESSAGES_A_PAGE)
