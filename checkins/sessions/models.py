from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins.agendas.models import AgendaItem
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

SHORTEST_MINUTES, LONGEST_MINUTES = 5, 480


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, membership: Membership) -> Self:
        """That a meeting took place, when and how long: the two, and the staff."""
        return self.filter(pairing__in=Pairing.objects.visible_to(membership))

    def readable_by(self, membership: Membership) -> Self:
        """What was talked about: the two alone, whatever roles somebody has."""
        return self.filter(pairing__in=Pairing.objects.of(membership))

    def for_list(self) -> Self:
        """Everything the list page shows, newest first, in two queries."""
        return self.select_related("logged_by__user").prefetch_related("topics__author__user").order_by("-started_at", "-pk")


class Session(models.Model):
    """A meeting that took place."""

    class Place(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        VIDEO = "video", _("Video call")
        PHONE = "phone", _("Phone")
        OTHER = "other", _("Something else")

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="sessions")
    started_at = models.DateTimeField(_("when it began"))
    minutes = models.PositiveSmallIntegerField(_("how many minutes"))
    place = models.CharField(_("where"), max_length=10, choices=Place, default=Place.IN_PERSON)
    topics = models.ManyToManyField(AgendaItem, related_name="sessions", blank=True)
    talked_about = models.TextField(_("what you talked about"), blank=True)
    next_time = models.TextField(_("for next time"), blank=True)
    logged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST_MINUTES, minutes__lte=LONGEST_MINUTES), name="checkins_session_lasts_5_to_480_minutes"
            ),
            models.UniqueConstraint(fields=["pairing", "started_at"], name="checkins_session_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"Session {self.pk}"

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(minutes=self.minutes)
