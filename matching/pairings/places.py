"""How many people somebody has room for, as mentor and as mentee, and how long they have waited.

Decided: whoever has been asked takes a place already, or two coordinators could promise the same one. Where both mentor and both
learn, each takes a place of both kinds. A stand-in takes a place of whoever stands in, and none of whom they help: their own pairing rests
and keeps its place. What one person has asked another takes none until that one says yes: or anybody could take up everybody's places.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, Count, DateTimeField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.pairings.models import Pairing
from mentoring.kernel.dates import written
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    WithPlaces = WithAnnotations[Membership, "Room"]


class Room(TypedDict):
    """What `with_places` says of each."""

    rests: bool
    open_pairings: int
    free_as_mentor: int
    free_as_mentee: int
    waiting_since: datetime


def with_places(people: "QuerySet[Membership]", *, on: date) -> "QuerySet[WithPlaces]":
    """Each with `free_as_mentor`, `free_as_mentee`, `open_pairings` and `waiting_since`, in one query.

    A place is free where the person offers (or seeks) mentoring, is not taking a break `on` that day, and has fewer open pairings in
    that place than they said. `waiting_since` is when they joined or when their last pairing ended, whichever is later.
    """
    resting = Q(profile__paused_until__gt=on)
    return people.annotate(
        rests=Case(When(resting, then=True), default=False),
        open_pairings=Coalesce(_open_pairings_of(), 0),
        free_as_mentor=_free(Q(profile__offers_mentoring=True) & ~resting, F("profile__offers_capacity"), mentoring=True),
        free_as_mentee=_free(Q(profile__seeks_mentoring=True) & ~resting, F("profile__seeks_capacity"), mentoring=False),
        waiting_since=Greatest("joined_at", Coalesce(_last_end(), F("joined_at")), output_field=DateTimeField()),
    )


def with_room(people: "QuerySet[WithPlaces]") -> "QuerySet[WithPlaces]":
    """Those of `with_places` who have a free place of either kind."""
    return people.filter(Q(free_as_mentor__gt=0) | Q(free_as_mentee__gt=0))


def with_room_for_a_peer(people: "QuerySet[WithPlaces]") -> "QuerySet[WithPlaces]":
    """Those of `with_places` who have room both to give and to take, as two equal halves do."""
    return people.filter(free_as_mentor__gt=0, free_as_mentee__gt=0)


def waiting(people: "QuerySet[Membership]", *, on: date) -> "QuerySet[Membership]":
    """Those who have no open pairing and room for one: as `with_room` finds them, without counting the places of everybody."""
    has_room = Q(profile__offers_mentoring=True, profile__offers_capacity__gt=0) | Q(
        profile__seeks_mentoring=True, profile__seeks_capacity__gt=0
    )
    paired = Pairing.objects.taking_a_place().filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))
    return people.filter(has_room, ~Q(profile__paused_until__gt=on), ~Exists(paired))


def fitting(people: "QuerySet[WithPlaces]", person: "WithPlaces") -> "QuerySet[WithPlaces]":
    """Those of `with_places` who could be paired with the person, who is of `with_places` too."""
    fits = Q(pk__in=[])
    if person.free_as_mentor > 0:
        fits |= Q(free_as_mentee__gt=0)
    if person.free_as_mentee > 0:
        fits |= Q(free_as_mentor__gt=0)
    return without(people, person).filter(fits)


def without(people: "QuerySet[WithPlaces]", person: Membership) -> "QuerySet[WithPlaces]":
    """Everybody but the person, and but those with whom they have an open pairing."""
    taken = Pairing.objects.of(person).open().values_list(Case(When(first=person, then=F("second_id")), default=F("first_id")), flat=True)
    return people.exclude(pk=person.pk).exclude(pk__in=taken)


def why_not(person: "WithPlaces", *, mentors: bool, learns: bool) -> str:
    """A sentence that says why somebody of `with_places` cannot take this place (or both), or nothing."""
    name = {"name": person.user.full_name}
    profile = getattr(person, "profile", None)
    if profile is None or not (profile.offers_mentoring or profile.seeks_mentoring):
        return _("%(name)s has not said yet whether they offer mentoring or seek it.") % name
    if mentors and not profile.offers_mentoring:
        return _("%(name)s does not offer mentoring.") % name
    if learns and not profile.seeks_mentoring:
        return _("%(name)s does not seek mentoring.") % name
    if person.rests:
        return _("%(name)s is taking a break until %(day)s.") % {**name, "day": written(profile.paused_until, "full_day")}
    if mentors and not person.free_as_mentor:
        return _all_taken(person, person.program.mentor_word, profile.offers_capacity)
    if learns and not person.free_as_mentee:
        return _all_taken(person, person.program.mentee_word, profile.seeks_capacity)
    return ""


def _all_taken(person: Membership, word: str, number: int) -> str:
    said = {"name": person.user.full_name, "word": word, "number": number}
    if person.program.kind == Program.Kind.RECIPROCAL:
        return ngettext("%(name)s has no free place: it is taken.", "%(name)s has no free place: all %(number)d are taken.", number) % said
    return (
        ngettext(
            "%(name)s has no free place as %(word)s: it is taken.",
            "%(name)s has no free place as %(word)s: all %(number)d are taken.",
            number,
        )
        % said
    )


def _open_as_mentor() -> Q:
    """Open pairings in which the outer membership mentors, as a condition on pairings."""
    return Q(first=OuterRef("pk"), mentor__in=[Pairing.Mentor.FIRST, Pairing.Mentor.NOBODY]) | Q(
        second=OuterRef("pk"), mentor__in=[Pairing.Mentor.SECOND, Pairing.Mentor.NOBODY]
    )


def _open_as_mentee() -> Q:
    return Q(first=OuterRef("pk"), mentor__in=[Pairing.Mentor.SECOND, Pairing.Mentor.NOBODY]) | Q(
        second=OuterRef("pk"), mentor__in=[Pairing.Mentor.FIRST, Pairing.Mentor.NOBODY]
    )


def _free(may: Q, capacity: F, *, mentoring: bool) -> Case:
    is_helped = Q(stands_in_for__first=OuterRef("pk")) | Q(stands_in_for__second=OuterRef("pk"))
    taken = _number_of(Pairing.objects.taking_a_place().filter(_open_as_mentor() if mentoring else _open_as_mentee()).exclude(is_helped))
    return Case(When(may, then=Greatest(capacity - Coalesce(taken, 0), Value(0))), default=Value(0), output_field=IntegerField())


def _open_pairings_of() -> Subquery:
    return _number_of(Pairing.objects.taking_a_place().filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk"))))


def _last_end() -> Subquery:
    ended = Pairing.objects.filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")), state=Pairing.State.CLOSED, stands_in_for=None)
    return Subquery(ended.order_by("-ended_at").values("ended_at")[:1])


def _number_of(pairings: "QuerySet[Pairing]") -> Subquery:
    # Grouped by what is the same in all of them, so that the count comes without a row a pairing.
    return Subquery(pairings.order_by().values("program").annotate(number=Count("pk")).values("number"), output_field=IntegerField())
