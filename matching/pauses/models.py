from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from matching.pairings.models import Pairing
from programs.memberships.models import Membership


class PauseQuerySet(models.QuerySet["Pause"]):
    def visible_to(self, membership: Membership) -> Self:
        """When a pairing rested is a fact. Who has said yes to going on is for nobody but themselves: see `Pause.has_said_yes`."""
        return self.filter(pairing__in=Pairing.objects.visible_to(membership))

    def lasting(self) -> Self:
        return self.filter(gone_on_at=None, pairing__state=Pairing.State.PAUSED)

    def ends(self) -> "models.QuerySet[Pause, datetime]":
        """When each that is over was so, the last first: it went on, or ended with its pairing."""
        over = self.annotate(over_at=Coalesce("gone_on_at", "pairing__ended_at")).filter(over_at__isnull=False)
        return over.order_by("-over_at").values_list("over_at", flat=True)


class Pause(models.Model):
    """From when to when a pairing rested. One that ended with its pairing has not gone on."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="pauses")
    paused_at = models.DateTimeField()
    gone_on_at = models.DateTimeField(null=True, blank=True)
    first_yes_at = models.DateTimeField(null=True, blank=True)
    second_yes_at = models.DateTimeField(null=True, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pairing"], condition=Q(gone_on_at=None), name="matching_pause_one_lasting_a_pairing"),
            models.CheckConstraint(
                condition=Q(gone_on_at=None) | Q(gone_on_at__gte=F("paused_at")), name="matching_pause_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"Pause {self.pk}"

    def has_said_yes(self, membership: Membership) -> bool:
        return getattr(self, f"{self.pairing.side_of(membership)}_yes_at") is not None
