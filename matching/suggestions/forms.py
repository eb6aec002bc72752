from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.pairings.services import LONGEST_MESSAGE
from mentoring.kernel.forms import EvenhandForm


class Ask(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Send my request")

    message = forms.CharField(
        label=gettext_lazy("Would you like to write a few lines?"),
        help_text=gettext_lazy("What you hope for, and why you thought of them."),
        max_length=LONGEST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *arguments: Any, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.seen_by("message", _("%(name)s alone, until they have answered.") % {"name": other}, icon="lock")
