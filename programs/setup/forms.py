from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.forms import DayInput, EvenhandForm, OneOf
from programs.memberships.models import Cohort, Holiday, Program
from programs.people.forms import TimeZoneField
from programs.profiles.models import ProfileQuestion
from programs.setup.services import REMINDS_TOO_LATE
from programs.setup.templates import TEMPLATES

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

EVERYONE_HERE = _("everyone in the program.")
MOST_CHOICES = 60
LONGEST_CHOICE = 100
CHOSEN_FROM_A_LIST = (ProfileQuestion.Kind.ONE, ProfileQuestion.Kind.SEVERAL, ProfileQuestion.Kind.TIMES)


def _number(label: "_StrOrPromise", help_text: "_StrOrPromise", *, most: int, least: int = 1) -> forms.IntegerField:
    number = forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric", "step": "any"})
    return forms.IntegerField(label=label, help_text=help_text, min_value=least, max_value=most, widget=number)


class NewProgram(EvenhandForm, forms.Form):
    submit_label = _("Create the program")
    audiences = {"name": EVERYONE_HERE, "slug": _("everyone who sees an address of one of its pages.")}

    template = OneOf(
        label=_("What is it like?"),
        help_text=_("You start with its questions and words, and can change all of them."),
        choices=[(template.key, template.name) for template in TEMPLATES.values()],
        choice_hints={template.key: template.purpose for template in TEMPLATES.values()},
        error_messages={"required": _("Choose what is most like it.")},
    )
    name = forms.CharField(
        label=_("What is it called?"),
        max_length=120,
        error_messages={"required": _("Enter a name."), "max_length": _("Use at most 120 characters.")},
    )
    slug = forms.SlugField(
        label=_("Short name in addresses"),
        required=False,
        max_length=60,
        help_text=_("Small letters, numbers and hyphens. It cannot be changed later. Left empty, it is made from the name."),
        error_messages={
            "invalid": _("Use letters without accents, numbers and hyphens only."),
            "max_length": _("Use at most 60 characters."),
        },
    )
    time_zone = TimeZoneField(label=_("Where does it take place?"), help_text=_("Days begin and end by its clock."))

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class ProgramSettings(EvenhandForm, forms.ModelForm):
    """Who is no admin does not get the two fields that guard what is confidential."""

    submit_label = _("Save the settings")
    audiences = {
        "name": EVERYONE_HERE,
        "purpose": EVERYONE_HERE,
        "mentor_word": EVERYONE_HERE,
        "mentee_word": EVERYONE_HERE,
        "help_contact": EVERYONE_HERE,
    }

    time_zone = TimeZoneField(label=_("Where does it take place?"), help_text=_("Days begin and end by its clock."))
    decisions_reopen_days = _number(
        _("For how many days can a decision be reopened?"),
        _("Either of a pair can reopen what both have agreed, without giving a reason. After that, either can propose a change."),
        most=365,
    )
    begin_again_days = _number(
        _("For how many days after an ending can two begin again?"),
        _("Each of the two is asked alone, and it begins again only when both say yes. This holds for what ends from now on."),
        most=365,
    )
    reset_again_days = _number(
        _("How many days after a reset conversation are both asked how it is?"),
        _("Each answers alone, and the answers open to both together."),
        most=90,
    )
    nudge_after_days = _number(
        _("After how many days without a meeting do both get a gentle word?"),
        _("Both get the same words, each once in three months at most, and each can choose to get none."),
        least=7,
        most=365,
    )
    introduction_reminder_days = _number(
        _("After how many days is somebody reminded who has not answered an introduction?"),
        _("One reminder, to those alone who have not answered. This holds for introductions from now on."),
        most=60,
    )
    introduction_open_days = _number(
        _("After how many days does an introduction end by itself?"),
        _("Both get the same letter as after “not this time”. Nobody learns who had answered. This holds for introductions from now on."),
        most=90,
        least=2,
    )

    refresher_days = _number(
        _("After how many days is a refresher offered?"),
        _("Five minutes of learning for whoever is in a pairing, by a gentle mail. Each can choose to get none."),
        least=30,
        most=365,
    )

    agreement_review_weeks = _number(
        _("After how many weeks do two look at their agreement again?"),
        _("The day that an agreement begins with. The two can choose another. This holds for agreements from now on."),
        most=52,
    )

    open_requests = _number(
        _("How many requests may one person have open at once?"),
        _("Sent as well as received, so that nobody is asked by many at the same time."),
        most=10,
    )

    answers_read_by = OneOf(
        label=_("Who may read the answers of check-ins?"),
        choices=Program.AnswersReadBy.choices,
        choice_hints={
            Program.AnswersReadBy.COORDINATORS: _("They see early which pair needs them."),
            Program.AnswersReadBy.ADMINS: _("Coordinators see only that somebody has answered."),
        },
    )

    class Meta:
        model = Program
        fields = [
            "name",
            "purpose",
            "time_zone",
            "mentor_word",
            "mentee_word",
            "help_contact",
            "decisions_reopen_days",
            "begin_again_days",
            "reset_again_days",
            "nudge_after_days",
            "introduction_reminder_days",
            "introduction_open_days",
            "training_first",
            "refresher_days",
            "agreement_review_weeks",
            "people_may_ask",
            "open_requests",
            "answers_read_by",
            "staff_need_second_factor",
        ]
        labels = {
            "name": _("What is it called?"),
            "purpose": _("What is it for?"),
            "mentor_word": _("Your word for who offers mentoring"),
            "mentee_word": _("Your word for who seeks it"),
            "help_contact": _("Whom can people turn to, and how?"),
            "training_first": _("A first pairing waits for the course that comes before it"),
            "people_may_ask": _("People may ask each other"),
            "staff_need_second_factor": _("Coordinators, admins and the deputy need a second sign-in step"),
        }
        help_texts = {
            "training_first": _("Everybody sees what is still to do. What has begun goes on in any case."),
            "purpose": _("One or two sentences. They stand in the invitation."),
            "mentor_word": _("Such as mentor, buddy or navigator."),
            "mentee_word": _("Such as mentee, first-year or newcomer."),
            "people_may_ask": _(
                "Whoever has room sees five people who would go well with them, and can ask to meet them. It starts when both say yes. "
                "What they read there is what each shares with everyone: let some questions of the profile be for everyone."
            ),
            "help_contact": _("Names, a phone number, hours. It stands on the page “Get help”."),
            "staff_need_second_factor": _("A code from an app, or a passkey. They see what people entrust to the program: keep this on."),
        }
        widgets = {
            "purpose": forms.Textarea(attrs={"rows": 3}),
            "help_contact": forms.Textarea(attrs={"rows": 4}),
        }
        error_messages = {
            "name": {"required": _("Enter a name.")},
            "mentor_word": {"required": _("Enter a word, for example mentor.")},
            "mentee_word": {"required": _("Enter a word, for example mentee.")},
        }

    def __init__(self, *arguments: Any, by_admin: bool, **names: Any) -> None:
        super().__init__(*arguments, **names)
        if not by_admin:
            del self.fields["answers_read_by"], self.fields["staff_need_second_factor"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        reminded_after, ends_after = cleaned.get("introduction_reminder_days"), cleaned.get("introduction_open_days")
        if reminded_after and ends_after and reminded_after >= ends_after:
            self.add_error("introduction_reminder_days", REMINDS_TOO_LATE)
        return cleaned


class CohortForm(EvenhandForm, forms.ModelForm):
    submit_label = _("Save this cohort")
    audiences = {"name": EVERYONE_HERE}

    class Meta:
        model = Cohort
        fields = ["name", "starts_on", "ends_on"]
        labels = {"name": _("What do you call it?"), "starts_on": _("First day"), "ends_on": _("Last day")}
        help_texts = {"name": _("For example “Autumn 2026”.")}
        widgets = {"starts_on": DayInput, "ends_on": DayInput}
        error_messages = {
            "name": {"required": _("Enter a name.")},
            "starts_on": {"required": _("Enter the first day."), "invalid": _("Enter a date.")},
            "ends_on": {"invalid": _("Enter a date.")},
        }


class HolidayForm(EvenhandForm, forms.ModelForm):
    submit_label = _("Save this holiday")
    audiences = {"name": _("those who run the program.")}

    class Meta:
        model = Holiday
        fields = ["name", "first_day", "last_day"]
        labels = {"name": _("What do you call it?"), "first_day": _("First day"), "last_day": _("Last day")}
        help_texts = {
            "name": _("For example “Winter break”."),
            "last_day": _("It belongs to the holiday. For one day, enter that day twice."),
        }
        widgets = {"first_day": DayInput, "last_day": DayInput}
        error_messages = {
            "name": {"required": _("Enter a name.")},
            "first_day": {"required": _("Enter the first day."), "invalid": _("Enter a date.")},
            "last_day": {"required": _("Enter the last day."), "invalid": _("Enter a date.")},
        }

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        first_day, last_day = told.get("first_day"), told.get("last_day")
        if first_day and last_day and last_day < first_day:
            self.add_error("last_day", _("The last day cannot be before the first."))
        return told

    def validate_constraints(self) -> None:
        """The service does, in words of its own."""


class QuestionForm(EvenhandForm, forms.ModelForm):
    submit_label = _("Save this question")
    audiences = {"text": EVERYONE_HERE, "help": EVERYONE_HERE, "choices": EVERYONE_HERE}

    choices = forms.CharField(
        label=_("Answers to choose from"),
        help_text=_("One on each line. Only for a list, and for free times."),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
    )
    keep_answers = forms.BooleanField(
        label=_("Answers that people have given still fit"),
        help_text=_("Tick this when you only put the words right. They are never kept where more people could read them than was said."),
        required=False,
    )

    class Meta:
        model = ProfileQuestion
        fields = ["text", "help", "kind", "choices", "most_choices", "asked_of", "audience", "is_required"]
        labels = {
            "text": _("What do you ask?"),
            "help": _("A line of help below it"),
            "kind": _("How do people answer?"),
            "most_choices": _("How many may they choose at most?"),
            "asked_of": _("Who is asked?"),
            "audience": _("Who can read the answer?"),
            "is_required": _("It must be answered before somebody can be paired"),
        }
        help_texts = {
            "most_choices": _("Only for “Several of a list”."),
            "audience": _("This stands at the field, where people type. You can always read it as a coordinator."),
        }
        widgets = {
            "most_choices": forms.NumberInput(attrs={"class": "input--num"}),
            "kind": forms.RadioSelect,
            "asked_of": forms.RadioSelect,
            "audience": forms.RadioSelect,
        }
        error_messages = {
            "text": {"required": _("Enter a question.")},
            "most_choices": {"invalid": _("Enter a number."), "min_value": _("Enter a number from 1 to 60.")},
            "kind": {"required": _("Choose how people answer.")},
            "asked_of": {"required": _("Choose who is asked.")},
            "audience": {"required": _("Choose who can read it.")},
        }

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        for name, choices in (
            ("kind", ProfileQuestion.Kind.choices),
            ("asked_of", ProfileQuestion.AskedOf.choices),
            ("audience", ProfileQuestion.Audience.choices),
        ):
            field: Any = self.fields[name]
            field.choices = choices  # without the empty one, which nobody could choose
        if self.instance.pk is None:
            del self.fields["keep_answers"]
        elif not self.is_bound:
            self.initial["choices"] = "\n".join(self.instance.choices)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        lines = [line.strip() for line in str(cleaned.get("choices") or "").splitlines() if line.strip()]
        cleaned["choices"] = []
        if cleaned.get("kind") in CHOSEN_FROM_A_LIST:
            if wrong := _what_is_wrong_with(lines):
                self.add_error("choices", wrong)
            cleaned["choices"] = lines
        cleaned["most_choices"] = cleaned.get("most_choices") if cleaned.get("kind") == ProfileQuestion.Kind.SEVERAL else None
        if cleaned["most_choices"] is not None and not 1 <= cleaned["most_choices"] <= MOST_CHOICES:
            self.add_error("most_choices", _("Enter a number from 1 to 60."))
        return cleaned


def _what_is_wrong_with(lines: list[str]) -> "_StrOrPromise":
    if len(lines) < 2:
        return _("Give at least two answers, each on a line of its own.")
    if len(lines) > MOST_CHOICES:
        return _("Give at most 60 answers.")
    if len({line.casefold() for line in lines}) < len(lines):
        return _("One answer is there twice. Take one of them out.")
    if any(len(line) > LONGEST_CHOICE for line in lines):
        return _("Use at most 100 characters for an answer.")
    return ""
