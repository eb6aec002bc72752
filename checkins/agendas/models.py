from typing import Self

from django.db import models

from checkins.sessions.models import Session
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, membership: Membership) -> Self:
        """The pair's words belong to the pair: staff see counts, through facts."""
        return self.filter(pairing__in=Pairing.objects.of(membership))

    def open(self) -> Self:
        return self.filter(withdrawn_at=None, discussed_in=None)

    def for_list(self) -> Self:
        return self.select_related("author__user").order_by("raised_at", "pk")


class AgendaItem(models.Model):
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="agenda_items")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)
    raised_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    discussed_in = models.ForeignKey(Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="agenda_items")

    objects = AgendaItemQuerySet.as_manager()
