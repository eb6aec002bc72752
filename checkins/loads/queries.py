"""Loads in three queries, however many people and pairings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Coalesce

from checkins.care.models import Task, TaskQuerySet
from matching.pairings.models import Pairing, PairingQuerySet
from programs.memberships.models import Membership, Program

State = Pairing.State
# As long as two are new to each other.
FIRST_WEEKS = timedelta(weeks=8)
# In pairings that run by themselves.
INTRODUCED, NEW, RUNNING, RESTING, TASK, SIGNAL = 0.5, 1.5, 1.0, 0.5, 0.5, 1.0
MUCH, TOO_MUCH = 40, 60


@dataclass(frozen=True)
class Load:
    """Of one person: pairings by stage, what is open (`measured`: through a signal), and since when the oldest of it waits."""

    introduced: int = 0
    new: int = 0
    running: int = 0
    resting: int = 0
    tasks: int = 0
    measured: int = 0
    oldest_at: datetime | None = None

    @property
    def pairings(self) -> int:
        return self.introduced + self.new + self.running + self.resting

    @property
    def weight(self) -> int:
        """In pairings, rounded up."""
        of_pairings = INTRODUCED * self.introduced + NEW * self.new + RUNNING * self.running + RESTING * self.resting
        return ceil(of_pairings + TASK * self.tasks + SIGNAL * self.measured)

    @property
    def is_much(self) -> bool:
        return self.weight >= MUCH

    @property
    def is_too_much(self) -> bool:
        return self.weight >= TOO_MUCH


@dataclass(frozen=True)
class Team:
    """Each with their load, the heaviest first; and how many pairings nobody looks after."""

    loads: list[tuple[Membership, Load]]
    nobodys: int


def of_person(person: Membership, now: datetime) -> Load:
    """One's own. Two queries."""
    pairings = Pairing.objects.visible_to(person).filter(coordinator=person)
    return _loads(pairings, Task.objects.visible_to(person).of_caseload(person), now).get(person.pk, Load())


def of_team(viewer: Membership, now: datetime) -> Team:
    """Of all who run the program. Three queries."""
    staff = Membership.objects.visible_to(viewer).current().staff().with_people().order_by("user__name", "pk")
    pairings = Pairing.objects.visible_to(viewer).not_of(viewer)
    loads = _loads(pairings, Task.objects.visible_to(viewer), now)
    found = [(person, loads.get(person.pk, Load())) for person in staff]
    return Team(sorted(found, key=lambda one: -one[1].weight), pairings.open().filter(coordinator=None).count())


def _loads(pairings: PairingQuerySet, tasks: TaskQuerySet, now: datetime) -> dict[int, Load]:
    """By person. Nobody looks after a pairing of their own, whatever is written down."""
    theirs = ~Q(first=F("coordinator")) & ~Q(second=F("coordinator"))
    new = Q(state=State.ACTIVE, activated_at__gt=now - FIRST_WEEKS)
    by_stage = (
        pairings.open()
        .filter(theirs, coordinator__isnull=False)
        .order_by()
        .values("coordinator")
        .annotate(
            introduced=Count("pk", filter=Q(state__in=[State.PROPOSED, State.ACCEPTED])),
            new=Count("pk", filter=new),
            running=Count("pk", filter=Q(state=State.ACTIVE) & ~new),
            resting=Count("pk", filter=Q(state=State.PAUSED)),
        )
    )
    of_others = ~Q(pairing__first=F("who")) & ~Q(pairing__second=F("who"))
    by_what_is_open = (
        tasks.open()
        .filter(read_by=Program.AnswersReadBy.COORDINATORS)
        .annotate(who=Coalesce("owner", "pairing__coordinator"))
        .filter(of_others)
        .order_by()
        .values("who")
        .annotate(
            tasks=Count("pk", filter=~Q(kind__in=Task.MEASURED)),
            measured=Count("pk", filter=Q(kind__in=Task.MEASURED)),
            oldest_at=Min("raised_at"),
        )
    )
    found: dict[int, dict[str, Any]] = {}
    rows: list[tuple[str, Mapping[str, Any]]] = [("coordinator", row) for row in by_stage]
    rows += [("who", row) for row in by_what_is_open]
    for name, row in rows:
        found.setdefault(row[name], {}).update({key: value for key, value in row.items() if key != name})
    return {person: Load(**numbers) for person, numbers in found.items()}
