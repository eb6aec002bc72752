from datetime import date, datetime, time, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins.plans import cadence
from matching.pairings.models import Pairing
from mentoring.kernel import times
from programs.memberships.models import Membership, Program

FEWEST_WEEKS, MOST_WEEKS = 1, 13
FEWEST_OPEN_DAYS, MOST_OPEN_DAYS = 1, 60


def started_on(pairing: Pairing) -> date:
    """The day on which an active pairing started, by its program's clock, so that both halves are asked on the same days."""
    if pairing.activated_at is None:
        raise ValueError(f"{pairing} has not started.")
    return times.local_day(pairing.activated_at, pairing.program.time_zone)


class CheckInPlanQuerySet(models.QuerySet["CheckInPlan"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program_id=membership.program_id)


class CheckInPlan(models.Model):
    """One a program. Dates are counted in whole weeks from the day on which a pairing started."""

    program = models.OneToOneField(Program, on_delete=models.CASCADE, related_name="check_in_plan")
    every_weeks = models.PositiveSmallIntegerField(_("every how many weeks"), default=2)
    # In each person's own zone, so that a reminder comes in their morning.
    at_time = models.TimeField(_("at what time of day"), default=time(9))
    open_days = models.PositiveSmallIntegerField(_("open for how many days"), default=10)
    # Nothing is made due before it, so that another rhythm never asks for dates that have passed.
    in_force_since = models.DateTimeField()

    objects = CheckInPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(every_weeks__gte=FEWEST_WEEKS, every_weeks__lte=MOST_WEEKS), name="checkins_plan_every_1_to_13_weeks"
            ),
            models.CheckConstraint(
                condition=Q(open_days__gte=FEWEST_OPEN_DAYS, open_days__lte=MOST_OPEN_DAYS), name="checkins_plan_open_1_to_60_days"
            ),
        ]

    def __str__(self) -> str:
        return f"CheckInPlan {self.pk}"

    def opens_at(self, due_on: date, zone: str) -> datetime:
        return times.at_local(due_on, self.at_time, zone)

    def closes_at(self, due_on: date, zone: str) -> datetime:
        """When the last of the open days ends, or when the next check-in opens if that comes first."""
        last_day_ends = times.start_of(due_on + timedelta(days=self.open_days + 1), zone)
        return min(last_day_ends, self.opens_at(cadence.following(due_on, self.every_weeks), zone))


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(plan__program_id=membership.program_id)

    def in_use(self) -> Self:
        return self.filter(retired_at=None).in_order()

    def asked_at(self, moment: datetime | models.expressions.Combinable) -> Self:
        """What a check-in that opened then asks, whatever was changed since."""
        return self.filter(Q(retired_at=None) | Q(retired_at__gt=moment), asked_since__lte=moment).in_order()

    def in_order(self) -> Self:
        return self.order_by("position", "pk")


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

    # What the measurement of balance stands on (SIGNALS): their words can be changed, what they are about cannot.
    MEASURED = (Construct.VOICE, Construct.RESPECT, Construct.COMFORT, Construct.BOUNDARIES)

    plan = models.ForeignKey(CheckInPlan, on_delete=models.CASCADE, related_name="questions")
    construct = models.CharField(max_length=12, choices=Construct)
    # May hold "{name}", which is the other half's name when it is asked.
    text = models.CharField(_("question"), max_length=200)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CHOICE)
    # [[value, label], …] from best to worst, values 1 to 5 where 5 is good; empty for own words.
    choices = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    asked_since = models.DateTimeField()
    replaces = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaced_by")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            # Of each kind of question one is asked at a time; of own words there may be several.
            models.UniqueConstraint(
                fields=["plan", "construct"],
                condition=Q(retired_at=None) & ~Q(construct="words"),
                name="checkins_question_asked_once_a_construct",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def is_asked_at(self, moment: datetime) -> bool:
        """As the queryset's `asked_at`."""
        return self.asked_since <= moment and (self.retired_at is None or self.retired_at > moment)

    def asked_about(self, name: str) -> str:
        """The question as it is put to somebody whose other half is called `name`."""
        return self.text.replace("{name}", name)

    def label_of(self, value: int | None) -> str:
        """The words that were chosen; empty for what is not among them."""
        return next((label for number, label in self.choices if number == value), "")

    @property
    def is_measured(self) -> bool:
        return self.construct in self.MEASURED
