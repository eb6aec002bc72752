from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.sessions.models import (
    LONGEST_LINE,
    LONGEST_MINUTES,
    SHORTEST_MINUTES,
    Repeats,
    Series,
    Session,
    SessionOption,
    leader_of,
)
from checkins.sessions.repeating import FEWEST_TIMES, MOST_TIMES
from checkins.sessions.services import CHANGED_TOGETHER
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.dates import written
from mentoring.kernel.forms import ClockInput, DayInput, EvenhandForm, OneOf, Together
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

USUAL_MINUTES = 60
# What the browser offers while somebody types a length.
QUICK_MINUTES = (30, 45, 60, 90)
ME, OTHER, BOTH = "me", "other", "both"
ONCE = "once"


def minutes_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=SHORTEST_MINUTES,
        max_value=LONGEST_MINUTES,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric", "list": "quick-minutes", "step": "any"}),
    )


def place_field(label: "_StrOrPromise") -> OneOf:
    return OneOf(label=label, choices=Session.Place.choices, in_a_row=True)


def where_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Where, or the link to the call"),
        required=False,
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def leader_field(me: Membership, other: Membership, **names: Any) -> OneOf:
    choices = [(ME, _("You")), (OTHER, other.user.short_name), (BOTH, _("Both of you"))]
    return OneOf(choices=choices, in_a_row=True, **names)


