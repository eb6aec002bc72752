"""A mail that is owed is a row. It is written with its cause, and what became of it stands in its state."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Func, IntegerField, Q, TextField
from django.db.models.functions import Cast, Now
from django.db.models.lookups import LessThanOrEqual

from mentoring.kernel.encryption.fields import EncryptedTextField

MOST_ATTEMPTS = 8
MOST_CONTEXT_BYTES = 1024
# Of this priority and lower ones: reminders and digests.
FIRST_THAT_CAN_WAIT = 2
# The kind of mail that carries others.
DIGEST = "digest"


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
    def about(self, *, kind: str, subject_ids: Iterable[object]) -> Self:
        return self.filter(kind=kind, subject__in=[str(subject_id) for subject_id in subject_ids])

    def open(self) -> Self:
        """What is still owed, kept back or not."""
        return self.filter(state__in=OutboxMessage.OPEN)

    def not_handed_over(self) -> Self:
        """What no mail server has been offered yet, alone or in a digest, so that it can still be taken back."""
        return self.open().filter(handed_over_at=None, gathered_into__handed_over_at=None)

    def can_wait(self) -> Self:
        """What goes when and as its person wishes. What goes to a bare address has nobody to wish."""
        return self.filter(priority__gte=FIRST_THAT_CAN_WAIT, recipient__isnull=False)

    def due_at(self, now: datetime) -> Self:
        """What should have gone by now. A retry is due when its wait is over."""
        return self.filter(state__in=[OutboxMessage.State.PENDING, OutboxMessage.State.LEASED], available_at__lte=now).filter(
            Q(expires_at=None) | Q(expires_at__gt=now)
        )

    def dead(self) -> Self:
        return self.filter(state=OutboxMessage.State.DEAD)


class OutboxMessage(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        LEASED = "leased"
        SENT = "sent"
        CANCELLED = "cancelled"
        EXPIRED = "expired"
        DEAD = "dead"
        HELD = "held"
        # Goes in a digest, whose row is leased and handed over for it.
        GATHERED = "gathered"

    class CameBack(models.TextChoices):
        """What a mail server, or the one after it, said of a mail that it had taken or was to take."""

        PERMANENT = "permanent"
        TRANSIENT = "transient"
        COMPLAINT = "complaint"

    OPEN = (State.PENDING, State.LEASED, State.HELD, State.GATHERED)
    # Over for good. A dead one is over too, but can be sent again, and so keeps its address and its secret.
    FORGOTTEN = (State.SENT, State.CANCELLED, State.EXPIRED)

    # What the encrypted columns are bound to.
    row = models.UUIDField(default=uuid.uuid4, editable=False)
    dedupe_key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    # A number, no key: the kernel knows no program. Empty for account mail.
    program_id = models.BigIntegerField(null=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # Only where there is no user yet; a user's address is read when the mail is sent.
    address = EncryptedTextField(null=True, row_field="row")
    # What the text needs and no table may hold in clear: a sign-in code, the token of an invitation.
    secret = EncryptedTextField(null=True, row_field="row")
    context = models.JSONField(default=dict)
    priority = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    available_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    doubtful_count = models.PositiveSmallIntegerField(default=0)
    # The digest that carries it, or did.
    gathered_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="carries", db_index=False)
    sent_at = models.DateTimeField(null=True)
    came_back = models.CharField(max_length=10, choices=CameBack, blank=True, default="")
    came_back_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=255, unique=True)
    # The server's code, its enhanced code and a word of ours; never an address, never the server's own words.
    last_error = models.CharField(max_length=80, blank=True, default="")

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["priority", "available_at", "id"], condition=Q(state="pending"), name="kernel_outbox_to_claim"),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="kernel_outbox_to_reap"),
            models.Index(fields=["lease_token"], condition=Q(state="leased"), name="kernel_outbox_of_a_lease"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="kernel_outbox_to_retire"),
            models.Index(fields=["kind", "subject"], name="kernel_outbox_about"),
            models.Index(fields=["gathered_into"], condition=Q(gathered_into__isnull=False), name="kernel_outbox_of_a_digest"),
            models.Index(fields=["id"], condition=Q(state="gathered"), name="kernel_outbox_to_settle"),
            models.Index(fields=["program_id", "due_at", "id"], name="kernel_outbox_of_a_program"),
            models.Index(fields=["program_id"], condition=Q(state="dead"), name="kernel_outbox_given_up"),
            models.Index(
                fields=["recipient"],
                condition=Q(state__in=["pending", "leased", "gathered"], priority__gte=FIRST_THAT_CAN_WAIT),
                name="kernel_outbox_of_a_person",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "leased", "sent", "cancelled", "expired", "dead", "held", "gathered"]),
                name="kernel_outbox_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="leased", lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state="leased") & Q(lease_token=None, lease_until=None)),
                name="kernel_outbox_leased_has_a_token",
            ),
            models.CheckConstraint(
                condition=Q(state="leased") | Q(state__in=["sent", "dead"]) | Q(handed_over_at=None),
                name="kernel_outbox_handed_over_is_not_waiting",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="kernel_outbox_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "cancelled", "expired", "dead"], ended_at__isnull=False)
                | Q(state__in=["pending", "leased", "held", "gathered"], ended_at=None),
                name="kernel_outbox_ended_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "cancelled", "expired"]) | Q(address=None, secret=None),
                name="kernel_outbox_ended_forgets",
            ),
            models.CheckConstraint(
                condition=Q(gathered_into=None) | Q(state__in=["gathered", "sent", "dead"]), name="kernel_outbox_gathered_goes_with_another"
            ),
            models.CheckConstraint(
                condition=Q(came_back="", came_back_at=None) | (~Q(came_back="") & Q(came_back_at__isnull=False)),
                name="kernel_outbox_came_back_has_a_time",
            ),
            models.CheckConstraint(condition=Q(recipient=None) | Q(address=None), name="kernel_outbox_one_way_to_reach"),
            models.CheckConstraint(condition=Q(attempt__gte=0, attempt__lte=MOST_ATTEMPTS), name="kernel_outbox_attempts_are_counted"),
            models.CheckConstraint(condition=Q(doubtful_count__gte=0, doubtful_count__lte=1), name="kernel_outbox_doubtful_once"),
            models.CheckConstraint(condition=Q(priority__gte=0, priority__lte=3), name="kernel_outbox_priority_is_known"),
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    Func(Cast(F("context"), TextField()), function="octet_length", output_field=IntegerField()), MOST_CONTEXT_BYTES
                ),
                name="kernel_outbox_context_is_small",
            ),
        ]

    def __str__(self) -> str:
        return f"OutboxMessage {self.pk}"

    @property
    def can_wait(self) -> bool:
        """Goes when and as its person wishes."""
        return self.priority >= FIRST_THAT_CAN_WAIT and self.recipient_id is not None

    @property
    def subject_id(self) -> int | uuid.UUID:
        """The key of what the mail is about, as it was given."""
        return int(self.subject) if self.subject.isdigit() else uuid.UUID(self.subject)


class MailDay(models.Model):
    """The one mail of those that can wait which a person gets on a day by their own clock. Written when it is handed over."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "day"], name="kernel_mailday_one_mail_a_day")]

    def __str__(self) -> str:
        return f"MailDay {self.pk}"


class OutboxReceipt(models.Model):
    """What is left of a mail after 90 days: enough that owing it once more, however late, makes no second one."""

    dedupe_key = models.CharField(max_length=160, primary_key=True)
    state = models.CharField(max_length=10, choices=OutboxMessage.State)
    ended_at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"OutboxReceipt {self.dedupe_key}"


class SuspendedAddress(models.Model):
    """An address that a mail server called unknown for good. It binds while it is the person's address: a new one lifts it by itself."""

    recipient = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    reply = models.CharField(max_length=80)
    suspended_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"SuspendedAddress {self.pk}"
