"""A program is the tenant: nothing crosses it."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.people.models import validate_time_zone

if TYPE_CHECKING:
    from programs.people.models import User


class Program(models.Model):
    class Kind(models.TextChoices):
        DATED = "dated", _("Cohorts with dates")
        OPEN = "open", _("Always open")
        RECIPROCAL = "reciprocal", _("Equal peers, no fixed mentor")

    class AnswersReadBy(models.TextChoices):
        COORDINATORS = "coordinators", _("Coordinators and admins")
        ADMINS = "admins", _("Admins only")

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.DATED)
    purpose = models.TextField(_("what it is for"), blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    mentor_word = models.CharField(_("your word for a mentor"), max_length=40, default="mentor")
    mentee_word = models.CharField(_("your word for a mentee"), max_length=40, default="mentee")
    staff_need_second_factor = models.BooleanField(_("coordinators, admins and the deputy need a second sign-in step"), default=True)
    answers_read_by = models.CharField(
        _("who reads check-in answers"), max_length=12, choices=AnswersReadBy, default=AnswersReadBy.COORDINATORS
    )
    help_contact = models.TextField(_("whom to turn to, and how"), blank=True)
    decisions_reopen_days = models.PositiveSmallIntegerField(
        _("days in which either of two reopens a decision"), default=14, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    begin_again_days = models.PositiveSmallIntegerField(
        _("days after an ending in which two can begin again"), default=90, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    reset_again_days = models.PositiveSmallIntegerField(
        _("days after a reset conversation until both are asked how it is"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    nudge_after_days = models.PositiveSmallIntegerField(
        _("days without a meeting until both get a gentle word"), default=28, validators=[MinValueValidator(7), MaxValueValidator(365)]
    )
    introduction_reminder_days = models.PositiveSmallIntegerField(
        _("days after an introduction until who has not answered is reminded"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    introduction_open_days = models.PositiveSmallIntegerField(
        _("days after which an introduction ends that has not had two yeses"),
        default=14,
        validators=[MinValueValidator(2), MaxValueValidator(90)],
    )
    training_first = models.BooleanField(_("a first pairing waits for the courses that come before it"), default=True)
    refresher_days = models.PositiveSmallIntegerField(
        _("days after which a refresher is offered"), default=90, validators=[MinValueValidator(30), MaxValueValidator(365)]
    )
    agreement_review_weeks = models.PositiveSmallIntegerField(
        _("weeks until two look at their agreement again"), default=6, validators=[MinValueValidator(1), MaxValueValidator(52)]
    )
    people_may_ask = models.BooleanField(_("people may ask each other"), default=False)
    open_requests = models.PositiveSmallIntegerField(
        _("requests of one person that may be open at once"), default=2, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(introduction_reminder_days__gte=1, introduction_reminder_days__lt=F("introduction_open_days")),
                name="programs_program_reminds_before_an_introduction_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, membership: "Membership") -> Self:
        return self.filter(program_id=membership.program_id)


class Cohort(models.Model):
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="cohorts")
    name = models.CharField(_("name"), max_length=80)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = CohortQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "name"], name="programs_cohort_one_name_a_program"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="programs_cohort_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HolidayQuerySet(models.QuerySet["Holiday"]):
    def visible_to(self, membership: "Membership") -> Self:
        return self.filter(program_id=membership.program_id)

    def in_order(self) -> Self:
        return self.order_by("first_day", "pk")


class Holiday(models.Model):
    """Days on which a program asks nothing of anybody, the first and the last included."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="holidays")
    name = models.CharField(_("name"), max_length=80)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    objects = HolidayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=models.F("first_day")), name="programs_holiday_ends_after_it_starts"),
            models.UniqueConstraint(fields=["program", "first_day", "last_day"], name="programs_holiday_once_the_same_days"),
        ]

    def __str__(self) -> str:
        return self.name


# What somebody may have to do before a pairing of theirs can start, by the key under which `readiness` keeps it.
STILL_TO_DO = {"profile": _("Profile"), "guidelines": _("Guidelines"), "training": _("Course")}


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, membership: "Membership") -> Self:
        """Staff see everybody in the program; a participant sees themselves here, and their partners through the pairing."""
        mine = self.filter(program_id=membership.program_id)
        return mine if membership.is_staff else mine.filter(pk=membership.pk)

    def of(self, user: "User") -> Self:
        """The places a person has now, in programs that still run."""
        return self.filter(user=user, left_at=None, program__archived_at=None).select_related("program")

    def current(self) -> Self:
        return self.filter(left_at=None)

    def participants(self) -> Self:
        return self.filter(is_participant=True)

    def staff(self) -> Self:
        return self.filter(Q(is_coordinator=True) | Q(is_admin=True))

    def with_people(self) -> Self:
        return self.select_related("user")

    def called_like(self, words: str) -> Self:
        """Whose name or address holds each of these words."""
        found = self
        for word in words.split():
            found = found.filter(Q(user__name__icontains=word) | Q(user__called__icontains=word) | Q(user__email__icontains=word))
        return found

    def for_list(self) -> Self:
        """Everything that a list of people shows, in two queries."""
        return self.select_related("user", "cohort").prefetch_related("requirements")


class Membership(models.Model):
    ROLES = {"is_participant": _("Participant"), "is_coordinator": _("Coordinator"), "is_admin": _("Admin"), "is_deputy": _("Deputy")}

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    cohort = models.ForeignKey(Cohort, on_delete=models.SET_NULL, null=True, blank=True, related_name="memberships")
    is_participant = models.BooleanField(_("participant"), default=False)
    is_coordinator = models.BooleanField(_("coordinator"), default=False)
    is_admin = models.BooleanField(_("admin"), default=False)
    is_deputy = models.BooleanField(_("deputy"), default=False)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    # Empty while something required is open; written by `readiness` alone.
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "user"], name="programs_membership_one_a_person_and_program"),
            models.UniqueConstraint(
                fields=["program"], condition=Q(is_deputy=True, left_at=None), name="programs_membership_one_deputy_a_program"
            ),
            models.CheckConstraint(
                condition=Q(is_participant=True) | Q(is_coordinator=True) | Q(is_admin=True) | Q(is_deputy=True),
                name="programs_membership_has_a_role",
            ),
        ]

    def __str__(self) -> str:
        return f"Membership {self.pk}"

    @property
    def is_staff(self) -> bool:
        """Runs the program: a coordinator or an admin."""
        return self.is_coordinator or self.is_admin

    def still_to_do(self) -> list[str]:
        """What is open, in words, in the order in which it was asked. Reads what `for_list` fetched."""
        open_ones = sorted((row for row in self.requirements.all() if row.done_at is None), key=lambda row: (row.opened_at, row.pk))
        return [str(STILL_TO_DO.get(row.key, row.key)) for row in open_ones]

    def role_keys(self) -> str:
        """The roles as the audit trail keeps them: `participant,coordinator`."""
        return ",".join(role.removeprefix("is_") for role in self.ROLES if getattr(self, role))

    def role_names(self) -> list[str]:
        """The roles in words for a person."""
        return [str(words) for role, words in self.ROLES.items() if getattr(self, role)]
