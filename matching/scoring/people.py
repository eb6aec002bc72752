"""Who could be put together on a day, with what they answered; and which two never are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from matching.criteria.models import Criterion, Exclusion
from matching.pairings import places
from matching.pairings.models import Pairing
from programs.memberships.models import Cohort, Membership, Program
from programs.profiles.models import ProfileAnswer, ProfileQuestion

if TYPE_CHECKING:
    from django.db.models import QuerySet

Side = Literal["mentor", "mentee"]


@dataclass(frozen=True)
class Candidate:
    """Somebody with room for another pairing. `places` counts people, `answers` are those that can be compared, by the question's key."""

    membership_id: int
    places: int
    waiting_since: datetime
    zone: str
    answers: Mapping[int, str | list[str]] = field(default_factory=dict)
    # What they are called, for what is said in words.
    name: str = ""


def candidates(
    program: Program, *, cohort: Cohort | None = None, on: date, side_of: Mapping[int, Side] | None = None
) -> tuple[list[Candidate], list[Candidate], list[int]]:
    """Mentees, mentors, and the memberships that could be either; each sorted by key. Two queries.

    Participants whose profile is finished and who have room. Who offers and seeks, and has room as both, stands where `side_of` says, else
    on the side that is shorter when their turn comes: fewer mentees than places, or the other way round.
    """
    people = list(_with_room(program, cohort, on))
    answers = _answers_of(program, [person.pk for person in people])
    asked = side_of or {}
    either = [person for person in people if person.free_as_mentor and person.free_as_mentee]
    sides: dict[int, Side] = {
        person.pk: asked.get(person.pk) or ("mentor" if person.free_as_mentor else "mentee")
        for person in people
        if person.pk in asked or person not in either
    }
    room = sum(person.free_as_mentor for person in people if sides.get(person.pk) == "mentor")
    seeking = sum(side == "mentee" for side in sides.values())
    for person in either:
        if person.pk in sides:
            continue
        sides[person.pk] = "mentor" if room < seeking else "mentee"
        room += person.free_as_mentor if room < seeking else 0
        seeking += sides[person.pk] == "mentee"
    mentees = [_candidate(person, 1, answers) for person in people if sides[person.pk] == "mentee"]
    mentors = [_candidate(person, person.free_as_mentor, answers) for person in people if sides[person.pk] == "mentor"]
    return mentees, mentors, [person.pk for person in either]


def peers(program: Program, *, cohort: Cohort | None = None, on: date) -> list[Candidate]:
    """Those with room both to offer and to seek, as two equal halves do; sorted by key. Two queries."""
    people = [person for person in _with_room(program, cohort, on) if person.free_as_mentor and person.free_as_mentee]
    answers = _answers_of(program, [person.pk for person in people])
    return [_candidate(person, 1, answers) for person in people]


def described(program: Program | None, people: "QuerySet[Membership]") -> dict[int, Candidate]:
    """What these people of the program (or of any) answered, by their memberships, whether or not they have room (`places` is 0).

    Two queries.
    """
    found = list(people.select_related("user"))
    answers = _answers_of(program, [person.pk for person in found])
    return {
        person.pk: Candidate(person.pk, 0, person.joined_at, person.user.time_zone, answers[person.pk], person.user.short_name)
        for person in found
    }


def forbidden(program: Program, mentees: Sequence[Candidate], mentors: Sequence[Candidate]) -> list[tuple[int, int]]:
    """The pairs (i, j) that are never proposed: excluded, for whatever reason, or put together before, however it ended. Two queries."""
    row = {person.membership_id: i for i, person in enumerate(mentees)}
    column = {person.membership_id: j for j, person in enumerate(mentors)}
    here = {"program": program}
    apart = [
        *Exclusion.objects.filter(**here).values_list("one", "other"),
        *Pairing.objects.filter(**here).values_list("first", "second"),
    ]
    both_ways = [*apart, *((other, one) for one, other in apart)]
    return sorted({(row[one], column[other]) for one, other in both_ways if one in row and other in column})


def _with_room(program: Program, cohort: Cohort | None, on: date) -> "QuerySet[places.WithPlaces]":
    people = Membership.objects.filter(program=program, profile__finished_at__isnull=False).current().participants()
    if cohort is not None:
        people = people.filter(cohort=cohort)
    return places.with_room(places.with_places(people, on=on)).select_related("user").order_by("pk")


def _answers_of(program: Program | None, memberships: Iterable[int]) -> dict[int, dict[int, str | list[str]]]:
    comparable = ProfileQuestion.objects.filter(kind__in=Criterion.FITS).in_use()
    if program is not None:
        comparable = comparable.filter(program=program)
    given = ProfileAnswer.objects.filter(question__in=comparable.order_by(), profile__membership__in=list(memberships))
    answers: dict[int, dict[int, str | list[str]]] = defaultdict(dict)
    for membership, question, value in given.values_list("profile__membership", "question", "value"):
        if (said := said_in(value)) is not None:
            answers[membership][question] = said
    return answers


def said_in(value: object) -> str | list[str] | None:
    """What can be compared of a kept answer. What is no label, from a question of another kind once or from elsewhere, says nothing."""
    if isinstance(value, list):
        return [label for label in value if isinstance(label, str)]
    return value if isinstance(value, str) else None


def _candidate(person: "places.WithPlaces", number: int, answers: Mapping[int, Mapping[int, str | list[str]]]) -> Candidate:
    return Candidate(
        membership_id=person.pk,
        places=number,
        waiting_since=person.waiting_since,
        zone=person.user.time_zone,
        answers=answers.get(person.pk, {}),
        name=person.user.short_name,
    )
