from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.accounts.models import SessionAccount, last_changed_at
from checkins.accounts.services import LONGEST_WORDS
from checkins.agendas.models import LONGEST_TOPIC, AgendaItem
from checkins.decisions.models import LONGEST_TEXT
from checkins.sessions.forms import BOTH, USUAL_MINUTES, OfTwo, leader_field, minutes_field, moment_in, on_the_clock, place_field
from checkins.sessions.models import Session
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.forms import AnyOf, ClockInput, DayInput, OneOf, Together
from programs.memberships.models import Membership

A_QUARTER = 15
SAME, ANOTHER = "same", "another"


def who_reads_a_log(other: Membership) -> str:
    words = _(
        "you and %(name)s. Coordinators don’t see these words. They see when and how long you met, and who suggested, led, moved or "
        "cancelled it or could not come."
    )
    return words % {"name": other.user.short_name}


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
    minutes = minutes_field()
    place = place_field(gettext_lazy("How did you meet?"))
    talked_about = forms.CharField(
        label=gettext_lazy("A note to remember it by"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    decided = forms.CharField(
        label=gettext_lazy("Did you decide something together?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
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
        self.fields["led_by"] = leader_field(me, other, label=_("Who led?"), initial=self.answer_for(leader))
        if topics or self.is_bound:
            self.fields["reached"] = Topics(
                label=_("What did you get to?"),
                help_text=_("Anything you leave unticked moves to the next session."),
                choices=[(str(topic.pk), topic.text) for topic in topics],
                choice_hints={str(topic.pk): _("yours") if topic.author_id == me.pk else _("added by %s") % name for topic in topics},
                known=known,
                required=False,
            )
        self.fields["decided"].help_text = _("In one line. %(name)s is asked, and it stands once you have both agreed.") % {"name": name}
        for field in ("talked_about", "next_time"):
            self.seen_by(field, who_reads_a_log(other))
        self.seen_by_two("decided", words=_("you and %(name)s. Coordinators see how many decisions each of you proposed, not the words."))
        self.helper.layout = Layout(
            Together("day", "start", "minutes", legend=_("When?"), hint=self.in_your_time),
            "place",
            *(["reached"] if topics else []),
            "led_by",
            "talked_about",
            "decided",
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
        hint = _("What %(name)s wrote stays. When, how long, how you met and who led change only if %(name)s agrees to your version.")
        hint %= {"name": name}
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
            "decided": told["decided"],
        }

    def told_beside(self, pairing: Pairing) -> dict[str, Any]:
        """What the service takes where the other half has logged the meeting: these are this half's own words beside it."""
        told = self.cleaned_data
        next_time = told["next_time"]
        words = [told["talked_about"].strip(), _("For next time: %(what)s") % {"what": next_time} if next_time else ""]
        return {
            "words": "\n\n".join(filter(None, words)),
            "starts_at": told["starts_at"],
            "minutes": told["minutes"],
            "place": told["place"],
            "leader": self.side_for(told["led_by"], pairing),
            "reached": [int(key) for key in told.get("reached", [])],
            "for_agenda": next_time if told["next_time_on_agenda"] else "",
            "decided": told["decided"],
        }


class PutRight(LogSession):
    """What one has just logged, to change it. What became a decision or a topic of its own is changed where it stands."""

    submit_label = gettext_lazy("Save it as it stands here")

    # When it last changed before the form came.
    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, session: Session, topics: Sequence[AgendaItem], **names: Any) -> None:
        reached = list(session.topics.all())
        super().__init__(*arguments, topics=[*reached, *topics], last=None, planned=session, leader=session.led_by, **names)
        for name in ("decided", "next_time_on_agenda"):
            del self.fields[name]
            self.helper.layout.fields.remove(name)
        self.helper.layout.fields.append("seen_at")
        came_with = {
            "reached": [str(topic.pk) for topic in reached],
            "talked_about": session.talked_about,
            "next_time": session.next_time,
            "seen_at": _seen_at(session),
        }
        self.initial = {**self.initial, **came_with}

    def go_on_from(self, session: Session) -> None:
        """What is saved next takes the place of what stands there, which the person has seen now."""
        sent: Any = self.data
        data = sent.copy()
        data["seen_at"] = _seen_at(session)
        self.data = data

    def told(self) -> dict[str, Any]:
        names = ("starts_at", "minutes", "place", "talked_about", "next_time")
        told = {name: self.cleaned_data[name] for name in names}
        return told | {
            "led_by": self.whom(self.cleaned_data["led_by"]),
            "reached": [int(key) for key in self.cleaned_data.get("reached", [])],
            "seen_at": moment_in(self.cleaned_data["seen_at"]),
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
    minutes = minutes_field()
    place = place_field(gettext_lazy("How did you meet?"))
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
            "place": (account and account.place) or session.place,
            "seen_at": account.written_at.isoformat() if account else "",
        }
        leads = getattr(session.pairing, account.leader) if account and account.leader in ("first", "second") else session.led_by
        self.initial["led_by"] = BOTH if account and account.leader == BOTH else self.answer_for(leads)
        self.fields["led_by"] = leader_field(self.me, self.other, label=_("Who led?"), required=False)
        for name in ("place", "led_by"):
            field: Any = self.fields[name]
            field.required, field.optional_goes_unsaid = False, True
        self.seen_by_two("words", words=_("you and %(name)s. Both versions stay, and each of you can change only your own."))
        name = self.other.user.short_name
        hint = _("Change this only if you remember another time. The log follows once %(name)s agrees.") % {"name": name}
        together = Together("day", "start", "minutes", legend=_("When was it?"), hint=f"{self.in_your_time} {hint}")
        if session.state != Session.State.HELD:
            for field in ("day", "start", "minutes", "place", "led_by"):
                del self.fields[field]
        of_the_log = [together, "place", "led_by"] if session.state == Session.State.HELD else []
        self.helper.layout = Layout("words", "is_different", *of_the_log, "seen_at")

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
            "place": told.get("place", ""),
            "leader": self.side_for(told.get("led_by", ""), self.session.pairing),
            "seen_at": moment_in(told["seen_at"]),
        }

    def _is_as_logged(self, day: date, start: time) -> bool:
        return self.session.starts_at is not None and on_the_clock(self.session.starts_at, self.zone) == (day, start)


def _seen_at(session: Session) -> str:
    changed_at = last_changed_at(session, session.not_reached.all())
    return changed_at.isoformat() if changed_at else ""


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
