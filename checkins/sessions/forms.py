from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.agendas.models import LONGEST_TOPIC, AgendaItem
from checkins.sessions.models import LONGEST_LINE, LONGEST_MINUTES, SHORTEST_MINUTES, Session, SessionAccount, SessionOption
from checkins.sessions.services import LONGEST_WORDS
from mentoring.kernel import times
from mentoring.kernel.forms import AnyOf, ClockInput, DayInput, EvenhandForm, OneOf, Together
from programs.memberships.models import Membership

USUAL_MINUTES = 60
A_QUARTER = 15
# What the browser offers while somebody types a length.
QUICK_MINUTES = (30, 45, 60, 90)
ME, OTHER, BOTH = "me", "other", "both"
SAME, ANOTHER = "same", "another"


def what_coordinators_see() -> str:
    return _(
        "Coordinators don’t see these words. They see when and how long you met, and who suggested, led, moved or cancelled it "
        "or could not come."
    )


def _minutes() -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("Minutes"),
        min_value=SHORTEST_MINUTES,
        max_value=LONGEST_MINUTES,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric", "list": "quick-minutes", "step": "any"}),
    )


def _place() -> OneOf:
    return OneOf(label=gettext_lazy("How do you meet?"), choices=Session.Place.choices, in_a_row=True)


def _where() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Where, or the link to the call"),
        required=False,
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _leader(me: Membership, other: Membership, **names: Any) -> OneOf:
    choices = [(ME, _("You")), (OTHER, other.user.short_name), (BOTH, _("Both of you"))]
    return OneOf(choices=choices, in_a_row=True, **names)


class OfTwo(EvenhandForm, forms.Form):
    """A form of one half, `me`, that the other half sees the words of."""

    def __init__(self, *arguments: Any, me: Membership, other: Membership, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.me, self.other = me, other
        self.zone = me.user.time_zone

    def seen_by_two(self, *fields: str, but: str = "") -> None:
        words = _("you and %(name)s.") % {"name": self.other.user.short_name}
        for field in fields:
            self.seen_by(field, f"{words} {but}".strip())

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
        if like is not None and _on_the_clock(like, self.zone) == (day, start):
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
    """A new meeting: times, how long, how and where; as the last one, if nothing else is said."""

    minutes = _minutes()
    place = _place()
    where = _where()

    def __init__(self, *arguments: Any, last: Session | None, **names: Any) -> None:
        initial = {
            "minutes": last.minutes if last else USUAL_MINUTES,
            "place": last.place if last else Session.Place.IN_PERSON,
            "where": last.where if last else "",
        }
        super().__init__(*arguments, initial=initial, **names)
        self.seen_by_two("where", but=_("It is also in the calendar entry that you both get."))

    def questions(self) -> list[Any]:
        return [*super().questions(), "minutes", "place", "where"]

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in ("options", "minutes", "place", "where")}


class ChangeSession(OfTwo):
    """Where the two meet, and who leads."""

    submit_label = gettext_lazy("Save the change")

    place = _place()
    where = _where()
    # As they stood when the form was opened.
    was_place = forms.CharField(required=False, widget=forms.HiddenInput)
    was_where = forms.CharField(required=False, widget=forms.HiddenInput)
    was_led_by = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, session: Session, me: Membership, other: Membership, **names: Any) -> None:
        initial = {"place": session.place, "where": session.where, "was_place": session.place, "was_where": session.where}
        super().__init__(*arguments, me=me, other=other, initial=initial, **names)
        leader = self.fields["was_led_by"].initial = self.answer_for(session.led_by)
        hint = _("You take turns, unless you choose otherwise.")
        self.fields["led_by"] = _leader(me, other, label=_("Who leads?"), help_text=hint, initial=leader)
        self.seen_by_two("where", but=_("It is also in the calendar entry that you both get."))

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
        self.seen_by_two("word", but=_("Coordinators see that it was cancelled and by whom, not the words."))


