from django.db import models


class LimitCount(models.Model):
    """How much is used up of one limit, for one of whom it is counted, in one stretch of time. Kept for three days."""

    limit = models.CharField(max_length=40)
    # A digest: whose address of the network it is, is nobody's to read.
    who = models.CharField(max_length=64)
    stretch = models.CharField(max_length=20)
    used = models.PositiveIntegerField()
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["limit", "who", "stretch"], name="kernel_limitcount_one_a_stretch")]
        indexes = [models.Index(fields=["begun_at"], name="kernel_limitcount_by_time")]

    def __str__(self) -> str:
        return f"LimitCount {self.pk}"
