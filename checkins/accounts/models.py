from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from checkins.agendas.models import LONGEST_TOPIC, AgendaItem
from checkins.sessions.models import LONGEST_MINUTES, SHORTEST_MINUTES, Session, Told
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


class SessionAccountQuerySet(models.QuerySet["SessionAccount"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(session__pairing__in=Pairing.objects.of(membership))

    def in_order(self) -> Self:
        return self.select_related("author__user").order_by("written_at", "pk")


class SessionAccount(models.Model):
    """How one half remembers a meeting, in their own words, beside what was logged. Both stay.

    `told` is what this half remembers otherwise: when, how long, where and who led. It stays when the other agrees, with the day of it.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="accounts")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    is_different = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    place = models.CharField(max_length=10, choices=Session.Place, blank=True)
    leader = models.CharField(max_length=6, choices=Session.Leader, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField()

    objects = SessionAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "author"], name="checkins_sessionaccount_one_a_half"),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__gte=SHORTEST_MINUTES, minutes__lte=LONGEST_MINUTES),
                name="checkins_sessionaccount_lasts_5_to_480_minutes",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None) | ~Q(starts_at=None, minutes=None, place="", leader=""),
                name="checkins_sessionaccount_something_is_agreed",
            ),
        ]

    def __str__(self) -> str:
        return f"SessionAccount {self.pk}"

    @property
    def told(self) -> Told:
        """What this half remembers otherwise, or remembered otherwise until the other agreed."""
        return Told(self.starts_at, self.minutes, self.place, self.leader)

    @told.setter
    def told(self, told: Told) -> None:
        self.starts_at, self.minutes, self.place, self.leader = told

    @property
    def has_change(self) -> bool:
        return self.told != Told()

    @property
    def waits(self) -> bool:
        """Something else is remembered, and the other half has not agreed to it."""
        return self.has_change and self.agreed_at is None


class NotReachedQuerySet(models.QuerySet["NotReached"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(session__pairing__in=Pairing.objects.of(membership))

    def in_order(self) -> Self:
        return self.select_related("topic").order_by("said_at", "pk")


class NotReached(models.Model):
    """One half says that the two did not get to this topic after all, which was in the log. It stays beside the log."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="not_reached")
    topic = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="+")
    # As it stood in the log: a topic that is open again can be put in other words.
    text = models.CharField(max_length=LONGEST_TOPIC)
    said_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    objects = NotReachedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "topic", "said_by"], name="checkins_notreached_once_a_half"),
        ]

    def __str__(self) -> str:
        return f"NotReached {self.pk}"


def last_changed_at(session: Session, not_reached: Iterable[NotReached]) -> datetime | None:
    """When what was logged last became something else: put right, or a topic taken out of it. `not_reached` are all that it has."""
    return max(filter(None, [session.log_changed_at, *(one.said_at for one in not_reached)]), default=None)
