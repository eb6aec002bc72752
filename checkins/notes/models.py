import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q

from matching.pairings.models import OfTwoQuerySet, Pairing
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership

LONGEST_NOTE = 10_000


class NoteQuerySet(OfTwoQuerySet["Note"]):
    def visible_to(self, membership: Membership) -> Self:
        """Those of both, and one's own."""
        return super().visible_to(membership)._open_to(membership)

    def in_pairing(self, pairing: Pairing, reader: Membership) -> Self:
        return super().in_pairing(pairing, reader)._open_to(reader)

    def of_both(self) -> Self:
        """What both can read, and where something was deleted; the last one first."""
        return self.exclude(opened_at=None).order_by("-opened_at", "-pk")

    def only_of(self, membership: Membership) -> Self:
        """What this person alone can read, the last one first."""
        return self.filter(opened_at=None, author=membership).order_by("-written_at", "-pk")

    def there(self) -> Self:
        return self.filter(removed_at=None)

    def _open_to(self, membership: Membership) -> Self:
        return self.filter(Q(author=membership) | Q(opened_at__isnull=False))


class Note(models.Model):
    """Read by its author alone until it is opened to both; from then on either changes its words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField()
    written_at = models.DateTimeField()
    # Since when both can read it; empty while its author alone can.
    opened_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    # Counts how often its words were saved, so that who began before the last time is told.
    version = models.PositiveIntegerField(default=1)
    # Of both, and deleted. Its words are kept, and no page shows them.
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=False) | Q(saved_by=F("author")), name="checkins_note_for_oneself_is_written_by_oneself"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(opened_at__isnull=False), name="checkins_note_for_oneself_is_gone_once_deleted"
            ),
        ]
        indexes = [models.Index(fields=["pairing", "-opened_at"], name="checkins_note_by_pairing")]

    def __str__(self) -> str:
        return f"Note {self.pk}"

    @property
    def is_of_both(self) -> bool:
        return self.opened_at is not None

    @property
    def was_changed(self) -> bool:
        """Since both can read it."""
        return self.opened_at is not None and self.saved_at > self.opened_at