class OfTwo(EvenhandForm, forms.Form):
    """A form of one half, `me`, that the other half sees the words of."""

    def __init__(self, *arguments: Any, me: Membership, other: Membership, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.me, self.other = me, other
        self.zone = me.user.time_zone

    def seen_by_two(self, *fields: str, words: str) -> None:
        """`words` are all that is said of it, with the other's `%(name)s` in them."""
        for field in fields:
            self.seen_by(field, words % {"name": self.other.user.short_name})

    @property
    def in_your_time(self) -> str:
        return _("In your time: %(place)s.") % {"place": times.place_of(self.zone)}

    def moment(self, day_field: str, start_field: str, *, like: datetime | None = None) -> datetime | None:
        """What was typed, as a moment. A time that clocks leave out is refused in words, rather than moved in silence.

        `like` is the moment the form came with: while its day and time stand there, it is that one, also where a time comes twice.
        """
        day, start = self.cleaned_data.get(day_field), self.cleaned_data.get(start_field)
        if day is None or start is None:
            return None
        if like is not None and on_the_clock(like, self.zone) == (day, start):
            return like
        try:
            if times.is_left_out(day, start, self.zone):
                self.add_error(start_field, _left_out(day, start))
                return None
            return times.at_local(day, start, self.zone)
        except OverflowError:
            # The first or the last day that there is, in a zone whose clocks put it outside.
            self.add_error(day_field, _("Choose a day nearer to today."))
            return None

    def whom(self, answer: str) -> Membership | None:
        return {ME: self.me, OTHER: self.other}.get(answer)

    def side_for(self, answer: str, pairing: Pairing) -> str:
        """The `Session.Leader` of an answer; nothing, where nothing was answered."""
        led_by = self.whom(answer)
        return leader_of(pairing, led_by.pk if led_by else None) if answer else ""

    def answer_for(self, led_by: Membership | None) -> str:
        if led_by is None:
            return BOTH
        return ME if led_by == self.me else OTHER


class SuggestTimes(OfTwo):
    """One to three times to meet, in the writer's own time."""

    submit_label = gettext_lazy("Suggest these times")

    def __init__(self, *arguments: Any, now: datetime, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.now = now
        for position in range(1, SessionOption.MOST + 1):
            is_needed = position == 1
            day: Any = forms.DateField(label=_("Date"), required=is_needed, widget=DayInput)
            start: Any = forms.TimeField(label=_("Starts"), required=is_needed, widget=ClockInput)
            # Said once for both, in the legend.
            day.optional_goes_unsaid = start.optional_goes_unsaid = True
            self.fields[f"day_{position}"], self.fields[f"start_{position}"] = day, start
        self.helper.layout = Layout(*self.questions())

    def questions(self) -> list[Any]:
        legends = (_("First time"), _("Second time"), _("Third time"))
        hints = (self.in_your_time, _("You can leave this empty."), _("You can leave this empty."))
        return [
            Together(f"day_{position}", f"start_{position}", legend=legend, hint=hint)
            for position, (legend, hint) in enumerate(zip(legends, hints, strict=True), start=1)
        ]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        options: list[datetime] = []
        for position in range(1, SessionOption.MOST + 1):
            day_field, start_field = f"day_{position}", f"start_{position}"
            if position > 1 and not self.errors.keys() & {day_field, start_field}:
                self._refuse_half(day_field, start_field)
            moment = self.moment(day_field, start_field)
            if moment is None:
                continue
            if moment <= self.now:
                self.add_error(day_field, _("This time has passed. Choose one that is still to come."))
            elif moment in options:
                self.add_error(start_field, _("You suggest this time twice. Choose another one, or leave it empty."))
            else:
                options.append(moment)
        told["options"] = options
        return told

    def _refuse_half(self, day_field: str, start_field: str) -> None:
        day, start = self.cleaned_data.get(day_field), self.cleaned_data.get(start_field)
        if day is not None and start is None:
            self.add_error(start_field, _("Say when it starts, or leave the date empty too."))
        if day is None and start is not None:
            self.add_error(day_field, _("Choose the day, or leave the time empty too."))


class SuggestOtherTimes(SuggestTimes):
    """Instead of those that are open: `seen` is the key of the first of them, 0 where none is."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def questions(self) -> list[Any]:
        return [*super().questions(), "seen"]

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        return {"options": self.cleaned_data["options"], "seen": self.cleaned_data["seen"]}

    def go_on_from(self, seen: int) -> None:
        """What is sent next takes the place of these times, which the person has seen now."""
        self.data = {**self.data, "seen": seen}


class ProposeSession(SuggestTimes):
    """A new meeting: times, how long, how and where; as the last one, if nothing else is said. Once, or as a series."""

    minutes = minutes_field()
    place = place_field(gettext_lazy("How do you meet?"))
    where = where_field()
    every = OneOf(
        label=gettext_lazy("Do you want to repeat it?"),
        choices=[(ONCE, gettext_lazy("Just once")), *Series.Every.choices],
        required=False,
        empty_value=ONCE,
    )
    times = forms.IntegerField(
        label=gettext_lazy("How many times?"),
        required=False,
        min_value=FEWEST_TIMES,
        max_value=MOST_TIMES,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric", "step": "any"}),
    )
    until = forms.DateField(label=gettext_lazy("Or until which day?"), required=False, widget=DayInput)

    def __init__(self, *arguments: Any, last: Session | None, **names: Any) -> None:
        initial = {
            "minutes": last.minutes if last else USUAL_MINUTES,
            "place": last.place if last else Session.Place.IN_PERSON,
            "where": last.where if last else "",
            "every": ONCE,
        }
        super().__init__(*arguments, initial=initial, **names)
        hint = _("%(name)s says yes once, to all of it. Each session can still be moved or cancelled without the others.")
        self.fields["every"].help_text = hint % {"name": self.other.user.short_name}
        for name in ("every", "times", "until"):
            # Said once for all, in what is asked.
            self.fields[name].optional_goes_unsaid = True  # type: ignore[attr-defined]
        self.seen_by_two("where", words=_("you and %(name)s. It is also in the calendar entry that you both get."))

    def questions(self) -> list[Any]:
        legend = _("If you repeat it, how long?")
        hint = _("A number or a last day. At most 26 sessions, within half a year.")
        return [*super().questions(), "minutes", "place", "where", "every", Together("times", "until", legend=legend, hint=hint)]

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        every, how_often, until = told.get("every"), told.get("times"), told.get("until")
        if every is None or self.errors.keys() & {"times", "until"}:
            return told
        if every == ONCE and (how_often or until):
            self.add_error("every", _("Choose how often you repeat it, or leave number and last day empty."))
        elif every != ONCE and not how_often and not until:
            self.add_error("times", _("Say how many times, or choose a last day."))
        elif how_often and until:
            self.add_error("until", _("Choose a number or a last day, not both."))
        return told

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        told = self.cleaned_data
        repeats = None if told["every"] == ONCE else Repeats(told["every"], told["times"], told["until"])
        return {"repeats": repeats, **{name: told[name] for name in ("options", "minutes", "place", "where")}}


class ChangeSession(OfTwo):
    """Where the two meet, and who leads."""

    submit_label = gettext_lazy("Save the change")

    place = place_field(gettext_lazy("How do you meet?"))
    where = where_field()
    # As they stood when the form was opened.
    was_place = forms.CharField(required=False, widget=forms.HiddenInput)
    was_where = forms.CharField(required=False, widget=forms.HiddenInput)
    was_led_by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, session: Session, me: Membership, other: Membership, **names: Any) -> None:
        initial = {"place": session.place, "where": session.where, "was_place": session.place, "was_where": session.where}
        super().__init__(*arguments, me=me, other=other, initial=initial, **names)
        leader = self.fields["was_led_by"].initial = self.answer_for(session.led_by)
        hint = _("You take turns, unless you choose otherwise. To lead in place of %(name)s you ask: it changes once %(name)s agrees.")
        hint %= {"name": other.user.short_name}
        self.fields["led_by"] = leader_field(me, other, label=_("Who leads?"), help_text=hint, initial=leader)
        self.seen_by_two("where", words=_("you and %(name)s. It is also in the calendar entry that you both get."))

    def go_on_from(self, session: Session) -> None:
        """What is saved next takes the place of what stands there now, which the person has seen. What they left alone stands so now."""
        stands: dict[str, str] = {"place": session.place, "where": session.where, "led_by": self.answer_for(session.led_by)}
        typed, data = self.cleaned_data, {**self.data}
        for names in CHANGED_TOGETHER:
            is_left_alone = all(typed[name] == typed[f"was_{name}"] for name in names)
            for name in names:
                data[f"was_{name}"] = stands[name]
                data[name] = stands[name] if is_left_alone else typed[name]
        self.data = data

    def told(self) -> dict[str, Any]:
        told = self.cleaned_data
        seen = {"place": told["was_place"], "where": told["was_where"], "led_by": self.whom(told["was_led_by"])}
        return {
            "place": told["place"],
            "where": told["where"],
            "led_by": self.whom(told["led_by"]),
            # Without where it began, all that was sent is new.
            "seen": seen if told["was_place"] else None,
        }


class CancelSession(OfTwo):
    submit_label = gettext_lazy("Cancel this session")

    word = forms.CharField(
        label=gettext_lazy("A word to go with it"),
        required=False,
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.fields["word"].help_text = _("You need not say why.")
        self.seen_by_two("word", words=_("you and %(name)s. Coordinators see that it was cancelled and by whom, not the words."))


def on_the_clock(moment: datetime, zone: str) -> tuple[date, time]:
    local = times.local(moment, zone)
    return local.date(), local.time().replace(second=0, microsecond=0, fold=0)


def _left_out(day: date, start: time) -> str:
    words = {"day": written(day, "day"), "start": written(start, "clock")}
    return _("Clocks go forward on %(day)s, and %(start)s is left out. Choose another time.") % words


def moment_in(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
