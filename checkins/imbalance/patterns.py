"""The same in several pairings of one person: raised one level up, to somebody who is no part of it.

Decided: it is raised where within ninety days the same low answer was given, or an imbalance was found, in two pairings at least and in a
quarter of those that the person has, of at least three. Of a mentor counts what is about the other half; of a coordinator what is about
anybody in their care. One pairing says nothing of a person, and of forty two say nothing either. Silence is not counted, nor a wish to be
called: neither says that anything is wrong.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from checkins.care.models import Task
from checkins.imbalance.models import Pattern, Signal
from matching.pairings.models import Pairing
from programs.memberships.models import Membership, Program

WITHIN = timedelta(days=90)
FEWEST_PAIRINGS, FEWEST_ALIKE, LEAST_PART = 3, 2, 0.25
TO_BE_SEEN_WITHIN = timedelta(days=5)
IMBALANCE = "imbalance"
LOW_ANSWERS = [kind for kind in Task.DIRECT if kind != Task.Kind.PLEASE_CALL]

Whose = tuple[str, int]


@dataclass(frozen=True)
class Sight:
    """What was seen in a pairing, about one half, and when."""

    pairing_id: int
    about_id: int
    what: str
    at: datetime


@dataclass
class Care:
    """The pairings of one person, and by what was seen those in which it was."""

    pairings: set[int] = field(default_factory=set)
    alike: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def pattern(self) -> set[int]:
        """The pairings of all that is a pattern; none where nothing is."""
        if len(self.pairings) < FEWEST_PAIRINGS:
            return set()
        fewest = max(FEWEST_ALIKE, LEAST_PART * len(self.pairings))
        return set().union(*(pairings for pairings in self.alike.values() if len(pairings) >= fewest))


@transaction.atomic
def raise_patterns(*, program: Program, now: datetime) -> int:
    """Raise what is a pattern now. One that is open gets what came later; what was looked at counts no more. Returns how many are new."""
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    looked_at: dict[Whose, datetime] = {}
    is_open: dict[Whose, Pattern] = {}
    for pattern in Pattern.objects.filter(program=program).order_by("raised_at"):
        if pattern.done_at is None:
            is_open[pattern.kind, pattern.about_id] = pattern
        else:
            looked_at[pattern.kind, pattern.about_id] = pattern.done_at
    new = 0
    for whose, care in _cares(program, looked_at, now).items():
        if not (pairings := care.pattern()):
            continue
        if whose not in is_open:
            kind, about_id = whose
            is_open[whose] = Pattern.objects.create(
                program=program, kind=kind, about_id=about_id, raised_at=now, due_at=now + TO_BE_SEEN_WITHIN
            )
            new += 1
        is_open[whose].pairings.add(*pairings)
        had_part = Pairing.objects.filter(pk__in=pairings).values_list("first", "second", "coordinator")
        is_open[whose].had_part.add(*{key for keys in had_part for key in keys if key is not None})
    return new


def _cares(program: Program, looked_at: dict[Whose, datetime], now: datetime) -> dict[Whose, Care]:
    lately = Pairing.objects.filter(Q(state__in=[Pairing.State.ACTIVE, Pairing.State.PAUSED]) | Q(ended_at__gt=now - WITHIN))
    begun = {pairing.pk: pairing for pairing in lately.filter(program=program, activated_at__isnull=False)}
    here = set(Membership.objects.filter(program=program).current().values_list("pk", flat=True))
    cares: dict[Whose, Care] = defaultdict(Care)
    for pairing in begun.values():
        for whose in _in_care_of(pairing, None, here):
            cares[whose].pairings.add(pairing.pk)
    for sight in _sights(program, now - WITHIN):
        if sight.pairing_id not in begun:
            continue
        for whose in _in_care_of(begun[sight.pairing_id], sight.about_id, here):
            if sight.at > looked_at.get(whose, sight.at - WITHIN):
                cares[whose].alike[sight.what].add(sight.pairing_id)
    return cares


def _in_care_of(pairing: Pairing, about_id: int | None, here: set[int]) -> Iterable[Whose]:
    """The mentor, unless it is about them; the coordinator, unless they are half of it. Nobody who has left."""
    mentor_id = getattr(pairing, f"{pairing.mentor}_id") if pairing.mentor else None
    if mentor_id in here and mentor_id != about_id:
        yield Pattern.Kind.MENTOR, mentor_id
    if pairing.coordinator_id in here and pairing.coordinator_id not in (pairing.first_id, pairing.second_id):
        yield Pattern.Kind.COORDINATOR, pairing.coordinator_id


def _sights(program: Program, since: datetime) -> Iterable[Sight]:
    answers = Task.objects.filter(pairing__program=program, kind__in=LOW_ANSWERS, raised_at__gt=since)
    for pairing, about, kind, at in answers.values_list("pairing", "about", "kind", "raised_at"):
        yield Sight(pairing, about, kind, at)
    found = Signal.objects.filter(pairing__program=program, found_at__gt=since).exclude(kind=Signal.Kind.SILENCE)
    for pairing, about, at in found.values_list("pairing", "about", "found_at"):
        yield Sight(pairing, about, IMBALANCE, at)
