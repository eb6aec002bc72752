"""What is picked and written while learning, and what those who run the program record."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from guidelines.courses.reader import Kind, Screen
from guidelines.enrolments.services import LONGEST_REFLECTION
from mentoring.kernel.forms import DayInput, EvenhandForm, OneOf
from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from programs.memberships.models import MembershipQuerySet


LEGENDS = {Kind.SITUATION: _("What would you do?"), Kind.CHECK: _("Which answer would you give?")}


class PickOne(EvenhandForm, forms.Form):
    """One of the choices of a screen, by its place. `without` leaves one out: the one that was picked just now."""

    choice = OneOf(label="", coerce=int, error_messages={"required": _("Pick one. You can pick again as often as you like.")})

    def __init__(self, *arguments: Any, screen: Screen, without: int | None = None, **names: Any) -> None:
        super().__init__(*arguments, **names)
        field: Any = self.fields["choice"]
        field.label = LEGENDS[screen.kind]
        field.choices = [(place, choice.title) for place, choice in enumerate(screen.choices) if place != without]
        self.seen_by("choice", _("only you. Of five people or more together we count which questions take a second try."), icon="lock")


class Reflect(EvenhandForm, forms.Form):
    text = forms.CharField(
        label=_("A few words to yourself"),
        required=False,
        max_length=LONGEST_REFLECTION,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *arguments: Any, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.seen_by("text", _("only you, on this page. It is stored unreadable for anybody else."), icon="lock")


class RecordDone(EvenhandForm, forms.Form):
    submit_label = _("Record it as done")
    audiences = {"on": _("those who run the program, and each of these people on their certificate.")}

    on = forms.DateField(
        label=_("On which day were they done?"),
        widget=DayInput,
        error_messages={"required": _("Enter the day."), "invalid": _("Enter a date.")},
    )


class RecordLive(EvenhandForm, forms.Form):
    submit_label = _("Record the time together")
    audiences = {"held_on": _("those who run the program, and each of these people on their certificate.")}

    held_on = forms.DateField(
        label=_("On which day did you meet?"),
        widget=DayInput,
        error_messages={"required": _("Enter the day."), "invalid": _("Enter a date.")},
    )
    minutes = forms.IntegerField(
        label=_("For how many minutes?"),
        min_value=1,
        max_value=600,
        widget=forms.NumberInput(attrs={"class": "input--num", "inputmode": "numeric", "step": "any"}),
    )


class LearnerFilter(ListFilter):
    """Of `queries.people_on`."""

    q = django_filters.CharFilter(label=_("Name"), method="by_name")
    state = django_filters.ChoiceFilter(
        label=_("How far are they?"),
        choices=[
            ("done", _("Finished")),
            ("begun", _("Under way")),
            ("stuck", _("Not gone on for two weeks")),
            ("new", _("Not begun")),
            ("over", _("No longer valid")),
        ],
        empty_label=_("Wherever"),
        method="by_state",
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def __init__(self, *arguments: Any, narrowed: "Callable[[Any, str], QuerySet[Any]]", **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.narrowed = narrowed

    def by_name(self, people: "MembershipQuerySet", name: str, words: str) -> "MembershipQuerySet":
        return people.called_like(words)

    def by_state(self, people: "QuerySet[Any]", name: str, state: str) -> "QuerySet[Any]":
        return self.narrowed(people, state)


def ticked(keys: Sequence[str]) -> list[int]:
    """The memberships that a list of ticks names; what is no key is none."""
    return [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 16][:500]
