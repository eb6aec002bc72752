"""Who would go well with somebody, best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Case, Count, F, Q, When
from numpy.typing import NDArray

from matching.criteria.models import Criterion, Exclusion
from matching.pairings import comparison, places, why
from matching.pairings.models import Pairing, Request
from matching.scoring.crowd import crowd_of
from matching.scoring.encoding import Candidate, described, encoded
from matching.scoring.sides import Crowd
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django.db.models import QuerySet

NUMBER = 5
EQUAL, SEEKS, OFFERS = "equal", "seeks", "offers"
# Who has room for somebody in each place.
FREE = {
    EQUAL: Q(free_as_mentor__gt=0, free_as_mentee__gt=0),
    SEEKS: Q(free_as_mentor__gt=0),
    OFFERS: Q(free_as_mentee__gt=0),
}


@dataclass(frozen=True)
class Suggestion:
    """`mentor`: who of the two would mentor; nobody where both would."""

    other: Membership
    mentor: Membership | None
    why: why.Why


def suggested(me: Membership, now: datetime) -> list[Suggestion]:
    """The five best, by what counts in the program, among those who have room; who has waited longest comes first where two fit alike.

    Nobody where one's own profile is not finished, one has no room, or a rule of the program cannot be kept at present.

    Decided: they are the best of everybody, and no rule is bent, rather than the best of so many who were read: whoever fits best might
    be the last to be read. So that this can be done at every look, people and answers come as one row a question and are compared as
    whole arrays: among 5,000 people a look takes 0.1 s of CPU, a third of it in the database.
    """
    program, on = me.program, local_day(now, me.program.time_zone)
    people = Membership.objects.filter(program=program, profile__finished_at__isnull=False).current().participants()
    mine = places.with_places(people.filter(pk=me.pk), on=on).first()
    place = _place_of(mine, program) if mine else ""
    criteria = list(Criterion.objects.filter(program=program).for_list())
    if not place or any(criterion.is_rule and criterion.trouble for criterion in criteria):
        return []
    others = places.with_places(people.exclude(pk__in=[me.pk, *_apart(me)]).exclude(pk__in=_asked_enough(program)), on=on)
    counting = [criterion for criterion in criteria if not criterion.trouble]
    crowd = crowd_of(others.filter(FREE[place]), counting)
    [myself] = described(program, Membership.objects.filter(pk=me.pk)).values()
    scores = _scores(place, counting, myself, crowd, on)
    best = np.argsort(-scores, kind="stable")[:NUMBER]
    return _with_words(me, place, crowd.members[best[scores[best] >= 0]].tolist())


def _place_of(mine: "places.WithPlaces", program: Program) -> str:
    """Who both offers and seeks is shown those who could mentor them."""
    as_mentor, as_mentee = mine.free_as_mentor, mine.free_as_mentee
    if program.kind == Program.Kind.RECIPROCAL:
        return EQUAL if as_mentor and as_mentee else ""
    return SEEKS if as_mentee else OFFERS if as_mentor else ""


def _apart(me: Membership) -> set[int]:
    """Whoever is kept apart from me, by anybody, and whoever I was or am paired with."""
    excluded = Exclusion.objects.filter(Q(one=me) | Q(other=me)).values_list("one", "other")
    paired = Pairing.objects.of(me).values_list("first", "second")
    return {person for two in (*excluded, *paired) for person in two} - {me.pk}


def _asked_enough(program: Program) -> "QuerySet[Request, int]":
    """Those for whom as many requests wait as the program lets wait for one person."""
    asked = Case(When(by=F("pairing__first"), then=F("pairing__second")), default=F("pairing__first"))
    waiting = Request.objects.filter(pairing__program=program).waiting().order_by().values(asked=asked).annotate(number=Count("pk"))
    return waiting.filter(number__gte=program.open_requests).values_list("asked", flat=True)


def _scores(place: str, criteria: Sequence[Criterion], me: Candidate, crowd: Crowd, on: date) -> NDArray[np.int64]:
    """int64[people]: how well each would go with me; -1 where a rule keeps us apart."""
    scores = []
    if place != OFFERS:
        scores.append(encoded(criteria, [me], crowd, on).block(np.array([0]))[0].astype(np.int64))
    if place != SEEKS:
        scores.append(encoded(criteria, crowd, [me], on).block(np.arange(len(crowd)))[:, 0].astype(np.int64))
    return np.where(np.min(scores, axis=0) < 0, -1, np.sum(scores, axis=0))


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
