from django.db import models


class BounceEvent(models.Model):
    """An event that was heard, so that it is not heard twice. Kept for 90 days."""

    # A digest of the service's own name for it, which may be of any length.
    event_id = models.CharField(max_length=64, unique=True)
    heard_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"BounceEvent {self.pk}"
