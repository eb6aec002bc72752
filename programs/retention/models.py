from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.memberships.models import Membership, Program

FEWEST_MONTHS, MOST_MONTHS = 1, 120


class RetentionRuleQuerySet(models.QuerySet["RetentionRule"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program_id=membership.program_id) if membership.is_admin else self.none()


class RetentionRule(models.Model):
    """How long a program keeps one kind, where it is not as long as usual."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    months = models.PositiveSmallIntegerField(_("months"), validators=[MinValueValidator(FEWEST_MONTHS), MaxValueValidator(MOST_MONTHS)])

    objects = RetentionRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "kind"], name="programs_retentionrule_one_a_kind"),
            models.CheckConstraint(
                condition=Q(months__gte=FEWEST_MONTHS, months__lte=MOST_MONTHS), name="programs_retentionrule_between_a_month_and_ten_years"
            ),
        ]

    def __str__(self) -> str:
        return f"RetentionRule {self.pk}"
