from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from matching.criteria.models import Criterion, Exclusion, said_as, who_is_not_asked
from matching.criteria.services import Wish
from mentoring.kernel.forms import EvenhandForm, OneOf
from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import Membership
from programs.profiles.models import ProfileQuestion

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from programs.memberships.models import MembershipQuerySet

Kind, OfAnswer = Criterion.Kind, ProfileQuestion.Kind

# What each means where people choose one answer, and where they choose several.
OF_ONE: "dict[str, _StrOrPromise]" = {
    Kind.MUST_MATCH: _("A rule: without the same answer there is no pair."),
    Kind.MUST_DIFFER: _("A rule: with the same answer there is no pair."),
    Kind.SIMILAR: _("A wish: the same answer makes a pair more likely."),
    Kind.DIFFERENT: _("A wish: another answer makes a pair more likely."),
    Kind.OFFERS: _("A wish: what one looks for is what the other offers."),
}
OF_SEVERAL: "dict[str, _StrOrPromise]" = {
    Kind.MUST_MATCH: _("A rule: without enough in common there is no pair."),
    Kind.SIMILAR: _("A wish: what both chose makes a pair more likely."),
    Kind.DIFFERENT: _("A wish: somebody chose what the other did not."),
    Kind.OFFERS: _("A wish: the more of what one looks for the other offers, the better."),
    Kind.OVERLAP: _("A wish: the more both have, the better, until it is enough."),
    Kind.LANGUAGE: _("A rule: without a language in common there is no pair. Who names none cannot be paired."),
}
OF_TIMES: "dict[str, _StrOrPromise]" = {
    Kind.MUST_MATCH: _("A rule: without enough hours in common there is no pair."),
    Kind.OVERLAP: _("A wish: the more hours, the better, until it is enough."),
}
HINTS = {OfAnswer.ONE: OF_ONE, OfAnswer.SEVERAL: OF_SEVERAL, OfAnswer.LANGUAGES: OF_SEVERAL, OfAnswer.TIMES: OF_TIMES}


class CriterionForm(EvenhandForm, forms.Form):
    """How one question is to count. It asks only what can be asked of answers of that kind."""

    submit_label = _("Save")

    kind = OneOf(label=_("How does it count?"), error_messages={"required": _("Choose how it counts.")})
    mentor_question = forms.ChoiceField(
        label=_("What does the other side answer?"),
        help_text=_("Only for what one offers and the other looks for."),
        required=False,
    )
    weight = OneOf(
        label=_("How much does it count?"),
        help_text=_("Only for a wish. A rule always holds."),
        choices=Criterion.Weight.choices,
        coerce=int,
        empty_value=0,
        required=False,
        in_a_row=True,
    )
    need = forms.IntegerField(
        min_value=1,
        max_value=Criterion.MOST_NEEDED,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric", "step": "any"}),
    )
    in_order = forms.BooleanField(
        label=_("The answers are steps, from one end to the other"),
        help_text=_("Such as years: then neighbours are nearly the same. Only for a wish."),
        required=False,
    )
    is_part = forms.BooleanField(
        label=_("Look for it in every pair"),
        help_text=_(
            "A good pair shares something and differs in something. Tick this where the two should hear of it: what they share is in the "
            "mail that introduces them, too. Only for a wish."
        ),
        required=False,
    )

    def __init__(self, *arguments: Any, question: ProfileQuestion, others: Iterable[ProfileQuestion], **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.question = question
        self.others = {str(other.pk): other for other in others if other.pk != question.pk and other.kind != OfAnswer.TIMES}
        answered = OfAnswer(question.kind)
        kinds = Criterion.FITS[answered]
        counts: Any = self.fields["kind"]
        counts.choices = [(kind, said_as(kind, question)) for kind in kinds]
        counts.choice_hints = {kind: HINTS[answered][kind] for kind in kinds}
        # Both are about some kinds alone: each says so itself.
        for name in ("weight", "mentor_question"):
            field: Any = self.fields[name]
            field.optional_goes_unsaid = True
        other: Any = self.fields["mentor_question"]
        other.choices = [("", _("The same question")), *((key, one.text) for key, one in self.others.items())]
        is_told = question.audience != ProfileQuestion.Audience.COORDINATORS
        if Kind.OFFERS not in kinds or not self.others:
            del self.fields["mentor_question"]
        if answered == OfAnswer.ONE:
            del self.fields["need"]
        else:
            del self.fields["in_order"]
            self.fields["need"].label = (
                _("How many hours a week in common are enough?") if answered == OfAnswer.TIMES else _("How many in common are enough?")
            )
        if answered in (OfAnswer.TIMES, OfAnswer.LANGUAGES) or not is_told:
            del self.fields["is_part"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("kind")
        if kind and kind not in Criterion.RULES and not cleaned.get("weight"):
            self.add_error("weight", _("Choose how much it counts."))
        other = self.others.get(cleaned.get("mentor_question") or "")
        if kind == Kind.OFFERS and (wrong := who_is_not_asked(self.question, other)):
            self.add_error("mentor_question" if other else None, wrong)
        return cleaned

    def wish(self) -> Wish:
        said = dict(self.cleaned_data)
        other = self.others.get(said.pop("mentor_question", ""))
        return Wish(**said, mentor_question=other)


def said_of(criterion: Criterion) -> dict[str, Any]:
    """What the form begins with."""
    return {
        "kind": criterion.kind,
        "mentor_question": str(criterion.mentor_question_id or ""),
        "weight": criterion.weight,
        "need": criterion.need,
        "in_order": criterion.in_order,
        "is_part": bool(criterion.part),
    }


class NameFilter(ListFilter):
    q = django_filters.CharFilter(label=_("Name"), method="by_name")

    class Meta:
        model = Membership
        fields: list[str] = []

    def by_name(self, people: "MembershipQuerySet", name: str, words: str) -> "MembershipQuerySet":
        return people.called_like(words)


class KeepApart(EvenhandForm, forms.Form):
    """The last step: why."""

    submit_label = _("Keep them apart")

    reason = OneOf(
        label=_("Why are they never put together?"),
        choices=[choice for choice in Exclusion.Reason.choices if choice[0] != Exclusion.Reason.PRIVATE],
        error_messages={"required": _("Choose a reason.")},
    )

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.seen_by("reason", _("those who run the program, and neither of the two."))
