from typing import Self

from django.db import models
from django.db.models import Q

from matching.pairings.models import Pairing
from programs.memberships.models import Membership

LONGEST_TOPIC = 300


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, membership: Membership) -> Self:
        """The pair's words belong to the pair: staff see counts, through facts."""
        return self.filter(pairing__in=Pairing.objects.of(membership))

    def open(self) -> Self:
        return self.filter(withdrawn_at=None, discussed_at=None)

    def for_list(self) -> Self:
        """Everything the pair's page shows, the oldest first, in one query."""
        return self.select_related("author__user").order_by("raised_at", "pk")


class AgendaItem(models.Model):
    """Open until the two have talked about it, or whoever added it takes it back."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="agenda_items")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=LONGEST_TOPIC)
    raised_at = models.DateTimeField()
    # When the last session began in which the two did not get to it.
    carried_over_at = models.DateTimeField(null=True, blank=True)
    discussed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(discussed_at=None) | Q(withdrawn_at=None), name="checkins_agendaitem_talked_about_or_taken_back"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="checkins_agendaitem_says_something"),
        ]
        indexes = [
            models.Index(
                fields=["pairing", "raised_at"], condition=Q(discussed_at=None, withdrawn_at=None), name="checkins_agendaitem_open"
            ),
        ]

    def __str__(self) -> str:
        return f"AgendaItem {self.pk}"
