from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.endings.models import EndingReason
from matching.endings.services import LONGEST_WORDS
from matching.joint.forms import AnswerApart, own_words
from matching.joint.models import Round
from mentoring.kernel.forms import EvenhandForm

LONGEST_LINE = 300


class PrepareEnding(AnswerApart):
    submit_label = gettext_lazy("Save my part")

    good = own_words(gettext_lazy("What was good?"), required=False)
    take_with_me = own_words(gettext_lazy("What do you take with you?"), required=False)
    to_you = own_words(gettext_lazy("What would you like to say to the other?"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Write something in one of the three fields first."))
        return cleaned


class SayLaterContact(AnswerApart):
    submit_label = gettext_lazy("Save my answer")

    yes = forms.TypedChoiceField(
        label=gettext_lazy("Would you like to stay in touch, outside the program?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    line = forms.CharField(
        label=gettext_lazy("How could they reach you?"),
        help_text=gettext_lazy("An address, a number, or whatever you like to give. Only needed with a yes."),
        max_length=LONGEST_LINE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *arguments: Any, round: Round, other: str = "", **names: Any) -> None:
        super().__init__(*arguments, round=round, other=other, **names)
        who = {"name": other}
        self.seen_by("yes", _("only you. %(name)s learns of a yes only if they say yes too, and of a no never.") % who, icon="lock")
        self.seen_by("line", _("only you; and %(name)s, if you both say yes.") % who, icon="lock")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("yes") and not cleaned.get("line") and "line" not in self.errors:
            self.add_error("line", _("Write how they could reach you, or answer no."))
        if cleaned.get("yes") is False:
            cleaned["line"] = ""
        return cleaned


class BeginAgain(AnswerApart):
    """Two buttons that weigh the same; which of them was pressed."""

    yes = forms.TypedChoiceField(
        choices=[("yes", gettext_lazy("Yes, I would like to")), ("no", gettext_lazy("Not this time"))], coerce=lambda said: said == "yes"
    )


class TellWhy(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Save")

    choice = forms.ChoiceField(
        label=gettext_lazy("Why, in one line?"),
        choices=[("", gettext_lazy("I would rather not say")), *EndingReason.Choice.choices],
        required=False,
    )
    words = forms.CharField(
        label=gettext_lazy("Is there anything the program should know?"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *arguments: Any, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        readers = _("you and those who run the program, unless they are part of this pairing. %(name)s never does.") % {"name": other}
        for name in self.fields:
            self.seen_by(name, readers, icon="lock")
