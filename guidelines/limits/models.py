from typing import Self

from django.db import models
from django.db.models import Q

from programs.memberships.models import Membership


class OwnLimitQuerySet(models.QuerySet["OwnLimit"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own alone, whatever roles somebody has."""
        return self.filter(membership=membership)


class OwnLimit(models.Model):
    """One of the limits of a topic that somebody set for themselves: stricter than what everybody keeps to."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="own_limits")
    # The key of the topic, and the words of the limit as the guidelines have them.
    topic = models.CharField(max_length=60)
    words = models.CharField(max_length=300)

    objects = OwnLimitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "topic"], name="guidelines_ownlimit_one_a_topic"),
            models.CheckConstraint(condition=~Q(words=""), name="guidelines_ownlimit_says_something"),
        ]

    def __str__(self) -> str:
        return f"OwnLimit {self.pk}"
