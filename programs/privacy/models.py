import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from mentoring.kernel.encryption.fields import EncryptedTextField
from mentoring.kernel.jobs.models import Job
from programs.people.models import User


class DataCopyQuerySet(models.QuerySet["DataCopy"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def for_list(self) -> Self:
        """Without the file itself."""
        return self.defer("content").order_by("-asked_at", "pk")

    def there_at(self, now: datetime) -> Self:
        """Not over: being made, or ready to be fetched."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def over_at(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now)


class DataCopy(models.Model):
    """Everything that is held about a person, as a file that they can fetch for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    # No key: the kernel's own keys lead to the people of this app.
    job_id = models.PositiveBigIntegerField(null=True, unique=True)
    # The zip in base64; empty while it is being made.
    content = EncryptedTextField(null=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = DataCopyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(content=None, ready_at=None, expires_at=None)
                | Q(content__isnull=False, ready_at__isnull=False, expires_at__isnull=False),
                name="programs_datacopy_is_over_some_time_after_it_is_ready",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="programs_datacopy_by_end")]

    def __str__(self) -> str:
        return f"DataCopy {self.pk}"

    def job(self) -> Job | None:
        """One query."""
        return Job.objects.filter(pk=self.job_id).first() if self.job_id else None
