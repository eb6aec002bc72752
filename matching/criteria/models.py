from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.memberships.models import Membership, Program
from programs.profiles.models import ProfileQuestion

OfAnswer = ProfileQuestion.Kind


class CriterionQuerySet(models.QuerySet["Criterion"]):
    def visible_to(self, membership: Membership) -> Self:
        """Those who run the program: how people are compared is theirs to set, and theirs to tell."""
        return self.filter(program_id=membership.program_id) if membership.is_staff else self.none()

    def for_list(self) -> Self:
        """With their questions, in the order in which they were put, in one query."""
        return self.select_related("question", "mentor_question").order_by("position", "pk")


class Criterion(models.Model):
    """A question turned into a rule (no pair without it) or into a wish that weighs more or less."""

    class Kind(models.TextChoices):
        MUST_MATCH = "must_match", gettext_lazy("Must be the same")
        MUST_DIFFER = "must_differ", gettext_lazy("Must not be the same")
        LANGUAGE = "language", gettext_lazy("Must have a language in common")
        SIMILAR = "similar", gettext_lazy("Alike is good")
        DIFFERENT = "different", gettext_lazy("Different is good")
        OFFERS = "offers", gettext_lazy("One offers what the other looks for")
        OVERLAP = "overlap", gettext_lazy("Some in common is good")

    class Weight(models.IntegerChoices):
        LITTLE = 10, gettext_lazy("A little")
        SOME = 30, gettext_lazy("Somewhat")
        MUCH = 60, gettext_lazy("Much")
        MOST = 100, gettext_lazy("Most of all")

    class Part(models.TextChoices):
        NONE = "", gettext_lazy("Neither")
        # Every pair should have at least one of each, and is told both in words.
        ANCHOR = "anchor", gettext_lazy("Something that the two share")
        DIFFERENCE = "difference", gettext_lazy("Something in which the two differ")

    RULES = (Kind.MUST_MATCH, Kind.MUST_DIFFER, Kind.LANGUAGE)
    # What can be asked of which kind of answer.
    FITS = {
        OfAnswer.ONE: (Kind.MUST_MATCH, Kind.MUST_DIFFER, Kind.SIMILAR, Kind.DIFFERENT, Kind.OFFERS),
        OfAnswer.SEVERAL: (Kind.MUST_MATCH, Kind.SIMILAR, Kind.DIFFERENT, Kind.OFFERS),
        OfAnswer.LANGUAGES: (Kind.LANGUAGE, Kind.OVERLAP, Kind.OFFERS),
        OfAnswer.TIMES: (Kind.MUST_MATCH, Kind.OVERLAP),
    }
    # Where several may be chosen, some things are said in other words.
    SAID = {
        (OfAnswer.SEVERAL, Kind.MUST_MATCH): gettext_lazy("Must have something in common"),
        (OfAnswer.TIMES, Kind.MUST_MATCH): gettext_lazy("Must be free at the same hours"),
        (OfAnswer.TIMES, Kind.OVERLAP): gettext_lazy("Free at the same hours is good"),
        (OfAnswer.LANGUAGES, Kind.OVERLAP): gettext_lazy("Languages in common are good"),
    }
    PARTS = {Kind.SIMILAR: Part.ANCHOR, Kind.OFFERS: Part.ANCHOR, Kind.OVERLAP: Part.ANCHOR, Kind.DIFFERENT: Part.DIFFERENCE}
    MOST_NEEDED = 50

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="criteria")
    kind = models.CharField(max_length=12, choices=Kind)
    question = models.ForeignKey(ProfileQuestion, on_delete=models.PROTECT, related_name="criteria")
    # What the other side answers, where that is another question: what somebody offers, to what somebody looks for.
    mentor_question = models.ForeignKey(ProfileQuestion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Nothing for a rule, which does not weigh: it holds.
    weight = models.PositiveSmallIntegerField(default=0)
    # So many in common are enough; of free times so many hours.
    need = models.PositiveSmallIntegerField(default=1)
    # The choices of a list are steps: neighbours are nearly the same.
    in_order = models.BooleanField(default=False)
    part = models.CharField(max_length=10, choices=Part, blank=True, default=Part.NONE)
    position = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()

    objects = CriterionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "kind", "question"], name="matching_criterion_once_a_kind_and_question"),
            models.CheckConstraint(
                condition=Q(kind__in=["must_match", "must_differ", "language"], weight=0)
                | (~Q(kind__in=["must_match", "must_differ", "language"]) & Q(weight__in=[10, 30, 60, 100])),
                name="matching_criterion_is_a_rule_or_weighs",
            ),
            models.CheckConstraint(condition=Q(need__gte=1, need__lte=50), name="matching_criterion_needs_at_least_one"),
            models.CheckConstraint(
                condition=Q(in_order=False) | Q(kind__in=["similar", "different"]), name="matching_criterion_steps_are_near_or_far"
            ),
            models.CheckConstraint(
                condition=Q(part="") | Q(part="anchor", kind__in=["similar", "offers", "overlap"]) | Q(part="difference", kind="different"),
                name="matching_criterion_part_is_what_it_looks_for",
            ),
            models.CheckConstraint(
                condition=Q(mentor_question=None) | (Q(kind="offers") & ~Q(mentor_question=F("question"))),
                name="matching_criterion_two_questions_offer_and_seek",
            ),
        ]

    def __str__(self) -> str:
        return f"Criterion {self.pk}"

    @property
    def is_rule(self) -> bool:
        return self.kind in self.RULES

    @property
    def kind_in_words(self) -> str:
        return said_as(self.kind, self.question)

    @property
    def weight_in_words(self) -> str:
        return "" if self.is_rule else str(self.Weight(self.weight).label)

    @property
    def of_mentor(self) -> ProfileQuestion:
        """The question whose answer counts on the mentor's side."""
        return self.mentor_question or self.question

    @property
    def trouble(self) -> str:
        """Why it cannot count as things are, in a sentence; nothing where it can."""
        for question in (self.question, self.of_mentor):
            if question.retired_at is not None:
                return _("Its question is gone: “%(question)s” is no longer asked.") % {"question": question.text}
            if self.kind not in self.FITS.get(OfAnswer(question.kind), ()):
                return _("“%(question)s” is answered in another way now, so that this cannot be compared.") % {"question": question.text}
        return who_is_not_asked(self.question, self.mentor_question)


