from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.memberships.models import Membership, Program


class ProfileQuestionQuerySet(models.QuerySet["ProfileQuestion"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(program_id=membership.program_id)

    def in_use(self) -> Self:
        return self.filter(retired_at=None).order_by("position", "pk")


class ProfileQuestion(models.Model):
    """A question of one program. Once asked, its words never change: an edit retires it and names it in a new row."""

    class Kind(models.TextChoices):
        SHORT_TEXT = "short_text", _("A line of text")
        LONG_TEXT = "long_text", _("Some lines of text")
        ONE = "one", _("One of a list")
        SEVERAL = "several", _("Several of a list")
        LANGUAGES = "languages", _("Languages")
        TIMES = "times", _("Free times in a week")

    class AskedOf(models.TextChoices):
        BOTH = "both", _("Everyone")
        OFFERING = "offering", _("Those who offer mentoring")
        SEEKING = "seeking", _("Those who seek mentoring")

    class Audience(models.TextChoices):
        MEMBERS = "members", _("Everyone in the program")
        PARTNER = "partner", _("The other half of a pairing, and coordinators")
        COORDINATORS = "coordinators", _("Coordinators only")

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="profile_questions")
    text = models.CharField(_("question"), max_length=200)
    help = models.CharField(_("a line of help"), max_length=300, blank=True)
    kind = models.CharField(_("kind of answer"), max_length=12, choices=Kind)
    # Choices of a list, in the order shown; empty for text.
    choices = models.JSONField(default=list, blank=True)
    # How many of them one may choose at most; empty where it does not matter.
    most_choices = models.PositiveSmallIntegerField(_("how many at most"), null=True, blank=True)
    asked_of = models.CharField(_("asked of"), max_length=10, choices=AskedOf, default=AskedOf.BOTH)
    audience = models.CharField(_("who can read the answer"), max_length=12, choices=Audience, default=Audience.PARTNER)
    is_required = models.BooleanField(_("must be answered"), default=False)
    position = models.PositiveSmallIntegerField(default=0)
    replaces = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaced_by")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ProfileQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(most_choices=None) | Q(kind="several", most_choices__gte=1),
                name="programs_profilequestion_limits_a_choice_of_several",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(membership__in=Membership.objects.visible_to(membership))


class Profile(models.Model):
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="profile")
    offers_mentoring = models.BooleanField(_("offers mentoring"), default=False)
    seeks_mentoring = models.BooleanField(_("seeks mentoring"), default=False)
    # How many people at once, as mentor and as mentee.
    offers_capacity = models.PositiveSmallIntegerField(_("how many people at most"), default=1)
    seeks_capacity = models.PositiveSmallIntegerField(default=1)
    paused_until = models.DateField(null=True, blank=True)
    # Empty while something that must be answered is open.
    finished_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = ProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(offers_capacity__lte=20, seeks_capacity__lte=20), name="programs_profile_capacity_is_at_most_twenty"
            ),
        ]

    def __str__(self) -> str:
        return f"Profile {self.pk}"


class ProfileAnswerQuerySet(models.QuerySet["ProfileAnswer"]):
    def visible_to(self, membership: Membership) -> Self:
        return self.filter(profile__membership__in=Membership.objects.visible_to(membership))


class ProfileAnswer(models.Model):
    """`value` is a text, or a list of texts where several may be chosen."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(ProfileQuestion, on_delete=models.PROTECT, related_name="answers")
    value = models.JSONField()

    objects = ProfileAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "question"], name="programs_profileanswer_one_a_question"),
        ]

    @property
    def in_words(self) -> str:
        return ", ".join(str(value) for value in self.value) if isinstance(self.value, list) else str(self.value)
