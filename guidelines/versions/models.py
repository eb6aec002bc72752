from collections.abc import Iterable
from functools import cached_property
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guidelines.versions.topics import Topic
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
    """The whole set of a program's guidelines at one time: an introduction, and its topics as `guidelines.versions.topics` keeps them."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="guideline_versions")
    number = models.PositiveSmallIntegerField()
    introduction = models.TextField(_("the introduction"), help_text=_("In Markdown."), blank=True)
    topics = models.JSONField(_("the topics"))
    summary_of_change = models.CharField(_("what changed, in a sentence"), max_length=300, blank=True)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    # Counts the times a draft was saved: who publishes what they read three times ago is told so.
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
            models.CheckConstraint(condition=~Q(topics=[]), name="guidelines_guidelineversion_says_something"),
        ]

    def __str__(self) -> str:
        return f"GuidelineVersion {self.pk}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @cached_property
    def all_topics(self) -> tuple[Topic, ...]:
        """In order. Whoever writes topics writes all of them, with `set_topics`."""
        return tuple(Topic.kept(topic) for topic in self.topics)

    def set_topics(self, topics: Iterable[Topic]) -> None:
        self.topics = [topic.to_keep() for topic in topics]
        self.__dict__.pop("all_topics", None)

    def topic(self, key: str) -> Topic | None:
        return next((topic for topic in self.all_topics if topic.key == key), None)

    def says_the_same_as(self, other: "GuidelineVersion") -> bool:
        return (self.introduction, self.topics) == (other.introduction, other.topics)


class AcknowledgementQuerySet(models.QuerySet["Acknowledgement"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(membership__in=Membership.objects.visible_to(membership))

    def of(self, membership: Membership) -> Self:
        return self.filter(membership=membership)

    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)


class Acknowledgement(models.Model):
    version = models.ForeignKey(GuidelineVersion, on_delete=models.PROTECT, related_name="acknowledgements")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="acknowledgements")
    acknowledged_at = models.DateTimeField()
    # Somebody may find that they can't keep to it. They can agree again, which is another row.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "membership"], condition=Q(withdrawn_at=None), name="guidelines_acknowledgement_once_a_person"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("acknowledged_at")),
                name="guidelines_acknowledgement_withdrawn_afterwards",
            ),
        ]


class ReadingQuerySet(models.QuerySet["Reading"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own alone."""
        return self.filter(membership=membership)


class Reading(models.Model):
    """How far somebody has read who has not agreed yet: of each topic the digest of the words they read, by its key.

    Which answers they picked is kept nowhere.
    """

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="guideline_reading")
    topics = models.JSONField(default=dict)

    objects = ReadingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Reading {self.pk}"
