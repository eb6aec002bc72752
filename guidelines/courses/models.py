from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from guidelines.courses import pictures
from guidelines.courses.reader import Audience as AudienceOfText
from guidelines.courses.reader import Facts, Module, module_of
from programs.memberships.models import Membership, Program

LONGEST_NAME = 60


class CourseQuerySet(models.QuerySet["Course"]):
    def visible_to(self, membership: Membership) -> Self:
        """Everybody reads every course that was published; drafts and what was put away are for those who run the program."""
        mine = self.filter(program_id=membership.program_id)
        return mine if membership.is_staff else mine.filter(retired_at=None, versions__published_at__isnull=False).distinct()

    def in_use(self) -> Self:
        return self.filter(retired_at=None)


class Course(models.Model):
    """What it says stands in its versions."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="courses")
    # In file names, and for whoever offers a certain one: `refresher-waiting`.
    name = models.SlugField(max_length=LONGEST_NAME)
    created_at = models.DateTimeField()
    # Put away: asked of nobody any more. What people have done of it stays.
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "name"], name="guidelines_course_one_name_a_program")]

    def __str__(self) -> str:
        return f"Course {self.pk}"


class PictureQuerySet(models.QuerySet["Picture"]):
    def visible_to(self, membership: Membership) -> Self:
        """What a version shows that this person may read; to those who run the program also what waits for a place in the text."""
        mine = self.filter(course__program_id=membership.program_id)
        return mine if membership.is_staff else mine.filter(pk__in=CourseVersion.objects.visible_to(membership).values("pictures"))


class Picture(models.Model):
    """Of a course, by the name under which its texts show it. It never changes, and stays for as long as a version shows it."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="pictures")
    name = models.CharField(max_length=pictures.LONGEST_NAME)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    objects = PictureQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="guidelines_picture_one_name_a_course")]

    def __str__(self) -> str:
        return f"Picture {self.pk}"

    @property
    def content_type(self) -> str:
        return pictures.CONTENT_TYPES[self.name.rpartition(".")[2]]


class CourseVersionQuerySet(models.QuerySet["CourseVersion"]):
    def visible_to(self, membership: Membership) -> Self:
        mine = self.filter(course__program_id=membership.program_id)
        return mine if membership.is_staff else mine.filter(course__retired_at=None).exclude(published_at=None)

    def draft(self) -> Self:
        return self.filter(published_at=None)

    def in_force(self) -> Self:
        """The newest published version of each course that is in use."""
        newest = CourseVersion.objects.filter(course=OuterRef("course")).exclude(published_at=None).order_by("-number").values("pk")[:1]
        return self.filter(course__retired_at=None, pk=Subquery(newest))

    def in_a_list(self) -> Self:
        """Without the modules, which are long; those that must be done come first."""
        return self.select_related("course").defer("modules").order_by("-is_required", "course_id")

    def comes_round(self) -> Self:
        """Refreshers: nobody has to, and what was learned is fresh for so many days."""
        return self.filter(is_required=False, valid_days__isnull=False)


class CourseVersion(models.Model):
    """A course at one time: what is said of it, and the text of each of its modules, in order."""

    class Audience(models.TextChoices):
        MENTORS = AudienceOfText.MENTORS.value, _("Whoever offers mentoring")
        MENTEES = AudienceOfText.MENTEES.value, _("Whoever seeks mentoring")
        EVERYONE = AudienceOfText.EVERYONE.value, _("Every participant")
        PAIR = AudienceOfText.PAIR.value, _("Two people, together")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=600)
    audience = models.CharField(_("whom it is for"), max_length=12, choices=Audience)
    is_required = models.BooleanField(_("it comes before a first pairing"), default=False)
    valid_days = models.PositiveSmallIntegerField(_("days it is valid"), null=True, blank=True)
    live_minutes = models.PositiveSmallIntegerField(_("minutes together, live"), default=0)
    modules = models.JSONField(default=list)
    pictures = models.ManyToManyField(Picture, related_name="versions")
    # Reckoned from the modules when it is saved, so that a list need not read them.
    minutes = models.PositiveSmallIntegerField(default=0)
    summary_of_change = models.CharField(max_length=300, blank=True)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # Counts the times a draft was saved: who saves what they read three times ago is told so.
    revision = models.PositiveIntegerField(default=1)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = CourseVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="guidelines_courseversion_numbered_once"),
            models.UniqueConstraint(fields=["course"], condition=Q(published_at=None), name="guidelines_courseversion_one_draft_a_course"),
            models.CheckConstraint(condition=Q(published_at=None) | ~Q(modules=[]), name="guidelines_courseversion_published_with_modules"),
        ]

    def __str__(self) -> str:
        return f"CourseVersion {self.pk}"

    @property
    def comes_round(self) -> bool:
        return not self.is_required and self.valid_days is not None

    @property
    def read_modules(self) -> list[Module]:
        return [module_of(text) for text in self.modules]

    @property
    def facts(self) -> Facts:
        return Facts(
            title=self.title,
            summary=self.summary,
            audience=AudienceOfText(self.audience),
            is_required=self.is_required,
            valid_days=self.valid_days,
            live_minutes=self.live_minutes,
        )
