from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.care.models import CallNote, Task
from checkins.care.services import LONGEST_NOTE, LONGEST_WAIT
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.forms import DayInput, EvenhandForm, OneOf
from programs.memberships.models import Membership, Program

BOTH = "both"


def who_reads(rule: str, pairing: Pairing) -> str:
    """For whoever writes: by name who never reads it."""
    never = {"one": pairing.first.user.short_name, "other": pairing.second.user.short_name}
    if rule == Program.AnswersReadBy.ADMINS:
        return _("you and the admins of the program. %(one)s and %(other)s never do, whatever role they have.") % never
    return _("those who run the program: its coordinators and admins. %(one)s and %(other)s never do, whatever role they have.") % never


def _text() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("What was said?"),
        help_text=gettext_lazy(
            "Facts: what somebody said in their own words, what you agreed on, who was there. No guesses about a person."
        ),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class WriteNote(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Save the note")

    about = forms.ChoiceField(label=gettext_lazy("Whom was it about?"), widget=forms.RadioSelect)
    called_on = forms.DateField(
        label=gettext_lazy("On which day?"), widget=DayInput, error_messages={"invalid": gettext_lazy("Enter a date.")}
    )
    text = _text()

    def __init__(self, *arguments: Any, pairing: Pairing, by: Membership, now: datetime, task: Task | None = None, **names: Any) -> None:
        self.pairing, self.today = pairing, times.local_day(now, by.user.time_zone)
        super().__init__(*arguments, initial={"called_on": self.today}, **names)
        about: Any = self.fields["about"]
        about.choices = [(str(half.pk), half.user.full_name) for half in pairing.halves] + [(BOTH, _("Both"))]
        about.in_a_row = True
        rules = {pairing.program.answers_read_by, task.read_by if task else ""}
        self.seen_by("text", who_reads("admins" if "admins" in rules else "coordinators", pairing), icon="lock")

    def clean_called_on(self) -> date:
        day: date = self.cleaned_data["called_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come. Write the note when it has been."))
        return day

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        about = next((half for half in self.pairing.halves if str(half.pk) == self.cleaned_data["about"]), None)
        return {"about": about, "called_on": self.cleaned_data["called_on"], "text": self.cleaned_data["text"]}


class PutOff(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Put it off")

    until = forms.DateField(
        label=gettext_lazy("Until which day?"),
        help_text=gettext_lazy("On that day it is back in the morning. Until then nobody is shown it there."),
        widget=DayInput,
        error_messages={"invalid": gettext_lazy("Enter a date.")},
    )
    because = OneOf(label=gettext_lazy("Why?"), choices=Task.Later.choices)

    def __init__(self, *arguments: Any, program: Program, now: datetime, **names: Any) -> None:
        self.today = times.local_day(now, program.time_zone)
        super().__init__(*arguments, initial={"until": self.today + timedelta(days=7)}, **names)

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if not self.today < day <= self.today + LONGEST_WAIT:
            raise forms.ValidationError(_("Choose a day from tomorrow on, four weeks from today at most."))
        return day


class GiveTask(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Give it to them")

    owner = forms.ChoiceField(
        label=gettext_lazy("Who sees to it from now on?"),
        help_text=gettext_lazy("It stands among what they look after. Everybody who could do it still can."),
    )

    def __init__(self, *arguments: Any, people: Sequence[Membership], **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.people = {str(person.pk): person for person in people}
        owner: Any = self.fields["owner"]
        owner.choices = [("", _("Choose somebody")), *((key, person.user.full_name) for key, person in self.people.items())]

    def clean_owner(self) -> Membership:
        return self.people[self.cleaned_data["owner"]]


class CorrectNote(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Add the correction")

    text = _text()

    def __init__(self, *arguments: Any, note: CallNote, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.fields["text"].label = _("What is right?")
        self.seen_by("text", who_reads(note.read_by, note.pairing), icon="lock")