def said_as(kind: str, question: ProfileQuestion) -> str:
    """A kind of criterion in the words that fit the answers to a question."""
    kind = Criterion.Kind(kind)
    return str(Criterion.SAID.get((OfAnswer(question.kind), kind), kind.label))


def who_is_not_asked(question: ProfileQuestion, mentor_question: ProfileQuestion | None) -> str:
    """A sentence where one side has no answer to give; nothing where both have. The question is the mentee's, if there are two."""
    asked_of = ProfileQuestion.AskedOf
    if question.asked_of == asked_of.OFFERING:
        return _("Only those who offer mentoring are asked “%(question)s”.") % {"question": question.text}
    if (mentor_question or question).asked_of == asked_of.SEEKING:
        return _("Only those who seek mentoring are asked “%(question)s”.") % {"question": (mentor_question or question).text}
    return ""


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own; and to staff what was no private choice, never about themselves."""
        own = Q(by=membership)
        if not membership.is_staff:
            return self.filter(own)
        of_program = Q(program_id=membership.program_id) & ~Q(reason=Exclusion.Reason.PRIVATE)
        return self.filter(own | (of_program & ~Q(one=membership) & ~Q(other=membership)))

    def private(self) -> Self:
        return self.filter(reason=Exclusion.Reason.PRIVATE)

    def of_program(self) -> Self:
        """What those who run the program settled, for a reason that can be said."""
        return self.exclude(reason=Exclusion.Reason.PRIVATE)

    def of(self, one: Membership, other: Membership) -> Self:
        return self.filter(Q(one=one, other=other) | Q(one=other, other=one))

    def for_list(self) -> Self:
        """With the names of the two, the latest first, in one query."""
        return self.select_related("one__user", "other__user", "by__user").order_by("-made_at", "-pk")


class Exclusion(models.Model):
    """These two are never put together. A private one is somebody's own "not for me"."""

    class Reason(models.TextChoices):
        LINE_MANAGER = "line_manager", gettext_lazy("One leads the other at work or grades them")
        RELATIVE = "relative", gettext_lazy("They are family or close friends")
        EARLIER = "earlier", gettext_lazy("They were a pair before")
        STAFF = "staff", gettext_lazy("Another reason")
        PRIVATE = "private", gettext_lazy("Not for me")

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="exclusions")
    one = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason)
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="exclusions_made")
    made_at = models.DateTimeField()

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(one=F("other")), name="matching_exclusion_is_of_two_people"),
            models.CheckConstraint(
                condition=~Q(reason="private") | Q(by=F("one")) | Q(by=F("other")), name="matching_exclusion_private_of_one_of_the_two"
            ),
            models.UniqueConstraint(Least("one", "other"), Greatest("one", "other"), "by", name="matching_exclusion_once_an_author"),
        ]

    def __str__(self) -> str:
        return f"Exclusion {self.pk}"
