"""Raising what needs a person, and marking it as done."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from checkins.care import policies
from checkins.care.models import Task
from checkins.care.playbook import ENTRIES
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership, Program


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What makes a task: seen in a pairing, about one half of it, in the check-in of a day."""

    kind: Task.Kind
    pairing_id: int
    about_id: int
    seen_on: date
    since_on: date | None = None
    read_by: str = Program.AnswersReadBy.COORDINATORS


def raise_tasks(causes: Iterable[Cause], *, now: datetime) -> int:
    """Raise one task a cause, unless one of its kind about the same is open already. Two statements, however many."""
    tasks = [
        Task(
            kind=cause.kind,
            pairing_id=cause.pairing_id,
            about_id=cause.about_id,
            read_by=cause.read_by,
            seen_on=cause.seen_on,
            since_on=cause.since_on,
            contact_first=secrets.choice(Task.Half.values),
            raised_at=now,
            due_at=now + ENTRIES[cause.kind].within,
        )
        for cause in causes
    ]
    Task.objects.bulk_create(tasks, ignore_conflicts=True)
    return len(tasks)


def raise_for_unreachable(recipient_id: int, now: datetime) -> None:
    """Mail to somebody comes back: whoever looks after their active pairings tries another way."""
    theirs = Pairing.objects.active().filter(Q(first__user=recipient_id) | Q(second__user=recipient_id)).with_people()
    causes = [
        Cause(kind=Task.Kind.UNREACHABLE, pairing_id=pairing.pk, about_id=about.pk, seen_on=local_day(now, pairing.program.time_zone))
        for pairing in theirs
        if (about := pairing.half_with(recipient_id)) is not None
    ]
    raise_tasks(causes, now=now)


@transaction.atomic
def finish(*, task: Task, by: Membership, now: datetime) -> Task:
    """Mark a task as done. Doing so twice changes nothing."""
    task = Task.objects.select_for_update(of=["self"]).select_related("pairing").get(pk=task.pk)
    if not policies.may_do(by, task):
        raise Refused(_("This is not yours to mark as done."))
    if task.done_at is not None:
        return task
    task.done_at, task.done_by = now, by
    task.save(update_fields=["done_at", "done_by"])
    audit.record(
        verb="task.done",
        subject=task,
        program_id=task.pairing.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"kind": task.kind, "pairing": task.pairing_id},
    )
    return task


def let_go(*, kind: Task.Kind, pairing_ids: Iterable[int], now: datetime, about_id: int | None = None) -> int:
    """End tasks that came to nothing by themselves: somebody answered after all, or the pairing is over."""
    moot = Task.objects.filter(kind=kind, pairing_id__in=list(pairing_ids)).open()
    if about_id is not None:
        moot = moot.filter(about_id=about_id)
    return moot.update(done_at=now)
