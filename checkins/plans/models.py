from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkins.plans import cadence
from matching.pairings.models import Pairing
from mentoring.kernel import times
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from programs.people.models import User

FEWEST_OPEN_DAYS, MOST_OPEN_DAYS = 1, 60
FEWEST_LONG_DAYS, MOST_LONG_DAYS = 28, 730
# What closes a check-in about one meeting, unless the next one does.
MEETING_OPEN_DAYS = 5


def started_on(pairing: Pairing) -> date:
    """The day on which an active pairing started, by its program's clock, so that both halves are asked on the same days."""
    if pairing.activated_at is None:
        raise ValueError(f"{pairing} has not started.")
    return times.local_day(pairing.activated_at, zone_of(pairing.program))


def zone_of(keeper: "User | Program", otherwise: Program | None = None) -> str:
    """The time zone of a person or a program. One that no longer exists gives way to the program's, and that to UTC: nobody is left out."""
    if times.is_zone(keeper.time_zone):
        return keeper.time_zone
    return zone_of(otherwise) if otherwise is not None else times.EVERYWHERE


class CheckInPlanQuerySet(models.QuerySet["CheckInPlan"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program_id=membership.program_id)


class CheckInPlan(models.Model):
    """One a program. Days are counted from the day on which a pairing started: `cadence.py`."""

    program = models.OneToOneField(Program, on_delete=models.CASCADE, related_name="check_in_plan")
    # As `cadence.check` gives it back.
    rule = models.CharField(_("on which days"), max_length=cadence.LONGEST_RULE, default=cadence.EVERY_TWO_WEEKS)
    # In each person's own zone, so that a reminder comes in their morning.
    at_time = models.TimeField(_("at what time of day"), default=time(9))
    open_days = models.PositiveSmallIntegerField(_("open for how many days"), default=10)
    long_every_days = models.PositiveSmallIntegerField(_("every how many days all questions"), default=90)
    asks_after_meetings = models.BooleanField(_("ask after each meeting"), default=True)
    # Nothing is made due before it, so that another rhythm never asks for dates that have passed.
    in_force_since = models.DateTimeField()

    objects = CheckInPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rule__startswith="FREQ="), name="checkins_plan_has_a_rule"),
            models.CheckConstraint(
                condition=Q(open_days__gte=FEWEST_OPEN_DAYS, open_days__lte=MOST_OPEN_DAYS), name="checkins_plan_open_1_to_60_days"
            ),
            models.CheckConstraint(
                condition=Q(long_every_days__gte=FEWEST_LONG_DAYS, long_every_days__lte=MOST_LONG_DAYS),
                name="checkins_plan_long_every_28_to_730_days",
            ),
        ]

    def __str__(self) -> str:
        return f"CheckInPlan {self.pk}"

    def opens_at(self, due_on: date, zone: str) -> datetime:
        return times.at_local(due_on, self.at_time, zone)

    def closes_at(self, due_on: date, zone: str, *, next_day: date | None = None, open_days: int | None = None) -> datetime:
        """When the last of the open days ends, or when the check-in of `next_day` opens if that comes first."""
        days = self.open_days if open_days is None else open_days
        last_day_ends = times.start_of(due_on + timedelta(days=days + 1), zone)
        return last_day_ends if next_day is None else min(last_day_ends, self.opens_at(next_day, zone))

    def due_days(self, pairing: Pairing, since: date, until: date, holidays: cadence.Holidays) -> list[cadence.DueDay]:
        return cadence.between(self.rule, started_on(pairing), since, until, holidays=holidays, long_every_days=self.long_every_days)