class MissSession(OfTwo):
    """Who could not make it. Nothing is chosen in advance."""

    submit_label = gettext_lazy("Save this")

    absent = forms.ChoiceField(label=gettext_lazy("Who could not make it?"), widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, session: Session, **names: Any) -> None:
        super().__init__(*arguments, **names)
        absent: Any = self.fields["absent"]
        name = self.other.user.short_name
        mine, others = session.pairing.side_of(self.me), session.pairing.side_of(self.other)
        absent.choices = [
            (mine, _("I could not make it")),
            (others, _("%(name)s could not make it") % {"name": name}),
            (Session.Absent.BOTH, _("Neither of us could")),
        ]
        self.seen_by_two("absent", but=_("Coordinators see it only where you say it of yourself. No reason is asked for."))


class Topics(AnyOf):
    """Shows the open topics, and takes every topic of the pair: the other half may have been quicker to talk of it, or take it back."""

    def __init__(self, *, known: Iterable[int], **names: Any) -> None:
        super().__init__(**names)
        self.known = frozenset(map(str, known))

    def valid_value(self, value: Any) -> bool:
        return str(value) in self.known


class LogSession(OfTwo):
    """A meeting that took place, in the writer's own time. What is likely stands there already."""

    submit_label = gettext_lazy("Save this session")

    day = forms.DateField(label=gettext_lazy("Date"), widget=DayInput)
    start = forms.TimeField(label=gettext_lazy("Started"), widget=ClockInput)
    minutes = _minutes()
    place = _place()
    talked_about = forms.CharField(
        label=gettext_lazy("A note to remember it by"),
        required=False,
        max_length=LONGEST_WORDS,
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
        planned: Session | None,
        leader: Membership | None,
        **names: Any,
    ) -> None:
        """`leader` is who leads by what was planned, or whose turn it was; nobody, where both do or neither has so far."""
        super().__init__(*arguments, me=me, other=other, initial=_what_is_likely(now, last, planned, me.user.time_zone), **names)
        self.now, self.planned = now, planned
        name = other.user.short_name
        self.fields["led_by"] = _leader(me, other, label=_("Who led?"), initial=self.answer_for(leader))
        if topics or self.is_bound:
            self.fields["reached"] = Topics(
                label=_("What did you get to?"),
                help_text=_("Anything you leave unticked moves to the next session."),
                choices=[(str(topic.pk), topic.text) for topic in topics],
                choice_hints={str(topic.pk): _("yours") if topic.author_id == me.pk else _("added by %s") % name for topic in topics},
                known=known,
                required=False,
            )
        self.seen_by_two("talked_about", "next_time", but=what_coordinators_see())
        self.helper.layout = Layout(
            Together("day", "start", "minutes", legend=_("When?"), hint=self.in_your_time),
            "place",
            *(["reached"] if topics else []),
            "led_by",
            "talked_about",
            "next_time",
            "next_time_on_agenda",
        )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        told["starts_at"] = self.moment("day", "start", like=self.planned.starts_at if self.planned else None)
        if told["starts_at"] and told["starts_at"] > self.now:
            self.add_error("day", _("This time has not come yet. Choose when you met, or come back once you have."))
        if told.get("next_time_on_agenda") and not told.get("next_time"):
            self.add_error("next_time", _("Write what you want to put on the agenda, or take the tick below away."))
        return told

    def ask_which(self, *, may_be_same: bool, may_be_another: bool) -> None:
        """A meeting of about that time is there already: ask which this one is. Nothing is chosen in advance."""
        name = self.other.user.short_name
        choices = [
            *([(SAME, _("It is the same meeting: add my words to it"))] if may_be_same else []),
            *([(ANOTHER, _("It was another meeting"))] if may_be_another else []),
        ]
        if not choices:
            return
        hint = _("What %(name)s wrote stays. When and how long change only if %(name)s agrees to your version.") % {"name": name}
        field: Any = OneOf(label=_("Which meeting is this?"), required=False, choices=choices, choice_hints={SAME: hint})
        field.optional_goes_unsaid = True
        self.fields["about"] = field
        self.helper.layout.fields.insert(0, "about")

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        told = self.cleaned_data
        return {
            "starts_at": told["starts_at"],
            "minutes": told["minutes"],
            "place": told["place"],
            "led_by": self.whom(told["led_by"]),
            "reached": [int(key) for key in told.get("reached", [])],
            "talked_about": told["talked_about"],
            "next_time": told["next_time"],
            "next_time_on_agenda": told["next_time_on_agenda"],
        }

    def told_beside(self) -> dict[str, Any]:
        """What the service takes where the other half has logged the meeting: these are this half's own words beside it."""
        told = self.cleaned_data
        next_time = told["next_time"]
        words = [told["talked_about"].strip(), _("For next time: %(what)s") % {"what": next_time} if next_time else ""]
        return {
            "words": "\n\n".join(filter(None, words)),
            "starts_at": told["starts_at"],
            "minutes": told["minutes"],
            "reached": [int(key) for key in told.get("reached", [])],
            "for_agenda": next_time if told["next_time_on_agenda"] else "",
        }


