from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.plans import cadence
from checkins.plans.models import (
    FEWEST_LONG_DAYS,
    FEWEST_OPEN_DAYS,
    MOST_LONG_DAYS,
    MOST_OPEN_DAYS,
    CheckInPlan,
    Question,
)
from mentoring.kernel.forms import ClockInput, EvenhandForm, OneOf

# In words, and as a rule.
WEEKS = {"1": "FREQ=WEEKLY", "2": cadence.EVERY_TWO_WEEKS, "4": "FREQ=WEEKLY;INTERVAL=4"}
MONTHLY, ANOTHER = "month", "another"
EVERY_MONTH_ON = "FREQ=MONTHLY;BYMONTHDAY="
# Days that every month has, and the last one.
MONTH_DAYS = [str(day) for day in range(1, 29)]
LAST_DAY = "-1"
LONGEST_ANSWER = 80


class ChangePlan(EvenhandForm, forms.Form):
    rhythm = OneOf(
        label=gettext_lazy("How often do you check in with each side?"),
        choices=[
            ("1", gettext_lazy("Every week")),
            ("2", gettext_lazy("Every two weeks")),
            ("4", gettext_lazy("Every four weeks")),
            (MONTHLY, gettext_lazy("Every month on the same day")),
            (ANOTHER, gettext_lazy("By a rule of your own")),
        ],
        choice_hints={
            "1": gettext_lazy("As often as anybody is asked. Good for a short program."),
            "2": gettext_lazy("Fits most programs. About two minutes each time."),
            "4": gettext_lazy("What goes wrong shows about three weeks later."),
        },
    )
    month_day = forms.ChoiceField(
        label=gettext_lazy("Every month: on which day?"),
        choices=[*((day, day) for day in MONTH_DAYS), (LAST_DAY, gettext_lazy("The last day of the month"))],
        widget=forms.Select(attrs={"class": "input--short"}),
    )
    rule = forms.CharField(
        label=gettext_lazy("A rule of your own"),
        help_text=gettext_lazy(
            "As calendars write it, such as FREQ=WEEKLY;INTERVAL=3 or FREQ=MONTHLY;BYDAY=1MO. It counts from the day a pairing starts."
        ),
        max_length=cadence.LONGEST_RULE,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
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
    long_every_days = forms.IntegerField(
        label=gettext_lazy("Every how many days does the long check-in come?"),
        help_text=gettext_lazy("It asks all the questions, in place of a short one. Counted from the day a pairing starts."),
        min_value=FEWEST_LONG_DAYS,
        max_value=MOST_LONG_DAYS,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric"}),
    )
    asks_after_meetings = forms.BooleanField(
        label=gettext_lazy("Ask both one question after each meeting"),
        help_text=gettext_lazy("It is open for five days. What is measured of balance does not use it."),
        required=False,
    )

    def __init__(self, *arguments: Any, plan: CheckInPlan, **names: Any) -> None:
        rhythm, month_day = _in_words(plan.rule)
        initial = {
            "rhythm": rhythm,
            "month_day": month_day,
            "rule": plan.rule if rhythm == ANOTHER else "",
            "at_time": plan.at_time,
            "open_days": plan.open_days,
            "long_every_days": plan.long_every_days,
            "asks_after_meetings": plan.asks_after_meetings,
        }
        super().__init__(*arguments, initial=initial, **names)

    @property
    def is_by_another_rule(self) -> bool:
        return bool(self["rhythm"].value() == ANOTHER)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        rhythm = told.get("rhythm")
        if rhythm == ANOTHER:
            if not told.get("rule") and "rule" not in self.errors:
                self.add_error("rule", _("Write a rule, such as FREQ=WEEKLY;INTERVAL=3, or choose one of the rhythms above."))
        elif rhythm == MONTHLY:
            told["rule"] = f"{EVERY_MONTH_ON}{told.get('month_day')}"
        elif rhythm:
            told["rule"] = WEEKS[rhythm]
        return told

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in ("rule", "at_time", "open_days", "long_every_days", "asks_after_meetings")}


class AskedInField(forms.ChoiceField):
    def __init__(self, **names: Any) -> None:
        super().__init__(
            label=gettext_lazy("When is it asked?"),
            choices=Question.AskedIn.choices,
            widget=forms.RadioSelect,
            error_messages={"required": gettext_lazy("Choose when it is asked.")},
            **names,
        )


class AddQuestion(EvenhandForm, forms.Form):
    """A question of the program's own."""

    submit_label = gettext_lazy("Add the question")

    text = forms.CharField(
        label=gettext_lazy("What do you ask?"),
        help_text=gettext_lazy("Both halves are asked the same. Write {name} where the other half’s name should stand."),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    answers = forms.CharField(
        label=gettext_lazy("Answers to choose from"),
        help_text=gettext_lazy(
            "Two to five, each on a line of its own, the best first. Leave it empty for a question that people answer in their own words."
        ),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    asked_in = AskedInField(initial=Question.AskedIn.IN_TURN)

    def clean_answers(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["answers"].splitlines() if line.strip()]
        if any(len(line) > LONGEST_ANSWER for line in lines):
            raise forms.ValidationError(_("Use at most %(most)s characters for an answer.") % {"most": LONGEST_ANSWER})
        return lines


class Reword(EvenhandForm, forms.Form):
    """A question, the words of its answers, and when it is asked. Which answers there are stays, since they are compared over time."""

    submit_label = gettext_lazy("Ask it like this from now on")

    text = forms.CharField(
        label=gettext_lazy("What do you ask?"),
        help_text=gettext_lazy("Write {name} where the other half’s name should stand."),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *arguments: Any, question: Question, **names: Any) -> None:
        super().__init__(*arguments, initial={"text": question.text, "asked_in": question.asked_in}, **names)
        self.values = [value for value, _label in question.choices]
        is_scale = question.construct not in Question.GOOD_IN_THE_MIDDLE
        for place, (value, label) in enumerate(question.choices):
            self.fields[f"label_{value}"] = forms.CharField(
                label=self._label_of(place, len(question.choices), is_scale), initial=label, max_length=LONGEST_ANSWER
            )
        if not question.is_measured:
            self.fields["asked_in"] = AskedInField()

    def labels(self) -> dict[int, str]:
        return {value: self.cleaned_data[f"label_{value}"] for value in self.values}

    @staticmethod
    def _label_of(place: int, of: int, is_scale: bool) -> str:
        number = {"number": place + 1}
        if place == 0 and is_scale:
            return _("Answer %(number)s, the best") % number
        return (_("Answer %(number)s, the least good") if place == of - 1 and is_scale else _("Answer %(number)s")) % number


def _in_words(rule: str) -> tuple[str, str]:
    """Which of the rhythms a rule is, and on which day of the month."""
    for rhythm, weeks in WEEKS.items():
        if rule == weeks:
            return rhythm, "1"
    day = rule.removeprefix(EVERY_MONTH_ON)
    return (MONTHLY, day) if day in (*MONTH_DAYS, LAST_DAY) else (ANOTHER, "1")
