from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.memberships.models import Membership, Program


class GuidelineVersionQuerySet(models.QuerySet["GuidelineVersion"]):
    def visible_to(self, membership: Membership) -> Self:
        """Everybody reads what was published; drafts are for those who run the program."""
        mine = self.filter(program_id=membership.program_id)
        return mine if membership.is_staff else mine.exclude(published_at=None)

    def published(self) -> Self:
        return self.exclude(published_at=None).order_by("-number")

    def draft(self) -> Self:
        return self.filter(published_at=None)

    def in_force(self) -> Self:
        """The newest published version of each program."""
        newest = GuidelineVersion.objects.filter(program=models.OuterRef("program")).published().values("pk")[:1]
        return self.filter(pk=models.Subquery(newest))


class GuidelineVersion(models.Model):
    """The whole set of a program's guidelines, as one text, at one time."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="guideline_versions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("the guidelines"), help_text=_("In Markdown. Each heading becomes a topic."))
    summary_of_change = models.CharField(_("what changed, in a sentence"), max_length=300, blank=True)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    # Counts the times a draft was saved: who saves what they read three times ago is told so.
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    objects = GuidelineVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="guidelines_guidelineversion_numbered_once"),
            models.UniqueConstraint(
                fields=["program"], condition=Q(published_at=None), name="guidelines_guidelineversion_one_draft_a_program"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="guidelines_guidelineversion_says_something"),
        ]

    def __str__(self) -> str:
        return f"GuidelineVersion {self.pk}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class AcknowledgementQuerySet(models.QuerySet["Acknowledgement"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(membership__in=Membership.objects.visible_to(membership))

    def of(self, membership: Membership) -> Self:
        return self.filter(membership=membership)


class Acknowledgement(models.Model):
    version = models.ForeignKey(GuidelineVersion, on_delete=models.PROTECT, related_name="acknowledgements")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="acknowledgements")
    acknowledged_at = models.DateTimeField()

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "membership"], name="guidelines_acknowledgement_once_a_person"),
        ]
