from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models

from programs.memberships.models import Membership


class DigestTimeQuerySet(models.QuerySet["DigestTime"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(membership=membership)


class DigestTime(models.Model):
    """When somebody who runs a program is sent how many things need them: numbers, no names."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="digest_time")
    # By the clock of the person.
    hour = models.PositiveSmallIntegerField(validators=[MaxValueValidator(23)])
    on_workdays_only = models.BooleanField(default=True)
    next_at = models.DateTimeField(db_index=True)

    objects = DigestTimeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"DigestTime {self.pk}"
