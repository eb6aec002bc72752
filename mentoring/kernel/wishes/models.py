"""What a person chose. Whoever chose nothing has no row."""

from datetime import datetime, time
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

# By the person's own clock. Where both are the same there are no quiet hours.
QUIET_FROM, QUIET_UNTIL = time(21), time(8)


class MailWishQuerySet(models.QuerySet["MailWish"]):
    def unwanted(self) -> Self:
        return self.filter(is_wanted=False)


class MailWish(models.Model):
    """Whether a person wants mail of one category."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(max_length=40)
    is_wanted = models.BooleanField()
    chosen_at = models.DateTimeField()

    objects = MailWishQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "category"], name="kernel_mailwish_one_a_category")]

    def __str__(self) -> str:
        return f"MailWish {self.pk}"


class MailTimesQuerySet(models.QuerySet["MailTimes"]):
    def snoozed_at(self, now: datetime) -> Self:
        return self.filter(Q(snoozed_until__gt=now))


class MailTimes(models.Model):
    """When a person wants the mail that can wait, by their own clock."""

    recipient = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)
    # One mail a day, in the first minute after the quiet hours, with all there is.
    gathers = models.BooleanField(default=False)
    snoozed_until = models.DateTimeField(null=True)

    objects = MailTimesQuerySet.as_manager()

    def __str__(self) -> str:
        return f"MailTimes {self.pk}"
