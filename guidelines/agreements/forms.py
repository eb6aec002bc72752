from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guidelines.agreements.clauses import APART, BY_KEY, REVIEW
from guidelines.agreements.models import LONGEST_TEXT, Clause
from matching.joint.forms import AnswerApart, own_words
from mentoring.kernel.forms import DayInput, EvenhandForm
from programs.memberships.models import Membership

LATEST_DAY = date(2100, 1, 1)


class AnswerAgreement(AnswerApart):
    """A field for each part that is asked apart; any can stay empty."""

    submit_label = gettext_lazy("Save my part")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Answer one of the questions first. The others can stay empty."))
        return cleaned


for subject in APART:
    AnswerAgreement.base_fields[subject.key] = own_words(subject.question, rows=2, required=False, help_text=subject.hint)


class WriteClause(EvenhandForm, forms.Form):
    """`said`: what each answered alone, to begin with where nothing is written yet."""

    submit_label = gettext_lazy("Save this part")

    text = forms.CharField(required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6}))
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, clause: Clause, other: str, said: str = "", **names: Any) -> None:
        initial = {"text": clause.text or said, "version": clause.version, "review_on": clause.agreement.review_on}
        super().__init__(*arguments, initial={**initial, **names.pop("initial", {})}, **names)
        subject = BY_KEY[clause.key]
        self.fields["text"].label, self.fields["text"].help_text = subject.question, subject.hint
        readers = _("you and %(name)s. Those who run the program see only whether you have both signed.") % {"name": other}
        self.seen_by("text", readers)
        if clause.key == REVIEW:
            self.fields["review_on"] = forms.DateField(
                label=_("On which day would you like to be reminded to look at it again?"), widget=DayInput()
            )
            self.seen_by("review_on", readers)

    def clean_review_on(self) -> date:
        day: date = self.cleaned_data["review_on"]
        if day > LATEST_DAY:
            raise forms.ValidationError(_("Choose a day that you will both live to see."))
        return day


class Sign(EvenhandForm, forms.Form):
    """`digest` is of the text on the page, and `seen` says which saved state of each part that was."""

    submit_label = gettext_lazy("Sign the agreement")

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=600, required=False)
    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def __init__(self, *arguments: Any, me: Membership, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.expected = me.user.full_name
        self.fields["name"].label = _("Type your full name to sign")
        self.fields["name"].help_text = _("As it stands in your account: %(name)s") % {"name": self.expected}
        self.seen_by(
            "name", _("you and %(name)s. Those who run the program see that it is signed, and nothing of the text.") % {"name": other}
        )

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if name.casefold() != " ".join(self.expected.casefold().split()):
            raise forms.ValidationError(_("Type your name as it stands in your account: %(name)s") % {"name": self.expected})
        return name
