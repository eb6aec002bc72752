import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from checkins.care.models import Task
from matching.pairings.models import Pairing
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership, Program


class SignalRuleQuerySet(models.QuerySet["SignalRule"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program=membership.program_id) if membership.is_staff else self.none()


class SignalRule(models.Model):
    """How careful a program is: how many false findings it bears for finding what is true."""

    class Preset(models.TextChoices):
        USUAL = "usual", _("Usual")
        CAREFUL = "careful", _("Careful: half as many false alarms, and what is true is found later")

    program = models.OneToOneField(Program, on_delete=models.CASCADE, related_name="signal_rule")
    preset = models.CharField(_("how careful"), max_length=8, choices=Preset, default=Preset.USUAL)

    objects = SignalRuleQuerySet.as_manager()


class BaselineQuerySet(models.QuerySet["Baseline"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program=membership.program_id) if membership.is_staff else self.none()

    def in_force(self) -> Self:
        """Those that were put in force; the last of a program is the one that counts."""
        return self.filter(in_force_at__isnull=False).order_by("-in_force_at", "-pk")

    def offered(self) -> Self:
        return self.filter(in_force_at=None, set_aside_at=None)


class Baseline(models.Model):
    """What is usual in a program, as a version: offered by the reckoning, put in force or set aside by a coordinator, never changed."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="baselines")
    number = models.PositiveIntegerField()
    # The fields of `ProgramBaseline`, as numbers and lists.
    values = models.JSONField()
    pairs_used = models.PositiveIntegerField()
    # From the facts of the weeks up to and including that of this Monday.
    until = models.DateField()
    offered_at = models.DateTimeField()
    in_force_at = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = BaselineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="checkins_baseline_one_a_number"),
            models.UniqueConstraint(
                fields=["program"], condition=Q(in_force_at=None, set_aside_at=None), name="checkins_baseline_one_offer_a_program"
            ),
            models.CheckConstraint(condition=Q(in_force_at=None) | Q(set_aside_at=None), name="checkins_baseline_in_force_or_set_aside"),
        ]

    def __str__(self) -> str:
        return f"Baseline {self.pk}"


class OptOutQuerySet(models.QuerySet["OptOut"]):
    def visible_to(self, membership: Membership) -> Self:
        """Whose choice it is, and nobody else."""
        return self.filter(membership=membership)

    def now(self) -> Self:
        return self.filter(until=None)


class OptOut(models.Model):
    """A time in which nothing of somebody's pairings is measured: their own choice, which only they are told of. Check-ins go on."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="opt_outs")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = OptOutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=Q(until=None), name="checkins_optout_one_at_a_time"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="checkins_optout_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"OptOut {self.pk}"


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, membership: Membership) -> Self:
        if not membership.is_staff:
            return self.none()
        return self.filter(pairing__in=Pairing.objects.visible_to(membership).not_of(membership))


class Assessment(models.Model):
    """How far a pairing was looked at. A pairing whose facts cannot be read is left for the next night, and stops nobody else."""

    pairing = models.OneToOneField(Pairing, on_delete=models.CASCADE, related_name="assessment")
    # The Monday of the last week that was looked at; empty where none could be yet.
    week = models.DateField(null=True, blank=True)
    assessed_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(week=None) | Q(week__iso_week_day=1), name="checkins_assessment_week_begins_on_monday"),
        ]

    def __str__(self) -> str:
        return f"Assessment {self.pk}"


class SignalQuerySet(models.QuerySet["Signal"]):
    def visible_to(self, membership: Membership) -> Self:
        """Staff, and never about themselves or a pairing of their own. What tells of answers follows the rule of the answers."""
        if not membership.is_staff:
            return self.none()
        others = self.filter(pairing__in=Pairing.objects.visible_to(membership).not_of(membership))
        return others if membership.is_admin else others.filter(read_by=Program.AnswersReadBy.COORDINATORS)

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def with_people(self) -> Self:
        return self.select_related(
            "pairing__program",
            "pairing__first__user",
            "pairing__second__user",
            "pairing__coordinator__user",
            "about__user",
            "task__owner__user",
        )

    def newest_first(self) -> Self:
        return self.order_by("-found_at", "-pk")


