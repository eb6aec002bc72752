from typing import Self

from django.db import models
from django.db.models import Q

from checkins.sessions.models import LONGEST_MINUTES, SHORTEST_MINUTES, Session
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


class SessionAccountQuerySet(models.QuerySet["SessionAccount"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(session__pairing__in=Pairing.objects.of(membership))

    def in_order(self) -> Self:
        return self.select_related("author__user").order_by("written_at", "pk")


class SessionAccount(models.Model):
    """How one half remembers a meeting, in their own words, beside what was logged. Both stay.

    `starts_at` and `minutes` are when and how long, where this half remembers it otherwise and the other has not agreed so far.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="accounts")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    is_different = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    written_at = models.DateTimeField()

    objects = SessionAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "author"], name="checkins_sessionaccount_one_a_half"),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__gte=SHORTEST_MINUTES, minutes__lte=LONGEST_MINUTES),
                name="checkins_sessionaccount_lasts_5_to_480_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"SessionAccount {self.pk}"

    @property
    def has_change(self) -> bool:
        return self.starts_at is not None or self.minutes is not None
