from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.threads.models import LONGEST_MESSAGE
from mentoring.kernel.forms import EvenhandForm


class WriteMessage(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Send")

    text = forms.CharField(
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write something first.")},
    )

    def __init__(self, *arguments: Any, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.fields["text"].label = _("Write to %(name)s") % {"name": other}
        self.seen_by("text", _("you and %(name)s. Coordinators do not read it.") % {"name": other})


class MarkRead(forms.Form):
    """Up to which message: what came after the page was made is not read yet."""

    newest = forms.UUIDField(widget=forms.HiddenInput)
