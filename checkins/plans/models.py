from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.memberships.models import Membership, Program


class CheckInPlanQuerySet(models.QuerySet["CheckInPlan"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program_id=membership.program_id)


class CheckInPlan(models.Model):
    """One a program. Dates are counted in whole weeks from the day on which a pairing started."""

    program = models.OneToOneField(Program, on_delete=models.CASCADE, related_name="check_in_plan")
    every_weeks = models.PositiveSmallIntegerField(_("every how many weeks"), default=2)
    # In each person's own zone, so that a reminder comes in their morning.
    at_time = models.TimeField(_("at what time of day"), default="09:00")
    open_days = models.PositiveSmallIntegerField(_("open for how many days"), default=10)

    objects = CheckInPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(every_weeks__gte=1, every_weeks__lte=13), name="checkins_plan_every_1_to_13_weeks"),
            models.CheckConstraint(condition=Q(open_days__gte=1, open_days__lte=60), name="checkins_plan_open_1_to_60_days"),
        ]


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(plan__program_id=membership.program_id)

    def in_use(self) -> Self:
        return self.filter(retired_at=None).order_by("position", "pk")


class Question(models.Model):
    class Construct(models.TextChoices):
        VOICE = "voice", _("Say in what is next")
        RESPECT = "respect", _("Being heard")
        COMFORT = "comfort", _("Comfort")
        BOUNDARIES = "boundaries", _("Limits")
        GOING_ON = "going_on", _("Going on")
        WORDS = "words", _("Own words")

    class Kind(models.TextChoices):
        CHOICE = "choice", _("One of a list")
        TEXT = "text", _("Own words")

    plan = models.ForeignKey(CheckInPlan, on_delete=models.CASCADE, related_name="questions")
    construct = models.CharField(max_length=12, choices=Construct)
    # May hold "{name}", which is the other half's name when it is asked.
    text = models.CharField(_("question"), max_length=200)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CHOICE)
    # [[value, label], …] from best to worst, values 1 to 5 where 5 is good; empty for own words.
    choices = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    replaces = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaced_by")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.text