class RememberSession(OfTwo):
    """One half's own words about a meeting, beside what was logged."""

    submit_label = gettext_lazy("Save my words")

    words = forms.CharField(
        label=gettext_lazy("What would you add?"), required=False, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 4})
    )
    is_different = forms.BooleanField(label=gettext_lazy("I remember it differently"), required=False)
    day = forms.DateField(label=gettext_lazy("Date"), widget=DayInput)
    start = forms.TimeField(label=gettext_lazy("Started"), widget=ClockInput)
    minutes = _minutes()
    # When the words that the form came with were written.
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, session: Session, account: SessionAccount | None, now: datetime, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.session, self.now = session, now
        self.came_with = (account and account.starts_at) or session.starts_at
        began = times.local(self.came_with or now, self.zone)
        self.initial = {
            "words": account.words if account else "",
            "is_different": account.is_different if account else False,
            "day": began.date(),
            "start": began.time(),
            "minutes": (account and account.minutes) or session.minutes,
            "seen_at": account.written_at.isoformat() if account else "",
        }
        self.seen_by_two("words", but=_("Both versions stay, and each of you can change only your own."))
        name = self.other.user.short_name
        hint = _("Change this only if you remember another time. The log follows once %(name)s agrees.") % {"name": name}
        together = Together("day", "start", "minutes", legend=_("When was it?"), hint=f"{self.in_your_time} {hint}")
        if session.state != Session.State.HELD:
            for field in ("day", "start", "minutes"):
                del self.fields[field]
        self.helper.layout = Layout("words", "is_different", *([together] if session.state == Session.State.HELD else []), "seen_at")

    def go_on_from(self, account: SessionAccount) -> None:
        """What is saved next takes the place of these words, which the person has seen now."""
        self.data = {**self.data, "seen_at": account.written_at.isoformat()}

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("day") and told.get("start") and self._is_as_logged(told["day"], told["start"]):
            told["starts_at"] = self.session.starts_at
        else:
            told["starts_at"] = self.moment("day", "start", like=self.came_with)
        if told["starts_at"] and told["starts_at"] > self.now:
            self.add_error("day", _("This time has not come yet. Choose when you met."))
        return told

    def told(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            "words": told["words"],
            "is_different": told["is_different"],
            "starts_at": told["starts_at"],
            "minutes": told.get("minutes"),
            "seen_at": moment_in(told["seen_at"]),
        }

    def _is_as_logged(self, day: date, start: time) -> bool:
        return self.session.starts_at is not None and _on_the_clock(self.session.starts_at, self.zone) == (day, start)


def _what_is_likely(now: datetime, last: Session | None, planned: Session | None, zone: str) -> dict[str, Any]:
    """As planned; else today, just now, as long and in the same way as the last time."""
    like = planned or last
    minutes = like.minutes if like else USUAL_MINUTES
    if planned is not None and planned.starts_at is not None:
        began = times.local(planned.starts_at, zone)
    else:
        began = times.local(now, zone) - timedelta(minutes=minutes)
        began -= timedelta(minutes=began.minute % A_QUARTER, seconds=began.second, microseconds=began.microsecond)
    return {
        "day": began.date(),
        "start": began.time(),
        "minutes": minutes,
        "place": like.place if like else Session.Place.IN_PERSON,
    }


def _on_the_clock(moment: datetime, zone: str) -> tuple[date, time]:
    local = times.local(moment, zone)
    return local.date(), local.time().replace(second=0, microsecond=0, fold=0)


def moment_in(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _left_out(day: date, start: time) -> str:
    words = {"day": date_format(day, "j F"), "start": f"{start:%H:%M}"}
    return _("Clocks go forward on %(day)s, and %(start)s is left out. Choose another time.") % words
