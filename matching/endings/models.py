import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import Pairing
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership


class EndingReasonQuerySet(models.QuerySet["EndingReason"]):
    def visible_to(self, membership: Membership) -> Self:
        """Who gave it, and staff; never about a pairing of their own, and never the other half."""
        own = Q(membership=membership)
        if not membership.is_staff:
            return self.filter(own)
        return self.filter(own | Q(pairing__in=Pairing.objects.visible_to(membership).not_of(membership)))


class EndingReason(models.Model):
    """What one half told the program, of their own accord, when a pairing ended."""

    class Choice(models.TextChoices):
        DONE = "done", _("We reached what we wanted")
        TIME = "time", _("One of us has too little time")
        FIT = "fit", _("We did not fit together well enough")
        CONTACT = "contact", _("We hardly met")
        SAY = "say", _("I had too little say")
        LIMITS = "limits", _("My limits were not kept")
        CHANGED = "changed", _("Something in my life has changed")
        OTHER = "other", _("Something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="ending_reasons")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="ending_reasons")
    # Sealed too: it is the other half's to read as little as the words are.
    choice = EncryptedTextField(null=True, blank=True)
    words = EncryptedTextField(null=True, blank=True)
    given_at = models.DateTimeField()

    objects = EndingReasonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pairing", "membership"], name="matching_endingreason_one_a_half"),
            models.CheckConstraint(condition=Q(choice__isnull=False) | Q(words__isnull=False), name="matching_endingreason_says_something"),
        ]

    def __str__(self) -> str:
        return f"EndingReason {self.pk}"

    @property
    def label(self) -> str:
        return str(dict(self.Choice.choices).get(str(self.choice), ""))
