import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from checkins.concerns.models import Concern
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership


class CaseTaskQuerySet(models.QuerySet["CaseTask"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(concern__in=Concern.objects.readable_by(membership))

    def open(self) -> Self:
        return self.filter(done_at=None)

    def in_rank(self) -> Self:
        return self.select_related("owner__user").order_by("done_at", "due_on", "added_at", "pk")


class CaseTask(models.Model):
    """Something to do about a concern, by somebody who may read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="case_tasks")
    text = EncryptedTextField()
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    added_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = CaseTaskQuerySet.as_manager()

    def __str__(self) -> str:
        return f"CaseTask {self.pk}"


class CaseDecisionQuerySet(models.QuerySet["CaseDecision"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(concern__in=Concern.objects.readable_by(membership))

    def waiting(self) -> Self:
        return self.filter(settled_at=None)

    def with_people(self) -> Self:
        return self.select_related("asked_by__user", "second__user")


class CaseDecision(models.Model):
    """A decision that needs a second person. It stands once another one who may read the concern says yes."""

    class Kind(models.TextChoices):
        CLOSE = "close", _("Close this concern")
        WITHOUT_YES = "without_yes", _("Act before whoever raised it has agreed, because of danger")
        PASS_ON = "pass_on", _("Tell an authority or somebody outside the program")
        END = "end", _("End somebody’s pairing or place in the program")
        OTHER = "other", _("Something else of weight")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=12, choices=Kind)
    # What, and why. Of a close: what whoever raised it is told.
    text = EncryptedTextField()
    outcome = models.CharField(max_length=12, choices=Concern.Outcome, blank=True, default="")
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Who said yes or no; empty where nobody else could read it, and it stood at once.
    second = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    stands = models.BooleanField(default=False)

    objects = CaseDecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(second=None) | ~Q(second=F("asked_by")), name="checkins_casedecision_the_second_is_another"),
            models.CheckConstraint(condition=Q(stands=False) | Q(settled_at__isnull=False), name="checkins_casedecision_stands_if_settled"),
            models.CheckConstraint(condition=Q(second=None) | Q(settled_at__isnull=False), name="checkins_casedecision_the_second_settles"),
            models.UniqueConstraint(
                fields=["concern", "kind"], condition=Q(settled_at=None), name="checkins_casedecision_one_waits_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="close") & ~Q(outcome="") | ~Q(kind="close") & Q(outcome=""),
                name="checkins_casedecision_to_close_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"CaseDecision {self.pk}"
