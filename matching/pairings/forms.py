"""What narrows the lists, and what is said when two people are introduced."""

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from matching.pairings import places
from matching.pairings.models import Pairing
from mentoring.kernel.forms import EvenhandForm
from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from matching.pairings.models import PairingQuerySet
    from programs.memberships.models import MembershipQuerySet

NOBODY = "nobody"


def caseload_choices(viewer: Membership) -> list[tuple[str, str]]:
    """Those who run the program, the viewer first."""
    staff = Membership.objects.visible_to(viewer).current().staff().with_people().order_by("user__name", "pk")
    others = [(str(person.pk), person.user.full_name) for person in staff if person.pk != viewer.pk]
    return [(str(viewer.pk), str(_("Mine"))), *others]


class PairingFilter(ListFilter):
    q = django_filters.CharFilter(label=_("Name"), method="by_name")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[*Pairing.State.choices, ("all", _("All"))], empty_label=_("All that are open"), method="by_state"
    )
    caseload = django_filters.ChoiceFilter(label=_("Whose caseload"), empty_label=_("Everyone’s"), method="by_caseload")

    class Meta:
        model = Pairing
        fields: list[str] = []

    def __init__(self, *arguments: Any, viewer: Membership, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.filters["caseload"].extra["choices"] = [*caseload_choices(viewer), (NOBODY, _("Nobody’s"))]

    @property
    def qs(self) -> "PairingQuerySet":
        """Those that are open, unless the list asks for others."""
        asked = self.form.cleaned_data.get("state") if self.is_valid() else ""
        pairings: PairingQuerySet = super().qs
        return pairings if asked else pairings.open()

    def by_name(self, pairings: "PairingQuerySet", name: str, words: str) -> "PairingQuerySet":
        return pairings.of_people_called_like(words)

    def by_state(self, pairings: "PairingQuerySet", name: str, state: str) -> "PairingQuerySet":
        return pairings if state == "all" else pairings.filter(state=state)

    def by_caseload(self, pairings: "PairingQuerySet", name: str, whose: str) -> "PairingQuerySet":
        return pairings.filter(coordinator=None if whose == NOBODY else int(whose))


class PersonFilter(ListFilter):
    """Whom to introduce. With `to` it is about the second person, and shows who fits the first."""

    q = django_filters.CharFilter(label=_("Name"), method="by_name")
    room = django_filters.ChoiceFilter(
        label=_("Free place"),
        choices=[("mentor", _("To mentor")), ("mentee", _("To be mentored")), ("all", _("Show everybody"))],
        empty_label=_("Of either kind"),
        method="by_room",
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def __init__(self, *arguments: Any, program: Program, to: "places.WithPlaces | None" = None, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.to = to
        self.are_equal = program.kind == Program.Kind.RECIPROCAL
        if self.are_equal:
            self.filters["room"].extra |= {"choices": [("all", _("Show everybody"))], "empty_label": _("Has one")}

    @property
    def qs(self) -> "QuerySet[Any]":
        asked = self.form.cleaned_data.get("room") if self.is_valid() else ""
        people: QuerySet[Any] = super().qs
        if self.to is not None:
            people = places.without(people, self.to) if asked else places.fitting(people, self.to)
        elif not asked:
            people = places.with_room(people)
        return places.with_room_for_a_peer(people) if self.are_equal and not asked else people

    def by_name(self, people: "MembershipQuerySet", name: str, words: str) -> "MembershipQuerySet":
        return people.called_like(words)

    def by_room(self, people: "QuerySet[Any]", name: str, room: str) -> "QuerySet[Any]":
        if room == "mentor":
            return people.filter(free_as_mentor__gt=0)
        return people.filter(free_as_mentee__gt=0) if room == "mentee" else people


class Introduce(EvenhandForm, forms.Form):
    """The last step: in which places, and in whose care."""

    BOTH = "both"

    mentor = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two, or both.")},
    )
    coordinator = forms.ChoiceField(
        label=_("In whose caseload?"),
        help_text=_("Both of them see this name, as the person to ask."),
    )
    again = forms.BooleanField(
        label=_("I know that they were introduced before, and I want to ask them again"),
        error_messages={"required": _("Tick this if you want to ask them again, or choose two other people.")},
    )

    def __init__(
        self,
        *arguments: Any,
        one: "places.WithPlaces",
        other: "places.WithPlaces",
        by: Membership,
        were_introduced_before: bool,
        **names: Any,
    ) -> None:
        super().__init__(*arguments, **names)
        self.one, self.other = one, other
        self.offered = _ways_to_pair(one, other, by.program)
        mentor: Any = self.fields["mentor"]
        mentor.label = _("Who would be the %(word)s?") % {"word": by.program.mentor_word}
        mentor.choices = self.offered
        if len(self.offered) == 1:
            mentor.initial = self.offered[0][0]
        if by.program.kind == Program.Kind.RECIPROCAL:
            # Two equal peers are both, and nobody asks.
            del self.fields["mentor"]
        coordinator: Any = self.fields["coordinator"]
        coordinator.choices = [(key, words) for key, words in _coordinators(by) if int(key) not in (one.pk, other.pk)]
        coordinator.initial = str(by.pk)
        if not coordinator.choices:
            del self.fields["coordinator"]
        if not were_introduced_before:
            del self.fields["again"]

    def mentor_chosen(self) -> Membership | None:
        """The one of the two who mentors, or nobody where both do."""
        chosen = self.cleaned_data.get("mentor", self.BOTH)
        return None if chosen == self.BOTH else self.one if chosen == str(self.one.pk) else self.other


def _ways_to_pair(one: "places.WithPlaces", other: "places.WithPlaces", program: Program) -> list[tuple[str, str]]:
    """The places that fit what both offer and seek, and that are free. Both carry their places."""
    ways = [
        (str(mentor.pk), mentor.user.full_name)
        for mentor, mentee in ((one, other), (other, one))
        if not places.why_not(mentor, mentors=True, learns=False) and not places.why_not(mentee, mentors=False, learns=True)
    ]
    both = [(Introduce.BOTH, str(_("Both, each for the other")))] if len(ways) == 2 else []
    return both if program.kind == Program.Kind.RECIPROCAL else ways + both


def _coordinators(by: Membership) -> list[tuple[str, str]]:
    return [(key, by.user.full_name if key == str(by.pk) else words) for key, words in caseload_choices(by)]
