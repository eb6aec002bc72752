from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.forms import EvenhandForm

LONGEST_TEXT = 60_000
LONGEST_SUMMARY = 300


class Agree(EvenhandForm, forms.Form):
    # What was on the page, so that nobody agrees to words that they have not seen.
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=32_000)


class WritePrivacyText(EvenhandForm, forms.Form):
    submit_label = _("Publish this version")

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=32_000)
    text = forms.CharField(
        label=_("How do you treat what people tell you?"),
        help_text=_("Plain words. A line that begins with ## is the title of a part; a line that begins with - is part of a list."),
        widget=forms.Textarea(attrs={"rows": 24, "class": "input--long"}),
        max_length=LONGEST_TEXT,
        strip=False,
    )
    summary = forms.CharField(
        label=_("What changed, in a sentence?"),
        help_text=_("Everybody is asked to agree once more, and sees this first."),
        max_length=LONGEST_SUMMARY,
    )
    audiences = {"text": _("everyone in the program."), "summary": _("everyone in the program.")}

    def clean_text(self) -> str:
        """As it is kept: a browser sends a return with each line."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")
