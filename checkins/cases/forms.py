from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.cases.models import CaseDecision
from checkins.cases.services import LONGEST_TASK
from checkins.cases.telling import BECAUSE, HOW
from checkins.concerns.models import Concern, ConcernAbout
from checkins.concerns.services import LONGEST_TEXT
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.forms import DayInput, EvenhandForm, OneOf
from programs.memberships.models import Membership

UNKEPT = {"autocomplete": "off"}
RAISER, OTHER = "raiser", "other"


def _words(label: Any, help_text: Any = "", *, rows: int = 5, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST_TEXT,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows, **UNKEPT}),
        error_messages={"required": gettext_lazy("Write a few words first.")},
    )


FACTS = gettext_lazy("Facts: what was said in whose own words, when, and who was there. No guesses about a person.")


class _ForReaders(EvenhandForm, forms.Form):
    """`readers`: their names, who read what is written here."""

    field = "text"

    def __init__(self, *arguments: Any, readers: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.seen_by(self.field, self.who(readers), icon="lock")

    def who(self, readers: str) -> str:
        return _("%(names)s, and nobody else. It stays as it is written.") % {"names": readers}


class Answer(_ForReaders):
    submit_label = gettext_lazy("Send the answer")

    text = _words(gettext_lazy("Your message"), gettext_lazy("Thank them. Say what you do and when. Ask before you act."))
    has_acted = forms.BooleanField(label=gettext_lazy("This tells them what has been done"), required=False)

    def who(self, readers: str) -> str:
        return _("whoever raised it, and %(names)s.") % {"names": readers}


class Note(_ForReaders):
    submit_label = gettext_lazy("Save the note")

    text = _words(gettext_lazy("What is to be kept?"), FACTS)


class LogContact(_ForReaders):
    submit_label = gettext_lazy("Save it")

    how = OneOf(label=gettext_lazy("How?"), choices=list(HOW.items()), in_a_row=True)
    on = forms.DateField(label=gettext_lazy("On which day?"), widget=DayInput, error_messages={"invalid": gettext_lazy("Enter a date.")})
    text = _words(gettext_lazy("What was said?"), FACTS)

    def __init__(self, *arguments: Any, by: Membership, abouts: Sequence[ConcernAbout], now: datetime, **names: Any) -> None:
        self.today = times.local_day(now, by.user.time_zone)
        super().__init__(*arguments, initial={"on": self.today}, **names)
        people = [(str(about.membership_id), about.membership.user.full_name) for about in abouts]
        whom = [(RAISER, _("Whoever raised it")), *people, (OTHER, _("Somebody else"))]
        self.fields["whom"] = OneOf(label=_("With whom?"), choices=whom)
        self.order_fields(["whom"])

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come. Write it down when it has been."))
        return day


class AddTask(_ForReaders):
    submit_label = gettext_lazy("Add it")

    text = forms.CharField(label=gettext_lazy("What is to be done?"), max_length=LONGEST_TASK, widget=forms.TextInput(attrs=UNKEPT))
    due_on = forms.DateField(label=gettext_lazy("By when?"), widget=DayInput, error_messages={"invalid": gettext_lazy("Enter a date.")})

    def __init__(self, *arguments: Any, people: Sequence[Membership], today: date, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.today = today
        choices = [(str(person.pk), person.user.full_name) for person in people]
        self.fields["owner"] = OneOf(label=_("By whom?"), choices=choices)
        self.order_fields(["text", "owner"])

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < self.today:
            raise forms.ValidationError(_("This day has been. Choose today or a later one."))
        return day


class HandOver(_ForReaders):
    submit_label = gettext_lazy("Hand it over")

    text = _words(gettext_lazy("What should they know?"), rows=3, required=False)

    def __init__(self, *arguments: Any, people: Sequence[Membership], **names: Any) -> None:
        super().__init__(*arguments, **names)
        choices = [(str(person.pk), f"{person.user.full_name} ({', '.join(person.role_names())})") for person in people]
        self.fields["to"] = OneOf(label=_("To whom?"), choices=choices)
        self.order_fields(["to"])


class Grade(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Save it")

    kind = OneOf(label=gettext_lazy("What is it?"), choices=Concern.Kind.choices)
    urgency = OneOf(label=gettext_lazy("How soon does it need somebody?"), choices=Concern.Urgency.choices, coerce=int)


class NamePerson(_ForReaders):
    submit_label = gettext_lazy("Shut them out")
    field = "person"

    person = forms.CharField(
        label=gettext_lazy("Whom else is it about?"),
        help_text=gettext_lazy("Their whole name, or their address. From then on they cannot read it. It cannot be taken back."),
        max_length=LONGEST_TASK,
        widget=forms.TextInput(attrs=UNKEPT),
    )


class StopContact(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Pause it now")

    because = OneOf(label=gettext_lazy("Why now?"), choices=list(BECAUSE.items()))

    def __init__(self, *arguments: Any, pairings: Sequence[Pairing], **names: Any) -> None:
        super().__init__(*arguments, **names)
        choices = [
            (str(pairing.pk), _("%(one)s and %(other)s") % {"one": pairing.first.user.full_name, "other": pairing.second.user.full_name})
            for pairing in pairings
        ]
        self.fields["pairing"] = OneOf(label=_("Which pairing?"), choices=choices)
        self.order_fields(["pairing"])


class AskSecond(_ForReaders):
    submit_label = gettext_lazy("Ask for a second yes")

    kind = OneOf(
        label=gettext_lazy("What is to be decided?"),
        choices=[(kind.value, kind.label) for kind in CaseDecision.Kind if kind != CaseDecision.Kind.CLOSE],
    )
    text = _words(gettext_lazy("What, and why?"), gettext_lazy("So that somebody who was not there can follow it in a year."))


class Close(_ForReaders):
    submit_label = gettext_lazy("Close this concern")

    outcome = OneOf(label=gettext_lazy("How did it end?"), choices=Concern.Outcome.choices)
    text = _words(
        gettext_lazy("What do you tell whoever raised it?"),
        gettext_lazy("What was done, and why it ends here. For 90 days they can open it again."),
    )

    def who(self, readers: str) -> str:
        return _("whoever raised it, and %(names)s.") % {"names": readers}


class Reopen(_ForReaders):
    submit_label = gettext_lazy("Open it again")

    text = _words(gettext_lazy("What do you tell whoever raised it?"), rows=3)

    def who(self, readers: str) -> str:
        return _("whoever raised it, and %(names)s.") % {"names": readers}
