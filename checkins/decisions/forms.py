from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.decisions.models import LONGEST_REASON, LONGEST_TEXT, Decision
from mentoring.kernel.forms import DayInput, EvenhandForm


class ProposeDecision(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Propose it")

    text = forms.CharField(
        label=gettext_lazy("What do you want to decide together?"),
        help_text=gettext_lazy("In one line. It counts once you have both agreed."),
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write what you want to decide, in one line.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    try_until = forms.DateField(
        label=gettext_lazy("Only try it until"),
        help_text=gettext_lazy("On that day it ends by itself. Then you are both asked whether you keep it."),
        required=False,
        widget=DayInput,
    )
    look_again_on = forms.DateField(
        label=gettext_lazy("Look at it again on"),
        help_text=gettext_lazy("It goes on. From that day, your page asks you both whether it still fits."),
        required=False,
        widget=DayInput,
    )

    def __init__(self, *arguments: Any, other: str, in_place_of: Decision | None = None, **names: Any) -> None:
        initial = {"text": in_place_of.text, "reason": ""} if in_place_of else {}
        super().__init__(*arguments, initial=initial, **names)
        two = _("you and %(name)s. Coordinators see how many decisions each of you proposed, not the words.") % {"name": other}
        self.seen_by("text", two)
        self.seen_by("reason", two)


class Decline(EvenhandForm, forms.Form):
    """Nobody is asked why. Who wants to can add a word."""

    word = forms.CharField(
        label=gettext_lazy("A word that goes with “don’t agree”"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *arguments: Any, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.seen_by("word", _("you and %(name)s. Coordinators don’t see it.") % {"name": other})
