from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.agendas.models import LONGEST_TOPIC, AgendaItem
from checkins.sessions.models import LONGEST_MINUTES, SHORTEST_MINUTES, Session
from mentoring.kernel import times
from mentoring.kernel.forms import ClockInput, DayInput, EvenhandForm, Together
from programs.memberships.models import Membership

LONGEST_NOTE = 10_000
USUAL_MINUTES = 60
A_QUARTER = 15
# What the browser offers while somebody types a length.
QUICK_MINUTES = (30, 45, 60, 90)


class Topics(forms.MultipleChoiceField):
    """Shows the open topics, and takes every topic of the pair: the other half may have been quicker to talk of it, or take it back."""

    known: frozenset[str] = frozenset()

    def valid_value(self, value: Any) -> bool:
        return str(value) in self.known


class LogSession(EvenhandForm, forms.Form):
    """A meeting that took place, in the writer's own time. Everything but the first three can be left as it is."""

    submit_label = gettext_lazy("Save this session")

    day = forms.DateField(label=gettext_lazy("Date"), widget=DayInput)
    start = forms.TimeField(label=gettext_lazy("Started"), widget=ClockInput)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=SHORTEST_MINUTES,
        max_value=LONGEST_MINUTES,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric", "list": "quick-minutes", "step": "any"}),
    )
    place = forms.ChoiceField(label=gettext_lazy("Where?"), choices=Session.Place.choices, widget=forms.RadioSelect)
    reached = Topics(
        label=gettext_lazy("What did you get to?"),
        help_text=gettext_lazy("Anything you leave unticked moves to the next session."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    talked_about = forms.CharField(
        label=gettext_lazy("A note to remember it by"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    next_time = forms.CharField(label=gettext_lazy("For next time"), required=False, max_length=LONGEST_TOPIC)
    next_time_on_agenda = forms.BooleanField(label=gettext_lazy("Put this on the agenda, as a topic of mine"), required=False)

    def __init__(
        self,
        *arguments: Any,
        me: Membership,
        other: Membership,
        topics: Sequence[AgendaItem],
        known: Iterable[int],
        now: datetime,
        last: Session | None,
        **names: Any,
    ) -> None:
        super().__init__(*arguments, initial=_what_is_likely(now, last), **names)
        self.now = now
        self.zone = me.user.time_zone
        name = other.user.short_name
        reached: Any = self.fields["reached"]
        reached.choices = [(str(topic.pk), topic.text) for topic in topics]
        reached.known = frozenset(map(str, known))
        reached.choice_hints = {str(topic.pk): _("yours") if topic.author_id == me.pk else _("added by %s") % name for topic in topics}
        self.fields["place"].in_a_row = True  # type: ignore[attr-defined]
        two = _("you and %(name)s. Coordinators see only the date and the minutes.") % {"name": name}
        self.seen_by("talked_about", two)
        self.seen_by("next_time", two)
        if not topics and not self.is_bound:
            del self.fields["reached"]
        self.helper.layout = Layout(
            Together(
                "day", "start", "minutes", legend=_("When?"), hint=_("In your time: %(place)s.") % {"place": times.place_of(self.zone)}
            ),
            "place",
            *(["reached"] if topics else []),
            "talked_about",
            "next_time",
            "next_time_on_agenda",
        )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if "day" in told and "start" in told:
            told["started_at"] = times.at_local(told["day"], told["start"], self.zone)
            if told["started_at"] > self.now:
                self.add_error("day", _("This time has not come yet. Choose when you met, or come back once you have."))
        if told.get("next_time_on_agenda") and not told.get("next_time"):
            self.add_error("next_time", _("Write what you want to put on the agenda, or take the tick below away."))
        return told

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        told = self.cleaned_data
        return {
            "started_at": told["started_at"],
            "minutes": told["minutes"],
            "place": told["place"],
            "reached": [int(key) for key in told.get("reached", [])],
            "talked_about": told["talked_about"],
            "next_time": told["next_time"],
            "next_time_on_agenda": told["next_time_on_agenda"],
        }


def _what_is_likely(now: datetime, last: Session | None) -> dict[str, Any]:
    """Today, just now, as long and in the same way as the last time."""
    minutes = last.minutes if last else USUAL_MINUTES
    began = timezone.localtime(now) - timedelta(minutes=minutes)
    began -= timedelta(minutes=began.minute % A_QUARTER, seconds=began.second, microseconds=began.microsecond)
    return {
        "day": began.date(),
        "start": began.time(),
        "minutes": minutes,
        "place": last.place if last else Session.Place.IN_PERSON,
    }
