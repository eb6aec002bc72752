import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from guidelines.courses.models import Course, CourseVersion
from mentoring.kernel.encryption.fields import EncryptedTextField
from programs.memberships.models import Membership

LONGEST_CODE = 43


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own, and those of the program for those who run it: how far, never what was said."""
        return self.filter(membership__in=Membership.objects.visible_to(membership))

    def of(self, membership: Membership) -> Self:
        return self.filter(membership=membership)

    def open(self) -> Self:
        return self.filter(finished_at=None)

    def finished(self) -> Self:
        return self.filter(finished_at__isnull=False)


class Enrolment(models.Model):
    """One person takes one course, once. Somebody who takes it again later has another."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="enrolments")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    # When it was begun, or when it is offered: not before that does the person see it.
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True)
    # When they last did something in it, and where they were: in the module `at_module` of `modules`.
    stepped_at = models.DateTimeField(null=True, blank=True)
    at_module = models.PositiveSmallIntegerField(default=0)
    modules = models.PositiveSmallIntegerField(default=0)
    minutes_left = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    expires_on = models.DateField(null=True, blank=True)
    # Where somebody who runs the program recorded it as done, such as in a course elsewhere.
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Of the page that shows the certificate to whoever has the link. Empty: there is no such page.
    code = models.CharField(max_length=LONGEST_CODE, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "course"], condition=Q(finished_at=None), name="guidelines_enrolment_one_open_a_person_and_course"
            ),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="guidelines_enrolment_code_is_of_one"),
            models.CheckConstraint(
                condition=Q(finished_at=None, version=None, expires_on=None, code="") | Q(finished_at__isnull=False, version__isnull=False),
                name="guidelines_enrolment_finished_in_a_version",
            ),
            models.CheckConstraint(
                condition=Q(begun_at=None) | Q(finished_at=None) | Q(finished_at__gte=F("begun_at")),
                name="guidelines_enrolment_begins_before_it_ends",
            ),
        ]
        indexes = [models.Index(fields=["course", "membership"], name="guidelines_enrolment_by_course")]

    def __str__(self) -> str:
        return f"Enrolment {self.pk}"

    def is_valid_on(self, day: date) -> bool:
        return self.finished_at is not None and (self.expires_on is None or day <= self.expires_on)


class StepQuerySet(models.QuerySet["Step"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own, whatever role somebody has."""
        return self.filter(enrolment__membership=membership)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)


class Step(models.Model):
    """One screen of a course, by its key, and what one person did there."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="steps")
    screen = models.CharField(max_length=32)
    # The place of the choice that was picked last, and how often one was.
    picked = models.PositiveSmallIntegerField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # A check is done once an answer holds.
    done_at = models.DateTimeField(null=True, blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "screen"], name="guidelines_step_one_a_screen")]
        indexes = [models.Index(fields=["screen"], name="guidelines_step_by_screen")]

    def __str__(self) -> str:
        return f"Step {self.pk}"


class ReflectionQuerySet(models.QuerySet["Reflection"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own, whatever role somebody has."""
        return self.filter(enrolment__membership=membership)


class Reflection(models.Model):
    """What somebody wrote to themselves in a course."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="reflections")
    screen = models.CharField(max_length=32)
    text = EncryptedTextField()
    written_at = models.DateTimeField()

    objects = ReflectionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "screen"], name="guidelines_reflection_one_a_screen")]

    def __str__(self) -> str:
        return f"Reflection {self.pk}"


class LiveHourQuerySet(models.QuerySet["LiveHour"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(membership__in=Membership.objects.visible_to(membership))


class LiveHour(models.Model):
    """That somebody was there when a course was held together, as those who run the program recorded it."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="live_hours")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="live_hours")
    held_on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = LiveHourQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "course", "held_on"], name="guidelines_livehour_once_a_day"),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=600), name="guidelines_livehour_lasts"),
        ]

    def __str__(self) -> str:
        return f"LiveHour {self.pk}"
