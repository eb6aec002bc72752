from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.plans.models import (
    FEWEST_OPEN_DAYS,
    FEWEST_WEEKS,
    MOST_OPEN_DAYS,
    MOST_WEEKS,
    CheckInPlan,
    Question,
)
from mentoring.kernel.forms import ClockInput, EvenhandForm, OneOf

USUAL_WEEKS = (2, 4)
ANOTHER = "another"


class ChangePlan(EvenhandForm, forms.Form):
    rhythm = OneOf(
        label=gettext_lazy("How often do you check in with each side?"),
        choices=[
            ("2", gettext_lazy("Every two weeks")),
            ("4", gettext_lazy("Every four weeks")),
            (ANOTHER, gettext_lazy("Another rhythm")),
        ],
        choice_hints={
            "2": gettext_lazy("Fits most programs. About two minutes each time."),
            "4": gettext_lazy("What goes wrong shows about three weeks later."),
        },
    )
    every_weeks = forms.IntegerField(
        label=gettext_lazy("Another rhythm: every how many weeks?"),
        min_value=FEWEST_WEEKS,
        max_value=MOST_WEEKS,
        required=False,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric"}),
    )
    at_time = forms.TimeField(
        label=gettext_lazy("At what time of day does a check-in open?"),
        help_text=gettext_lazy("In each person’s own time zone. The reminder goes out at this time."),
        widget=ClockInput,
    )
    open_days = forms.IntegerField(
        label=gettext_lazy("For how many days does it stay open?"),
        help_text=gettext_lazy("It closes earlier when the next one opens."),
        min_value=FEWEST_OPEN_DAYS,
        max_value=MOST_OPEN_DAYS,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric"}),
    )

    def __init__(self, *arguments: Any, plan: CheckInPlan, **names: Any) -> None:
        is_usual = plan.every_weeks in USUAL_WEEKS
        initial = {
            "rhythm": str(plan.every_weeks) if is_usual else ANOTHER,
            "every_weeks": None if is_usual else plan.every_weeks,
            "at_time": plan.at_time,
            "open_days": plan.open_days,
        }
        super().__init__(*arguments, initial=initial, **names)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("rhythm") != ANOTHER:
            told["every_weeks"] = int(told.get("rhythm") or 0)
        elif not told.get("every_weeks") and "every_weeks" not in self.errors:
            self.add_error(
                "every_weeks", _("Enter a number of weeks from %(fewest)s to %(most)s.") % {"fewest": FEWEST_WEEKS, "most": MOST_WEEKS}
            )
        return told

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in ("every_weeks", "at_time", "open_days")}


class Reword(EvenhandForm, forms.Form):
    """A question and the words of its answers. Which answers there are stays, since they are compared over time."""

    submit_label = gettext_lazy("Ask in these words from now on")

    text = forms.CharField(
        label=gettext_lazy("What do you ask?"),
        help_text=gettext_lazy("Write {name} where the other half’s name should stand."),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *arguments: Any, question: Question, **names: Any) -> None:
        super().__init__(*arguments, initial={"text": question.text}, **names)
        self.values = [value for value, _label in question.choices]
        for place, (value, label) in enumerate(question.choices):
            self.fields[f"label_{value}"] = forms.CharField(
                label=self._label_of(place, len(question.choices)), initial=label, max_length=80
            )

    def labels(self) -> dict[int, str]:
        return {value: self.cleaned_data[f"label_{value}"] for value in self.values}

    @staticmethod
    def _label_of(place: int, of: int) -> str:
        number = {"number": place + 1}
        if place == 0:
            return _("Answer %(number)s, the best") % number
        return (_("Answer %(number)s, the least good") if place == of - 1 else _("Answer %(number)s")) % number
