from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.reviews.models import LONGEST_TEXT, Review
from matching.joint.forms import AnswerApart, own_words
from matching.joint.models import Round
from mentoring.kernel.forms import EvenhandForm, OneOf

# So that each fits on the agenda.
LONGEST_LINE = 200


def _line(label: Any, help_text: Any) -> forms.CharField:
    words = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_LINE, required=False, widget=words)


class AnswerReview(AnswerApart):
    submit_label = gettext_lazy("Save my part")

    went_well = own_words(gettext_lazy("What has gone well between you two?"), rows=3, required=False)
    more = _line(gettext_lazy("What would you like more of?"), gettext_lazy("One thing, in a line. “Time to try things out together.”"))
    less = _line(gettext_lazy("What would you like less of?"), gettext_lazy("One thing, in a line. “Moving our meetings at short notice.”"))
    next = _line(gettext_lazy("What would you like to do next?"), gettext_lazy("One thing, in a line. “Go through my application.”"))
    say = OneOf(label=gettext_lazy("Who has had how much say between you two?"), required=False)

    def __init__(self, *arguments: Any, round: Round, other: str = "", **names: Any) -> None:
        super().__init__(*arguments, round=round, other=other, **names)
        say: Any = self.fields["say"]
        say.choices = [
            ("even", _("Both about the same")),
            ("mine", _("I have had more")),
            ("theirs", _("%(name)s has had more") % {"name": other}),
            ("pass", _("I would rather not say")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Answer one of the questions first. The others can stay empty."))
        return cleaned


class WriteTogether(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Save our text")

    text = forms.CharField(
        label=gettext_lazy("What do you two take from it?"),
        help_text=gettext_lazy("You both can write here. It stays when what each of you answered is gone."),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, review: Review, other: str, **names: Any) -> None:
        super().__init__(*arguments, initial={"text": review.text, "version": review.version}, **names)
        self.seen_by("text", _("you and %(name)s. Those who run the program do not.") % {"name": other})
