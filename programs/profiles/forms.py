import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mentoring.kernel.forms import DayInput, EvenhandForm
from programs.profiles.models import Profile, ProfileQuestion

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Kind, AskedOf = ProfileQuestion.Kind, ProfileQuestion.AskedOf
LONGEST = 10_000
MOST_PEOPLE = 20
BETWEEN_LANGUAGES = re.compile(r"\s*[,;/\n]\s*")
READ_BY: "dict[str, _StrOrPromise]" = {
    ProfileQuestion.Audience.MEMBERS: _("everyone in this program."),
    ProfileQuestion.Audience.PARTNER: _("whoever you are paired with or introduced to, and the coordinators and admins."),
    ProfileQuestion.Audience.COORDINATORS: _("coordinators and admins only."),
}
FOR_A_SIDE: "dict[str, _StrOrPromise]" = {
    AskedOf.OFFERING: _("For those who offer mentoring."),
    AskedOf.SEEKING: _("For those who seek mentoring."),
}


class MostChoices(MaxLengthValidator):
    """No more than so many of a list."""

    message = ngettext_lazy(
        "Choose at most %(limit_value)d of these. Now there are %(show_value)d.",
        "Choose at most %(limit_value)d of these. Now there are %(show_value)d.",
        "limit_value",
    )


class ProfileForm(EvenhandForm, forms.Form):
    """What is typed so far. Nothing but a mistake stops it from being saved: what is missing is said, not demanded."""

    submit_label = _("Save my profile")

    wish = forms.ChoiceField(
        label=_("What would you like to do?"),
        choices=[
            ("seeks", _("Find somebody who mentors me")),
            ("offers", _("Mentor somebody")),
            ("both", _("Both, with different people")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    offers_capacity = forms.IntegerField(
        label=_("How many people would you mentor at the same time?"),
        help_text=_("For those who offer mentoring."),
        min_value=1,
        max_value=MOST_PEOPLE,
        initial=1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "input--num"}),
    )
    paused_until = forms.DateField(
        label=_("Would you like a break from new introductions? Until when?"),
        help_text=_("Pairings that you are in go on."),
        required=False,
        widget=DayInput(),
    )

    # The questions that the page showed. Whatever came after that was not left empty: nobody has seen it.
    asked = forms.CharField(widget=forms.HiddenInput, required=False)

    audiences = {
        "wish": _("everyone in this program."),
        "offers_capacity": _("coordinators and admins only."),
        "paused_until": _("coordinators and admins only."),
    }

    def __init__(
        self, data: QueryDict | None = None, *arguments: Any, profile: Profile | None, questions: list[ProfileQuestion], **names: Any
    ) -> None:
        self.questions = {f"question_{question.pk}": question for question in questions}
        initial = _said_before(profile) | {"asked": ",".join(str(question.pk) for question in questions)}
        self.has_new_questions = False
        super().__init__(self._caught_up(data, initial) if data else None, *arguments, initial=initial, **names)
        for name, question in self.questions.items():
            field = _field_for(question)
            field.required = False
            # Whether it may stay empty is said once, above all questions.
            field.optional_goes_unsaid = question.is_required  # type: ignore[attr-defined]
            self.fields[name] = field
            self.seen_by(name, READ_BY[question.audience])
        self.order_fields(["wish", "offers_capacity", *self.questions, "paused_until", "asked"])

    def _caught_up(self, data: QueryDict, initial: dict[str, Any]) -> QueryDict:
        """What was typed, and for each question that came meanwhile: what was typed for the one it replaces, or is kept for it."""
        shown = data.get("asked", initial["asked"]).split(",")
        unseen = [name for name, question in self.questions.items() if str(question.pk) not in shown]
        if not unseen:
            return data
        self.has_new_questions = True
        data = data.copy()
        data["asked"] = initial["asked"]
        for name in unseen:
            kept = initial.get(name, [])
            before = data.getlist(f"question_{self.questions[name].replaces_id}")
            data.setlist(name, before or (kept if isinstance(kept, list) else [kept]))
        return data

    def clean(self) -> dict[str, Any]:
        if self.has_new_questions:
            raise ValidationError(_("The questions have changed while you were writing. Look at them once more, then save."))
        return self.cleaned_data

    def clean_offers_capacity(self) -> int:
        return self.cleaned_data["offers_capacity"] or 1

    def said(self) -> dict[str, Any]:
        """What `save_profile` takes, beside who and when."""
        wish = self.cleaned_data["wish"]
        return {
            "offers_mentoring": wish in ("offers", "both"),
            "seeks_mentoring": wish in ("seeks", "both"),
            "offers_capacity": self.cleaned_data["offers_capacity"],
            "paused_until": self.cleaned_data["paused_until"],
            "answers": {question: _value(question, self.cleaned_data[name]) for name, question in self.questions.items()},
        }


def _said_before(profile: Profile | None) -> dict[str, Any]:
    if profile is None:
        return {}
    wishes = {(True, True): "both", (True, False): "offers", (False, True): "seeks", (False, False): ""}
    said: dict[str, Any] = {
        "wish": wishes[profile.offers_mentoring, profile.seeks_mentoring],
        "offers_capacity": profile.offers_capacity,
        "paused_until": profile.paused_until,
    }
    for answer in profile.answers.all():
        is_written = isinstance(answer.value, list) and answer.question.kind == Kind.LANGUAGES
        said[f"question_{answer.question_id}"] = ", ".join(answer.value) if is_written else answer.value
    return said


def _field_for(question: ProfileQuestion) -> forms.Field:
    said: dict[str, Any] = {"label": question.text, "help_text": question.help or FOR_A_SIDE.get(question.asked_of, "")}
    choices = [(choice, choice) for choice in question.choices]
    match question.kind:
        case Kind.ONE:
            # A radio button cannot be switched off again: an answer is taken back by another one.
            nothing = [] if question.is_required else [("", _("No answer"))]
            return forms.ChoiceField(choices=[*nothing, *choices], widget=forms.RadioSelect, **said)
        case Kind.SEVERAL | Kind.TIMES:
            most = [MostChoices(question.most_choices)] if question.most_choices else []
            return forms.MultipleChoiceField(choices=choices, validators=most, widget=forms.CheckboxSelectMultiple, **said)
        case Kind.LONG_TEXT:
            return forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}), **said)
        case Kind.LANGUAGES:
            said["help_text"] = said["help_text"] or _("With a comma between them.")
            return forms.CharField(max_length=300, **said)
        case _:
            return forms.CharField(max_length=300, **said)


def _value(question: ProfileQuestion, typed: Any) -> str | list[str] | None:
    if question.kind == Kind.LANGUAGES:
        return list(dict.fromkeys(filter(None, BETWEEN_LANGUAGES.split(typed.strip()))))
    return list(typed) if isinstance(typed, list) else (typed.strip() or None)
