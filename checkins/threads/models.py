import uuid
from datetime import UTC, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from matching.pairings.models import OfTwoQuerySet, Pairing
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership

LONGEST_MESSAGE = 10_000
# In which one can take a message back.
SECOND_THOUGHT = timedelta(minutes=15)
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class MessageQuerySet(OfTwoQuerySet["Message"]):
    def unread_by(self, membership: Membership) -> Self:
        """What the other half has sent since this one was last here, without what was taken back."""
        read = ThreadRead.objects.of(membership).filter(pairing=OuterRef("pairing"), read_at__gte=OuterRef("sent_at"))
        return self.filter(~Exists(read), ~Q(author=membership), removed_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-sent_at", "-pk")


class Message(models.Model):
    """What one half writes to the other. Taken back, it shows nothing any more, but that it was there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    # Each later than the one before, so that nothing comes to stand before what somebody has read already.
    sent_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    # The words of what was taken back. No page shows them.
    kept = EncryptedTextField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pairing", "sent_at"], name="checkins_message_one_after_another"),
            models.CheckConstraint(
                condition=(Q(removed_at=None) & ~Q(text="")) | Q(removed_at__isnull=False, text=""),
                name="checkins_message_says_something_until_taken_back",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, kept=None) | Q(removed_at__isnull=False, kept__isnull=False),
                name="checkins_message_is_kept_once_taken_back",
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}"

    def can_be_taken_back_at(self, now: datetime) -> bool:
        return self.removed_at is None and now - self.sent_at <= SECOND_THOUGHT


class ThreadReadQuerySet(models.QuerySet["ThreadRead"]):
    def visible_to(self, membership: Membership) -> Self:
        """The person's own: whether somebody has read a message is told to nobody else."""
        return self.of(membership)

    def of(self, membership: Membership) -> Self:
        return self.filter(membership=membership)

    def with_more_to_read(self) -> Self:
        """Whose person has not come to everything that is there for them."""
        since = Coalesce(OuterRef("read_at"), Value(BEFORE_ALL))
        there = Message.objects.filter(pairing=OuterRef("pairing"), removed_at=None, sent_at__gt=since)
        return self.filter(Exists(there.exclude(author=OuterRef("membership"))))


class ThreadRead(models.Model):
    """How far one half has read."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="thread_reads")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    # When the newest message was sent that they have come to; empty before the first.
    read_at = models.DateTimeField(null=True, blank=True)
    # When a mail was last owed about what is unread; empty again once they have been back.
    told_at = models.DateTimeField(null=True, blank=True)

    objects = ThreadReadQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pairing", "membership"], name="checkins_threadread_one_a_half")]

    def __str__(self) -> str:
        return f"ThreadRead {self.pk}"
