from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matching.pairings.models import Pairing
from programs.memberships.models import Membership, Program


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, membership: Membership) -> Self:
        """Staff, and never about themselves or a pairing of their own. What tells of an answer follows the answer's rule."""
        if not membership.is_staff:
            return self.none()
        mine = self.filter(pairing__in=Pairing.objects.visible_to(membership).not_of(membership))
        return mine if membership.is_admin else mine.filter(read_by=Program.AnswersReadBy.COORDINATORS)

    def open(self) -> Self:
        return self.filter(done_at=None)

    def with_people(self) -> Self:
        return self.select_related("pairing__program", "pairing__first__user", "pairing__second__user", "about__user")


class Task(models.Model):
    """One open a kind and subject."""

    class Kind(models.TextChoices):
        LOW_COMFORT = "low_comfort", _("The lowest answer about comfort")
        UNANSWERED = "unanswered", _("Two check-ins unanswered")

    kind = models.CharField(max_length=16, choices=Kind)
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="tasks")
    about = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tasks")
    read_by = models.CharField(max_length=12, choices=Program.AnswersReadBy)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "pairing", "about"], condition=Q(done_at=None), name="checkins_task_one_open_a_kind_and_subject"
            ),
        ]
