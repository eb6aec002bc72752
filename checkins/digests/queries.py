"""How many things need somebody, for many people at once: as each has them on their morning page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Value

from checkins.care.models import Task
from checkins.plans.models import zone_of
from guidelines.enrolments import queries as enrolments
from matching.pairings.models import Pairing
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership


@dataclass(frozen=True)
class Numbers:
    """What people said, what nobody said, what the weeks show; how much of all that is told is of one's caseload or taken on by oneself;
    whether introductions wait for long, which is one thing however many they are; and how many people are late with a course."""

    said: int = 0
    silent: int = 0
    measured: int = 0
    of_mine: int = 0
    introduced: bool = False
    late: int = 0

    @property
    def total(self) -> int:
        return self.said + self.silent + self.measured + self.introduced + self.late


def numbers_of(people: Iterable[Membership], now: datetime) -> dict[int, Numbers]:
    """By the key of each. Four queries, put together of what each of them may see."""
    staff = [person for person in people if person.is_staff]
    found = {who: Numbers(*numbers) for who, *numbers in _together([_tasks_of(person, now) for person in staff])}
    for who, waiting, of_mine in _together([_introductions_of(person, now) for person in staff]):
        before = found.get(who, Numbers())
        found[who] = replace(before, introduced=waiting > 0, of_mine=before.of_mine + (of_mine > 0))
    for who, late, of_mine in _together(_late_of_each(staff, now)):
        before = found.get(who, Numbers())
        found[who] = replace(before, late=late, of_mine=before.of_mine + of_mine)
    return found


def _together(parts: Sequence[Any]) -> Any:
    return parts[0].union(*parts[1:], all=True) if parts else []


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
    of_mine = Count("pk", filter=Q(coordinator=person))
    counted = waiting.order_by().annotate(who=Value(person.pk)).values("who").annotate(waiting=Count("pk"), of_mine=of_mine)
    return counted.values_list("who", "waiting", "of_mine")


def _late_of_each(staff: Sequence[Membership], now: datetime) -> list[Any]:
    """One query, for the courses: who is late with one can only be asked once it is known which there are."""
    required: dict[int, list[tuple[int, str]]] = {}
    for who, course, audience in _together([_required_of(person) for person in staff]):
        required.setdefault(who, []).append((course, audience))
    return [_late_of(person, required[person.pk], now) for person in staff if person.pk in required]


def _required_of(person: Membership) -> Any:
    return enrolments.required_of(person).annotate(who=Value(person.pk)).values_list("who", "course", "audience")


def _late_of(person: Membership, required: Sequence[tuple[int, str]], now: datetime) -> Any:
    of_mine = Count("pk", filter=enrolments.in_caseload_of(person))
    late = enrolments.late_with(required, person, now).order_by().annotate(who=Value(person.pk)).values("who")
    return late.annotate(late=Count("pk"), of_mine=of_mine).values_list("who", "late", "of_mine")
