"""Writing to the other half, taking it back, and how far somebody has read."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from checkins.threads import policies
from checkins.threads.models import LONGEST_MESSAGE, Message, ThreadRead
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

# The kind of mail that says so; declared in `letters.py`.
NOTICE = "message-waiting"
# Who is here already needs no mail.
WAIT = timedelta(minutes=10)
AN_INSTANT = timedelta(microseconds=1)


@transaction.atomic
def send(*, pairing: Pairing, by: Membership, text: str, now: datetime) -> Message:
    """Write to the other half. Whoever writes has read what came before."""
    pairing = _locked(pairing)
    if not policies.may_send(by, pairing):
        raise Refused(_("The two of a pairing write to each other while it is active. Nothing was sent."))
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_MESSAGE:
        raise Refused(_("Write a message of at most %(most)s characters.") % {"most": LONGEST_MESSAGE})
    # Both may write in the same instant, and clocks differ: what comes second stands second.
    last = Message.objects.filter(pairing=pairing).aggregate(last=Max("sent_at"))["last"]
    sent_at = max(now, last + AN_INSTANT) if last else now
    message = Message.objects.create(pairing=pairing, author=by, text=text, sent_at=sent_at)
    _come_to(message, by, now)
    _settle_notice(_mark_of(pairing, pairing.other_half(by)), now)
    audit.record(verb="message.sent", subject=message, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return message


@transaction.atomic
def take_back(*, message: Message, by: Membership, now: datetime) -> Message:
    """Take a message of one's own off the page. That it was there stays to see. Doing so twice changes nothing.

    Its words are kept, unreadable at rest and on no page: the other half may have read them, also before they said so, and what was
    written to somebody is theirs to show to those who help. Were it refused once it was read, the refusal would tell that it was read.
    """
    pairing = _locked(message.pairing)
    message = Message.objects.select_for_update(of=["self"]).get(pk=message.pk)
    message.pairing = pairing
    if message.removed_at is not None and message.author_id == by.pk:
        return message
    if not policies.may_take_back(by, message, now):
        raise Refused(_("A message can be taken back for a quarter of an hour, by whoever wrote it. Nothing was changed."))
    message.kept, message.text, message.removed_at = message.text, "", now
    message.save(update_fields=["kept", "text", "removed_at"])
    _settle_notice(_mark_of(pairing, pairing.other_half(by)), now)
    audit.record(verb="message.taken_back", subject=message, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return message


@transaction.atomic
def mark_read(*, message: Message, by: Membership, now: datetime) -> None:
    """Note that somebody has read up to this message. The trail holds no word of it: what somebody reads is theirs."""
    pairing = message.pairing = _locked(message.pairing)
    if not policies.may_mark_read(by, pairing):
        raise Refused(_("Only the two of a pairing read its messages."))
    _come_to(message, by, now)


def stop(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has just been paused or has ended: nobody is told of what is unread. What has gone already counts as told."""
    for mark in ThreadRead.objects.filter(pairing=pairing).order_by("pk"):
        if outbox.cancel(kind=NOTICE, subject_ids=[mark.pk], now=now):
            mark.told_at = None
            mark.save(update_fields=["told_at"])


def go_on(*, pairing: Pairing, now: datetime) -> None:
    """A pairing goes on after a pause: who has something unread and was not told of it is told."""
    for mark in ThreadRead.objects.filter(pairing=pairing).select_related("membership__user").order_by("pk"):
        mark.pairing = pairing
        _settle_notice(mark, now)


def _locked(pairing: Pairing) -> Pairing:
    return Pairing.objects.select_for_update(of=["self"], no_key=True).with_halves().get(pk=pairing.pk)


def _mark_of(pairing: Pairing, half: Membership) -> ThreadRead:
    """The pairing is locked, so there is one."""
    mark, _is_new = ThreadRead.objects.get_or_create(pairing=pairing, membership=half)
    mark.pairing, mark.membership = pairing, half
    return mark


def _come_to(message: Message, half: Membership, now: datetime) -> None:
    """They are here: they have read up to this message, and are told of nothing but what came after it. Twice changes nothing."""
    mark = _mark_of(message.pairing, half)
    if mark.read_at is not None and message.sent_at <= mark.read_at:
        return
    mark.read_at = message.sent_at
    mark.told_at = None
    mark.save(update_fields=["read_at", "told_at"])
    outbox.cancel(kind=NOTICE, subject_ids=[mark.pk], now=now)
    _settle_notice(mark, now)


def _settle_notice(mark: ThreadRead, now: datetime) -> None:
    """One mail about all that is unread, owed once until they have been back; none where all was taken back before it went.

    While the pairing rests none is owed: it is when it goes on.
    """
    unread = Message.objects.filter(pairing=mark.pairing).unread_by(mark.membership).order_by("sent_at").first()
    if unread is None and outbox.cancel(kind=NOTICE, subject_ids=[mark.pk], now=now):
        mark.told_at = None
    elif unread is not None and mark.told_at is None and mark.pairing.state == Pairing.State.ACTIVE:
        mark.told_at = now
        outbox.owe(
            kind=NOTICE,
            subject_id=mark.pk,
            recipient=mark.membership.user,
            # The same message is owed about again after a pause.
            slot=f"{unread.pk}.{now:%Y%m%dT%H%M%S}",
            program_id=mark.pairing.program_id,
            due_at=now + WAIT,
            now=now,
        )
    mark.save(update_fields=["told_at"])
