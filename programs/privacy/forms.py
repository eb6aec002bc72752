from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.forms import EvenhandForm


class EraseForm(EvenhandForm, forms.Form):
    """Said twice, since it cannot be taken back: by coming here, and by ticking this."""

    submit_label = _("Erase everything about me")

    understood = forms.BooleanField(
        label=_("I have read what goes and what stays"),
        help_text=_("It begins at once and cannot be taken back. You are signed out."),
        error_messages={"required": _("Tick this to go on.")},
    )