class NextDueQuerySet(models.QuerySet["NextDue"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(pairing__in=Pairing.objects.visible_to(membership))

    def to_look_at(self, until: date) -> Self:
        """Of active pairings of programs that run: those with a due day up to `until`, and those to be reckoned anew."""
        running = Q(pairing__state=Pairing.State.ACTIVE, pairing__program__archived_at=None)
        return self.filter(running, Q(due_on=None) | Q(due_on__lte=until))


class NextDue(models.Model):
    """Before which day no check-in of an active pairing is still to be made, so that nothing is spent on those who are not due.

    Empty where it is to be reckoned anew. It is reckoned from the day on which the pairing started: a row that is lost is made again.
    """

    pairing = models.OneToOneField(Pairing, on_delete=models.CASCADE, primary_key=True, related_name="next_due")
    due_on = models.DateField(null=True)

    objects = NextDueQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_on", "pairing"], name="checkins_nextdue_by_day")]

    def __str__(self) -> str:
        return f"NextDue {self.pk}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(plan__program_id=membership.program_id)

    def in_use(self) -> Self:
        return self.filter(retired_at=None).in_order()

    def to_put_back(self) -> Self:
        """What was taken out, and nothing came in its place; the latest first."""
        return self.exclude(retired_at=None).filter(replaced_by=None).order_by("-retired_at", "pk")

    def in_order(self) -> Self:
        return self.order_by("position", "pk")


class Question(models.Model):
    class Construct(models.TextChoices):
        VOICE = "voice", _("Say in what is next")
        RESPECT = "respect", _("Being heard")
        COMFORT = "comfort", _("Comfort")
        BOUNDARIES = "boundaries", _("Limits")
        GOING_ON = "going_on", _("Going on")
        CONTACT = "contact", _("How often you meet")
        STEERING_FELT = "steering_felt", _("Feeling pushed")
        STEERING_DONE = "steering_done", _("Pushing")
        REAL_YES = "real_yes", _("A yes that meant no")
        TOPICS = "topics", _("Who chooses topics")
        TALK = "talk", _("Who talks")
        ORGANISES = "organises", _("Who organises")
        LEARNING = "learning", _("Learning")
        LOAD = "load", _("What it costs")
        PROGRAM = "program", _("Whom to ask")
        MEETING = "meeting", _("A meeting")
        WORDS = "words", _("Own words")
        OWN = "own", _("Our own")

    class Kind(models.TextChoices):
        CHOICE = "choice", _("One of a list")
        TEXT = "text", _("Own words")

    class AskedIn(models.TextChoices):
        ALWAYS = "always", _("In every check-in")
        IN_TURN = "in_turn", _("In turn, one each time")
        LONG = "long", _("Only in the long check-in")
        MEETING = "meeting", _("After a meeting")
        END = "end", _("When a pairing has ended")

    # Two ends of one scale: neither is better, and the middle is 5.
    GOOD_IN_THE_MIDDLE = (Construct.CONTACT, Construct.TOPICS, Construct.TALK, Construct.ORGANISES)
    # Of which a program may ask several at a time.
    MANY = (Construct.WORDS, Construct.OWN)
    # What the measurement of balance stands on (SIGNALS): their words can be changed, what they are about cannot.
    MEASURED = (Construct.VOICE, Construct.RESPECT, Construct.COMFORT, Construct.BOUNDARIES)

    plan = models.ForeignKey(CheckInPlan, on_delete=models.CASCADE, related_name="questions")
    construct = models.CharField(max_length=16, choices=Construct)
    asked_in = models.CharField(_("when it is asked"), max_length=8, choices=AskedIn, default=AskedIn.ALWAYS)
    # May hold "{name}", which is the other half's name when it is asked.
    text = models.CharField(_("question"), max_length=200)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CHOICE)
    # [[value, label], …] in the order in which they are read, values 1 to 5 where 5 is good; empty for own words.
    choices = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    asked_since = models.DateTimeField()
    replaces = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaced_by")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            # Of each kind of question one is asked at a time; of own words and of the program's own there may be several.
            models.UniqueConstraint(
                fields=["plan", "construct"],
                condition=Q(retired_at=None) & ~Q(construct__in=["words", "own"]),
                name="checkins_question_asked_once_a_construct",
            ),
            models.CheckConstraint(
                condition=~Q(construct__in=["voice", "respect", "comfort", "boundaries"]) | Q(asked_in="always", kind="choice"),
                name="checkins_question_measured_is_always_asked",
            ),
            models.CheckConstraint(
                condition=(Q(kind="text") & Q(choices=[])) | (Q(kind="choice") & ~Q(choices=[])),
                name="checkins_question_has_answers_to_choose_from",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def is_asked_at(self, moment: datetime) -> bool:
        """Whether a check-in that opened then asks it, whatever was changed since."""
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
