"""Who would go well with somebody, best first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Q

from matching.criteria.models import Criterion, Exclusion
from matching.pairings import comparison, places, why
from matching.pairings.models import Pairing, Request
from matching.scoring.encoding import Candidate, described, encoded
from matching.solver.scores import pair_scores
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django.db.models import QuerySet

NUMBER = 5
EQUAL, SEEKS, OFFERS = "equal", "seeks", "offers"


@dataclass(frozen=True)
class Suggestion:
    """`mentor`: who of the two would mentor; nobody where both would."""

    other: Membership
    mentor: Membership | None
    why: why.Why


def suggested(me: Membership, now: datetime) -> list[Suggestion]:
    """The five best, by what counts in the program, among those who have room; in a number of queries that does not grow.

    Nobody where one's own profile is not finished, one has no room, or a rule of the program cannot be kept at present.
    """
    program, on = me.program, local_day(now, me.program.time_zone)
    people = Membership.objects.filter(program=program, profile__finished_at__isnull=False).current().participants()
    with_places = places.with_places(people, on=on)
    mine = with_places.filter(pk=me.pk).first()
    place = _place_of(mine, program) if mine else ""
    criteria = list(Criterion.objects.filter(program=program).for_list())
    if not place or any(criterion.is_rule and criterion.trouble for criterion in criteria):
        return []
    free = {
        EQUAL: Q(free_as_mentor__gt=0, free_as_mentee__gt=0),
        SEEKS: Q(free_as_mentor__gt=0),
        OFFERS: Q(free_as_mentee__gt=0),
    }[place]
    apart = _apart(me) | _asked_enough(program)
    candidates = described(None, with_places.filter(Q(pk=me.pk) | (free & ~Q(pk__in=apart))))
    myself = candidates.pop(me.pk)
    best = _best(place, [criterion for criterion in criteria if not criterion.trouble], myself, list(candidates.values()), on)
    return _with_words(me, place, best)


def _place_of(mine: Membership, program: Program) -> str:
    """Who both offers and seeks is shown those who could mentor them."""
    as_mentor, as_mentee = mine.free_as_mentor, mine.free_as_mentee  # type: ignore[attr-defined]
    if program.kind == Program.Kind.RECIPROCAL:
        return EQUAL if as_mentor and as_mentee else ""
    return SEEKS if as_mentee else OFFERS if as_mentor else ""


def _apart(me: Membership) -> set[int]:
    """Whoever is kept apart from me, by anybody, and whoever I was or am paired with."""
    excluded = Exclusion.objects.filter(Q(one=me) | Q(other=me)).values_list("one", "other")
    paired = Pairing.objects.of(me).values_list("first", "second")
    return {person for two in (*excluded, *paired) for person in two} - {me.pk}


def _asked_enough(program: Program) -> set[int]:
    """Those for whom as many requests wait as the program lets wait for one person."""
    waiting = Request.objects.filter(pairing__program=program).waiting().values_list("by", "pairing__first", "pairing__second")
    asked = Counter(second if by == first else first for by, first, second in waiting)
    return {person for person, number in asked.items() if number >= program.open_requests}


def _best(place: str, criteria: Sequence[Criterion], me: Candidate, others: list[Candidate], on: date) -> list[int]:
    if not others:
        return []
    if place == EQUAL:
        everybody = [me, *others]
        scores = pair_scores(encoded(criteria, everybody, everybody, on), np.array([0]), None)[0, 1:]
    elif place == SEEKS:
        scores = encoded(criteria, [me], others, on).block(np.array([0]))[0]
    else:
        scores = encoded(criteria, others, [me], on).block(np.arange(len(others)))[:, 0]
    possible = [(int(score), person) for score, person in zip(scores, others, strict=True) if score >= 0]
    possible.sort(key=lambda found: (-found[0], found[1].waiting_since, found[1].membership_id))
    return [person.membership_id for _, person in possible[:NUMBER]]


def _with_words(me: Membership, place: str, best: list[int]) -> list[Suggestion]:
    people: QuerySet[Membership] = Membership.objects.select_related("user", "profile")
    others = people.in_bulk(best)
    pairs = {key: _two(me, place, key) for key in best}
    say = why.speaker(pairs.values(), comparison.ANYBODY)
    names = why.names_of([me, *others.values()])
    found = []
    for key in best:
        other = others[key]
        mentor = None if place == EQUAL else other if place == SEEKS else me
        found.append(Suggestion(other, mentor, say(pairs[key], names)))
    return found


def _two(me: Membership, place: str, other: int) -> why.Two:
    mentee, mentor = (other, me.pk) if place == OFFERS else (me.pk, other)
    return why.Two(me.program_id, mentee, mentor, are_equal=place == EQUAL)