class Signal(models.Model):
    """A measured imbalance in a pairing, about the side whose part fell. It keeps what was seen; what comes later does not change it."""

    class Kind(models.TextChoices):
        TOGETHER = "together", _("One side takes part less, and says so")
        TOPICS = "topics", _("Topics come from one side")
        DECISIONS = "decisions", _("One side decides")
        SCHEDULING = "scheduling", _("One side arranges")
        ANSWERS = "answers", _("One side’s answers fell")
        GAP = "gap", _("The two describe it more differently")
        FROM_START = "from_start", _("Low since the beginning")
        SILENCE = "silence", _("Fewer check-ins answered")

    # Made of what somebody answered: read by whom the program lets read answers.
    OF_ANSWERS = (Kind.TOGETHER, Kind.ANSWERS, Kind.GAP, Kind.FROM_START)

    class Verdict(models.TextChoices):
        USEFUL = "useful", _("Useful")
        NOT_USEFUL = "not_useful", _("Not useful")
        CANNOT_TELL = "cannot_tell", _("Cannot tell")

    class Outcome(models.TextChoices):
        TALKED = "talked", _("Spoke with both, and that was enough")
        RESET = "reset", _("They held a reset conversation")
        CHANGED = "changed", _("They changed how they work together")
        NEW_PARTNER = "new_partner", _("A new partner was found")
        ENDED = "ended", _("The pairing ended")
        NOTHING = "nothing", _("There was nothing to do")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="signals")
    about = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=12, choices=Kind)
    # The Monday of the week in which it was found, and of the one from which on it was so.
    week = models.DateField()
    since = models.DateField()
    # What the sentence is written from: counts of the two sides, as JSON. Sealed, for it tells of answers.
    seen = EncryptedTextField()
    # Natural logarithm. For the reckoning and its report; no page shows it.
    evidence = models.FloatField()
    # False findings in 100 healthy months of a pair; empty as long as nobody knows what is usual in the program.
    stated_rate = models.FloatField(null=True, blank=True)
    baseline = models.ForeignKey(Baseline, on_delete=models.SET_NULL, null=True, blank=True, related_name="signals")
    read_by = models.CharField(max_length=12, choices=Program.AnswersReadBy)
    # Through it a signal comes into the morning. A signal that is found while such a task is open joins it.
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="signals")
    found_at = models.DateTimeField()
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True, default="")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    # Empty on a signal that is closed: the pairing ended.
    closed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = SignalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pairing", "kind", "week", "about"], name="checkins_signal_found_once"),
            models.CheckConstraint(condition=Q(since__lte=F("week")), name="checkins_signal_since_is_not_after_its_week"),
        ]
        indexes = [
            models.Index(fields=["task"], condition=Q(closed_at=None), name="checkins_signal_open"),
            models.Index(fields=["pairing", "week"], name="checkins_signal_of_pairing"),
        ]

    def __str__(self) -> str:
        return f"Signal {self.pk}"

    @property
    def is_provisional(self) -> bool:
        return self.stated_rate is None


class QuietReviewQuerySet(models.QuerySet["QuietReview"]):
    def visible_to(self, membership: Membership) -> Self:
        if not membership.is_staff:
            return self.none()
        return self.filter(pairing__in=Pairing.objects.visible_to(membership).not_of(membership))

    def waiting(self) -> Self:
        return self.filter(reviewed_at=None)


class QuietReview(models.Model):
    """A pairing without a signal, drawn by chance for a look: how much does the reckoning miss?"""

    class Verdict(models.TextChoices):
        WELL = "well", _("All seems well")
        MISSED = "missed", _("Something is wrong that no signal told")
        CANNOT_TELL = "cannot_tell", _("Cannot tell")

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="quiet_reviews")
    # The first day of the month for which it was drawn.
    month = models.DateField()
    drawn_at = models.DateTimeField()
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True, default="")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = QuietReviewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pairing", "month"], name="checkins_quietreview_once_a_month")]

    def __str__(self) -> str:
        return f"QuietReview {self.pk}"


class PatternQuerySet(models.QuerySet["Pattern"]):
    def visible_to(self, membership: Membership) -> Self:
        """One level up: admins, and the deputy; never whom it is about, nor who is in one of its pairings or looks after one."""
        if not (membership.is_admin or membership.is_deputy):
            return self.none()
        part = Pairing.objects.filter(Q(first=membership) | Q(second=membership) | Q(coordinator=membership))
        others = self.filter(program=membership.program_id).exclude(about=membership)
        return others.exclude(pairings__in=part).exclude(had_part=membership)

    def open(self) -> Self:
        return self.filter(done_at=None)


class Pattern(models.Model):
    """The same seen in several pairings of one mentor, or in the care of one coordinator: for somebody who is no part of it."""

    class Kind(models.TextChoices):
        MENTOR = "mentor", _("The same in several pairings of one mentor")
        COORDINATOR = "coordinator", _("The same in several pairings of one coordinator")

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="patterns")
    kind = models.CharField(max_length=12, choices=Kind)
    about = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="patterns")
    pairings = models.ManyToManyField(Pairing, related_name="patterns")
    # Both of each pairing and who looked after it. They stay shut out when the pairing itself is kept no longer.
    had_part = models.ManyToManyField(Membership, related_name="+")
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PatternQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "about"], condition=Q(done_at=None), name="checkins_pattern_one_open_a_person"),
        ]

    def __str__(self) -> str:
        return f"Pattern {self.pk}"
