"""Loads, in as many queries however many people and pairings."""

from collections import defaultdict
from dataclasses import dataclass, replace
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
    pairings = Pairing.objects.visible_to(person).not_of(person).filter(coordinator=person)
    return _loads(pairings, _with_who(Task.objects.visible_to(person).of_caseload(person)), now).get(person.pk, Load())


def of_team(viewer: Membership, now: datetime) -> Team:
    """Of all who run the program. Nobody looks after a pairing of their own, whatever is written down. Four queries."""
    staff = Membership.objects.visible_to(viewer).current().staff().with_people().order_by("user__name", "pk")
    pairings = Pairing.objects.visible_to(viewer).not_of(viewer)
    tasks = _with_who(Task.objects.visible_to(viewer))
    loads = _loads(
        pairings.filter(~Q(first=F("coordinator")), ~Q(second=F("coordinator")), coordinator__isnull=False),
        tasks.filter(~Q(pairing__first=F("who")), ~Q(pairing__second=F("who"))),
        now,
    )
    found = [(person, loads.get(person.pk, Load())) for person in staff]
    return Team(sorted(found, key=lambda one: -one[1].weight), pairings.open().filter(coordinator=None).count())


def _with_who(tasks: TaskQuerySet) -> Any:
    """Each with `who`: whoever has taken it on, or looks after the pairing."""
    return tasks.annotate(who=Coalesce("owner", "pairing__coordinator"))


def _loads(pairings: PairingQuerySet, tasks: Any, now: datetime) -> dict[int, Load]:
    """By person. The tasks come `_with_who`."""
    is_new = Q(activated_at__gt=now - FIRST_WEEKS)
    by_state = pairings.open().order_by().values_list("coordinator", "state").annotate(number=Count("pk"), new=Count("pk", filter=is_new))
    theirs = tasks.open().filter(read_by=Program.AnswersReadBy.COORDINATORS)
    by_kind = theirs.order_by().values_list("who", "kind").annotate(number=Count("pk"), oldest_at=Min("raised_at"))
    found: dict[int, Load] = defaultdict(Load)
    for person, state, number, new in by_state:
        found[person] = _with_pairings(found[person], state, number, new)
    for person, kind, number, oldest_at in by_kind:
        found[person] = _with_tasks(found[person], kind, number, oldest_at)
    return found


def _with_pairings(load: Load, state: str, number: int, new: int) -> Load:
    """And so many pairings more in this state; `new`: how many of them began of late."""
    if state == State.ACTIVE:
        return replace(load, new=load.new + new, running=load.running + number - new)
    if state == State.PAUSED:
        return replace(load, resting=load.resting + number)
    return replace(load, introduced=load.introduced + number)


def _with_tasks(load: Load, kind: str, number: int, oldest_at: datetime) -> Load:
    oldest_at = min(load.oldest_at or oldest_at, oldest_at)
    if kind in Task.MEASURED:
        return replace(load, measured=load.measured + number, oldest_at=oldest_at)
    return replace(load, tasks=load.tasks + number, oldest_at=oldest_at)
