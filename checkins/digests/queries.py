"""How many things need somebody, for many people at once: as each has them on their morning page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

from django.db.models import Count, Q, Value

from checkins.care.models import Task
from programs.memberships.models import Membership


@dataclass(frozen=True)
class Numbers:
    """What people said, what nobody said, what the weeks show; and how much of it is of one's caseload, or taken on by oneself."""

    said: int = 0
    silent: int = 0
    measured: int = 0
    of_mine: int = 0

    @property
    def total(self) -> int:
        return self.said + self.silent + self.measured


def numbers_of(staff: Iterable[tuple[Membership, date]]) -> dict[int, Numbers]:
    """By the key of each, with the day it is by their clock. One query, put together of what each of them may see."""
    parts: list[Any] = [_of(person, today) for person, today in staff if person.is_staff]
    if not parts:
        return {}
    counted = reduce(lambda one, other: one.union(other, all=True), parts)
    return {who: Numbers(*numbers) for who, *numbers in counted}


def _of(person: Membership, today: date) -> Any:
    due = Task.objects.visible_to(person).open().due_in_the_morning(today)
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
