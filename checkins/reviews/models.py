from django.db import models
from django.db.models import Q

from matching.joint.models import Round
from matching.pairings.models import OfTwoQuerySet, Pairing

LONGEST_TEXT = 10_000


class Review(models.Model):
    """What two write together once both have answered: there from the moment at which the answers open, and empty at first."""

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="review")
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="reviews")
    text = models.TextField(blank=True)
    # Counts how often it was saved, so that who began before the last time is told.
    version = models.PositiveIntegerField(default=1)
    written_at = models.DateTimeField(null=True, blank=True)

    objects = OfTwoQuerySet["Review"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(text="") | Q(written_at__isnull=False), name="checkins_review_written_at_some_time"),
        ]

    def __str__(self) -> str:
        return f"Review {self.pk}"
