import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from matching.pairings.models import Pairing
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership


class HandOverNoteQuerySet(models.QuerySet["HandOverNote"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own; of a next partner what was shown; and staff where its author said so, never after a pairing of their own."""
        found = Q(membership=membership) | Q(shown_in__in=Pairing.objects.of(membership))
        if membership.is_staff:
            found |= Q(for_coordinators=True, pairing__in=Pairing.objects.visible_to(membership).not_of(membership))
        return self.filter(found)

    def in_pairing(self, pairing: Pairing, reader: Membership) -> Self:
        """What was shown when this pairing began, to its two."""
        return self.filter(shown_in=pairing) if pairing.includes(reader) else self.none()

    def waiting(self) -> Self:
        """Shown to nobody's next partner yet."""
        return self.filter(shown_in=None)


class HandOverNote(models.Model):
    """`pairing`: after which it was written. `shown_in`: the next one of its author, once it has begun."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="hand_over_notes")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="hand_over_notes")
    text = EncryptedTextField()
    for_partner = models.BooleanField()
    for_coordinators = models.BooleanField()
    written_at = models.DateTimeField()
    shown_in = models.ForeignKey(Pairing, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = HandOverNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=Q(shown_in=None), name="matching_handovernote_one_waits_a_person"),
            models.CheckConstraint(condition=Q(for_partner=True) | Q(for_coordinators=True), name="matching_handovernote_is_for_somebody"),
            models.CheckConstraint(condition=Q(shown_in=None) | Q(for_partner=True), name="matching_handovernote_shown_if_meant_to_be"),
        ]

    def __str__(self) -> str:
        return f"HandOverNote {self.pk}"
