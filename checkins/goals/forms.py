from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.goals.models import LONGEST_TEXT, LONGEST_WHY
from mentoring.kernel.forms import EvenhandForm, OneOf


class GoalForm(EvenhandForm, forms.Form):
    """The words of a goal."""

    text = forms.CharField(
        label=gettext_lazy("What would you like to learn or reach?"),
        help_text=gettext_lazy("In one line, small enough to notice when you are there."),
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write your goal in one line.")},
    )
    why = forms.CharField(
        label=gettext_lazy("Why does it matter?"),
        required=False,
        max_length=LONGEST_WHY,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *arguments: Any, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        for name in ("text", "why"):
            self.seen_by(name, _("you and %(name)s. Coordinators don’t see your goals.") % {"name": other})


class AddGoal(GoalForm):
    submit_label = gettext_lazy("Add this goal")

    def __init__(self, *arguments: Any, other: str, **names: Any) -> None:
        super().__init__(*arguments, other=other, **names)
        self.fields["together"] = OneOf(
            label=_("Whose goal is it?"),
            choices=[("mine", _("Mine")), ("both", _("Of both of us"))],
            choice_hints={
                "mine": _("You alone change it, and %(name)s reads it.") % {"name": other},
                "both": _("It is open once %(name)s wants it too. It is reached when you both say so.") % {"name": other},
            },
            coerce=lambda value: value == "both",
            error_messages={"required": _("Choose whose goal it is.")},
        )


class EditGoal(GoalForm):
    submit_label = gettext_lazy("Save this goal")

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
