from typing import Self

from django.db import models

from programs.memberships.models import Membership


class RequirementQuerySet(models.QuerySet["Requirement"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(membership__in=Membership.objects.visible_to(membership))

    def open(self) -> Self:
        return self.filter(done_at=None)


class Requirement(models.Model):
    """One thing to do, named by a key like `profile` or `guidelines`; done when it has a time."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="requirements")
    key = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "key"], name="programs_requirement_one_a_person_and_key"),
        ]
