"""How many things need somebody, for many people at once: as each has them on their morning page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from django.db.models import Count, Q, Value

from checkins.care.models import Task
from checkins.plans.models import zone_of
from matching.pairings.models import Pairing
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership


@dataclass(frozen=True)
class Numbers:
    """What people said, what nobody said, what the weeks show; how much of it is of one's caseload, or taken on by oneself; and whether
    introductions wait for long, which is one thing however many they are."""

    said: int = 0
    silent: int = 0
    measured: int = 0
    of_mine: int = 0
    introduced: bool = False

    @property
    def total(self) -> int:
        return self.said + self.silent + self.measured + self.introduced


def numbers_of(people: Iterable[Membership], now: datetime) -> dict[int, Numbers]:
    """By the key of each. Two queries, put together of what each of them may see."""
    staff = [person for person in people if person.is_staff]
    found = {who: Numbers(*numbers) for who, *numbers in _together([_tasks_of(person, now) for person in staff])}
    for (who,) in _together([_introductions_of(person, now) for person in staff]):
        found[who] = replace(found.get(who, Numbers()), introduced=True)
    return found


def _together(parts: Sequence[Any]) -> Any:
    return reduce(lambda one, other: one.union(other, all=True), parts) if parts else []


def _tasks_of(person: Membership, now: datetime) -> Any:
    due = Task.objects.visible_to(person).open().due_in_the_morning(local_day(now, zone_of(person.program)))
    silent = ~Q(kind__in=[*Task.DIRECT, *Task.MEASURED])
    return (
        due.order_by()
        .annotate(who=Value(person.pk))
        .values("who")
        .annotate(
            said=Count("pk", filter=Q(kind__in=Task.DIRECT)),
            silent=Count("pk", filter=silent),
            measured=Count("pk", filter=Q(kind__in=Task.MEASURED)),
            of_mine=Count("pk", filter=Q(pairing__coordinator=person) | Q(owner=person)),
        )
        .values_list("who", "said", "silent", "measured", "of_mine")
    )


def _introductions_of(person: Membership, now: datetime) -> Any:
    reminded = now - timedelta(days=person.program.introduction_reminder_days)
    waiting = Pairing.objects.visible_to(person).not_of(person).introduced_before(reminded)
    return waiting.order_by().annotate(who=Value(person.pk)).values_list("who").distinct()
