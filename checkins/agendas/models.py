from typing import Self

from django.db import models
from django.db.models import Q

from matching.pairings.models import OfTwoQuerySet, Pairing
from programs.memberships.models import Membership

LONGEST_TOPIC = 300
LONGEST_POINTS = 10_000


class AgendaItemQuerySet(OfTwoQuerySet["AgendaItem"]):
    def open(self) -> Self:
        return self.filter(withdrawn_at=None, discussed_at=None)

    def for_list(self) -> Self:
        """Everything the pair's page shows, in the order that the two have given, in one query."""
        return self.select_related("author__user").order_by("position", "pk")

    def talked_about(self) -> Self:
        """What the two have got to, newest first."""
        return self.exclude(discussed_at=None).order_by("-discussed_at", "-position", "-pk")


class AgendaItem(models.Model):
    """Open until the two have talked about it, or whoever added it takes it back."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="agenda_items")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=LONGEST_TOPIC)
    # What both write under it, to have it at hand when they meet.
    points = models.TextField(blank=True)
    # Which of the suggestions it was; empty for one's own idea.
    suggestion = models.CharField(max_length=40, blank=True)
    position = models.PositiveIntegerField()
    # Counts how often its words were saved, so that who began before the last time is told.
    version = models.PositiveIntegerField(default=1)
    raised_at = models.DateTimeField()
    # When the last session began in which the two did not get to it.
    carried_over_at = models.DateTimeField(null=True, blank=True)
    discussed_at = models.DateTimeField(null=True, blank=True)
    # Whoever said, in a log, that the two got to it.
    discussed_said_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(discussed_at=None) | Q(withdrawn_at=None), name="checkins_agendaitem_talked_about_or_taken_back"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="checkins_agendaitem_says_something"),
            models.CheckConstraint(
                condition=Q(discussed_said_by=None) | Q(discussed_at__isnull=False),
                name="checkins_agendaitem_said_when_talked_about",
            ),
            # Asked at the end of each statement, since a move writes two places in one.
            models.UniqueConstraint(
                fields=["pairing", "position"],
                deferrable=models.Deferrable.IMMEDIATE,
                name="checkins_agendaitem_has_a_place_of_its_own",
            ),
            models.UniqueConstraint(
                fields=["pairing", "suggestion"],
                condition=Q(discussed_at=None, withdrawn_at=None) & ~Q(suggestion=""),
                name="checkins_agendaitem_one_open_of_a_suggestion",
            ),
        ]
        indexes = [
            models.Index(
                fields=["pairing", "position"], condition=Q(discussed_at=None, withdrawn_at=None), name="checkins_agendaitem_open"
            ),
            models.Index(fields=["pairing", "-discussed_at"], name="checkins_agendaitem_past"),
        ]

    def __str__(self) -> str:
        return f"AgendaItem {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.discussed_at is None and self.withdrawn_at is None


class NothingThisTime(models.Model):
    """One half has no topic for the coming session. It is gone when that session is logged, or when they add a topic after all."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    objects = OfTwoQuerySet["NothingThisTime"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pairing", "membership"], name="checkins_nothingthistime_said_once"),
        ]

    def __str__(self) -> str:
        return f"NothingThisTime {self.pk}"
