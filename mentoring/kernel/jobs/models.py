from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to_program(self, program_id: int) -> Self:
        """Jobs of one program. Which of them a person may see is for the app whose kind it is to say."""
        return self.filter(program_id=program_id)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def open(self) -> Self:
        return self.filter(state__in=Job.OPEN)

    def claimable_at(self, now: datetime) -> Self:
        """Waiting, or left behind by a worker that is gone."""
        return self.filter(Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lte=now))


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("At work")
        DONE = "done", _("Done")
        FAILED = "failed", _("It did not work")
        STOPPED = "stopped", _("Stopped")

    OPEN = (State.QUEUED, State.RUNNING)

    program_id = models.PositiveBigIntegerField(db_index=True)
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    # Empty while nobody knows how much there is.
    total = models.PositiveBigIntegerField(null=True)
    # What is being done, in the words of the code (`gettext_noop`); the page translates them.
    step = models.CharField(max_length=120, blank=True)
    # Why it failed, for the person who started it.
    failure = models.TextField(blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # Ids and choices only, as in every row that workers read.
    input = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    queued_at = models.DateTimeField()
    taken_up_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    # How often it was taken up since it last moved on.
    attempt = models.PositiveSmallIntegerField(default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(lease_token=None, lease_until=None)),
                name="kernel_job_leased_while_at_work",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], ended_at=None)
                | Q(state__in=["done", "failed", "stopped"], ended_at__isnull=False),
                name="kernel_job_ended_has_a_time",
            ),
            models.CheckConstraint(condition=Q(total=None) | Q(done__lte=F("total")), name="kernel_job_does_no_more_than_all"),
        ]
        indexes = [
            models.Index(fields=["kind", "queued_at"], condition=Q(state__in=["queued", "running"]), name="kernel_job_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_stopping(self) -> bool:
        return self.is_open and self.stop_requested_at is not None

    @property
    def percent(self) -> int | None:
        """How far it is, from 0 to 100; None while nobody knows how much there is."""
        if self.total is None:
            return None
        return 100 * self.done // self.total if self.total else 100
