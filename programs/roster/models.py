from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.jobs.models import Job
from programs.memberships.models import Cohort, Membership, Program


class SheetQuerySet(models.QuerySet["Sheet"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program_id=membership.program_id) if membership.is_staff else self.none()

    def for_list(self) -> Self:
        """What the list of uploads shows, newest first, in one query."""
        return self.select_related("uploaded_by").order_by("-uploaded_at", "-pk")


class Sheet(models.Model):
    """One spreadsheet that was uploaded."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="sheets")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    # Which tab of a workbook it was; or what stands between two cells of a text.
    tab = models.CharField(max_length=100, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    header = models.JSONField(default=list)
    # What stands in which column: {"1": "email", "4": "question-12"}. Columns that are left out do not appear.
    columns = models.JSONField(default=dict)
    # An answer that is none of the choices is left empty, rather than a mistake of its row.
    leaves_unknown_out = models.BooleanField(default=False)
    # Such answers, by column, and how often each is there: {"4": {"5": 3}}.
    unknown = models.JSONField(default=dict)
    cohort = models.ForeignKey(Cohort, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField()
    # Empty until every row is kept; until the columns are chosen and every row was looked at; until somebody said that people are invited.
    read_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    # The latest work on it. No key: the kernel's own keys lead to the people of this app.
    job_id = models.PositiveBigIntegerField(null=True, unique=True)

    objects = SheetQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Sheet {self.pk}"

    @property
    def due_step(self) -> str:
        """The page where it goes on when no work on it is open: "progress" says why a file was not read to its end."""
        if self.confirmed_at is not None:
            return "result"
        if self.checked_at is not None:
            return "preview"
        return "columns" if self.read_at is not None else "progress"

    def job(self) -> Job | None:
        """One query."""
        return Job.objects.visible_to_program(self.program_id).filter(pk=self.job_id).first() if self.job_id else None

    def counts(self) -> dict[str, int]:
        """How many rows have which outcome, in one query."""
        found = self.rows.values_list("outcome").annotate(number=Count("pk")).order_by()
        return dict.fromkeys(SheetRow.Outcome.values, 0) | dict(found)


class SheetPartQuerySet(models.QuerySet["SheetPart"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(sheet__in=Sheet.objects.visible_to(membership))


class SheetPart(models.Model):
    """A piece of the file itself, until a worker has read it."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    content = models.BinaryField()

    objects = SheetPartQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="programs_sheetpart_one_a_number")]

    def __str__(self) -> str:
        return f"SheetPart {self.pk}"


class SheetRowQuerySet(models.QuerySet["SheetRow"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(sheet__in=Sheet.objects.visible_to(membership))

    def in_order(self) -> Self:
        return self.order_by("line")

    def unchecked(self) -> Self:
        return self.filter(outcome=SheetRow.Outcome.UNCHECKED)

    def to_invite(self) -> Self:
        return self.filter(outcome=SheetRow.Outcome.NEW)


class SheetRow(models.Model):
    class Outcome(models.TextChoices):
        UNCHECKED = "unchecked", _("Not looked at yet")
        NEW = "new", _("Will be invited")
        INVITED = "invited", _("Invited")
        ASKED = "asked", _("Already invited")
        MEMBER = "member", _("Already in the program")
        LEFT = "left", _("Has left the program")
        WITHDRAWN = "withdrawn", _("The invitation was taken back")
        MISTAKE = "mistake", _("Has a mistake")

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="rows")
    # As the spreadsheet counts its lines.
    line = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.UNCHECKED)
    # Empty where there is none that could be written to.
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=150, blank=True)
    # As in an invitation.
    prefilled = models.JSONField(default=dict)
    # [{"code": "unknown_choice", "column": 4, "value": "5", …}]: words are found when somebody reads them, in their language.
    mistakes = models.JSONField(default=list)

    objects = SheetRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "line"], name="programs_sheetrow_one_a_line"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["unchecked", "mistake"]) | ~models.Q(email=""),
                name="programs_sheetrow_goes_to_an_address",
            ),
        ]
        indexes = [
            models.Index(fields=["sheet", "outcome", "line"], name="programs_sheetrow_by_outcome"),
            models.Index(fields=["sheet", "email"], name="programs_sheetrow_by_address"),
        ]
