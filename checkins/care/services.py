"""Raising what needs a person, marking it as done, and the notes of calls."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from checkins.care import policies
from checkins.care.models import CallNote, Task
from checkins.care.playbook import ENTRIES
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django.db.models import QuerySet

LONGEST_NOTE = 10_000
# Who puts something off for longer has decided that nothing is to be done.
LONGEST_WAIT = timedelta(days=28)

_when_done: list[Callable[..., object]] = []


def when_done(callback: Callable[..., object]) -> None:
    """Call `callback(tasks=…, by=…, now=…)` with a queryset whenever tasks are done, in that transaction; whether or not there were any, so
    that it takes as long. `by` is None where they came to nothing by themselves. For `AppConfig.ready()`.
    """
    _when_done.append(callback)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What makes a task: seen in a pairing, about one half of it, in the check-in of a day."""

    kind: Task.Kind
    pairing_id: int
    about_id: int
    seen_on: date
    since_on: date | None = None
    read_by: str = Program.AnswersReadBy.COORDINATORS


def events_of_own(membership: Membership) -> Q:
    """What the audit log keeps from staff who are half of a pairing: that somebody called about it, or had a task with it."""
    own = Pairing.objects.of(membership)
    of_own = Q()
    for model in (CallNote, Task):
        keys = model._default_manager.filter(pairing__in=own).annotate(key=Cast("pk", CharField())).values("key")
        of_own |= Q(object_type=model._meta.label_lower, object_id__in=keys)
    return of_own


def raise_tasks(causes: Iterable[Cause], *, now: datetime) -> int:
    """Raise one task a cause, unless one of its kind about the same is open already. Three statements at most, however many.

    What somebody says anew brings back what was put off.
    """
    # In one order, so that of two who raise the same neither waits for the other.
    causes = sorted(causes, key=lambda cause: (cause.pairing_id, cause.about_id, cause.kind, cause.read_by))
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
    if said := [cause for cause in causes if cause.kind in Task.DIRECT]:
        again = Task.objects.open().exclude(put_off_until=None).filter(kind__in={cause.kind for cause in said})
        about = {"pairing_id__in": {cause.pairing_id for cause in said}, "about_id__in": {cause.about_id for cause in said}}
        again.filter(**about).update(put_off_until=None, put_off_because="")
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
def ask_for_call(*, pairing: Pairing, by: Membership, now: datetime, by_link: bool = False) -> None:
    """Please call me: no text, no reason. Who may read the answers of the program is told. Asking again changes nothing."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).select_related("program").get(pk=pairing.pk)
    if not policies.may_ask_for_call(by, pairing):
        raise Refused(_("You can ask for a call about a pairing of yours that has begun."))
    if Task.objects.calls_asked_by(by).filter(pairing=pairing).open().exists():
        return
    cause = Cause(
        kind=Task.Kind.PLEASE_CALL,
        pairing_id=pairing.pk,
        about_id=by.pk,
        seen_on=local_day(now, pairing.program.time_zone),
        read_by=pairing.program.answers_read_by,
    )
    raise_tasks([cause], now=now)
    detail = {"by": "link"} if by_link else {}
    audit.record(verb="call.asked", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now, detail=detail)


@transaction.atomic
def take_back_call(*, pairing: Pairing, by: Membership, now: datetime) -> None:
    """Not needed after all: possible until somebody has marked it as done."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_ask_for_call(by, pairing):
        raise Refused(_("You can take back a call about a pairing of yours."))
    if not let_go(kind=Task.Kind.PLEASE_CALL, pairing_ids=[pairing.pk], about_id=by.pk, now=now):
        raise Refused(_("There is no call left to take back: somebody has seen to it."))
    audit.record(verb="call.taken_back", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


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
    _tell_done(Task.objects.filter(pk=task.pk), by, now)
    _record_of_task("task.done", task, by, now)
    return task


def let_go(*, kind: Task.Kind, pairing_ids: Iterable[int], now: datetime, about_id: int | None = None) -> int:
    """End tasks that came to nothing by themselves: somebody answered after all, or the pairing is over."""
    moot = Task.objects.filter(kind=kind, pairing_id__in=list(pairing_ids))
    if about_id is not None:
        moot = moot.filter(about_id=about_id)
    ended = moot.open().update(done_at=now)
    _tell_done(moot.exclude(done_at=None), None, now)
    return ended


@transaction.atomic
def take_on(*, task: Task, by: Membership, now: datetime, owner: Membership | None = None) -> Task:
    """From now on it is `owner`'s to see to, or that of whoever says so. Everybody who could do it still can."""
    task, owner = _locked_task(task, by), owner or by
    if owner.left_at is not None or not policies.may_do(owner, task):
        raise Refused(_("Choose somebody who runs the program, may read this, and is no part of the pairing."))
    if task.owner_id != owner.pk:
        task.owner = owner
        task.save(update_fields=["owner"])
        _record_of_task("task.taken_on", task, by, now, owner=owner.pk)
    return task


@transaction.atomic
def give_back(*, task: Task, by: Membership, now: datetime) -> Task:
    """It is nobody's again."""
    task = _locked_task(task, by)
    if task.owner_id is not None:
        task.owner = None
        task.save(update_fields=["owner"])
        _record_of_task("task.given_back", task, by, now)
    return task


@transaction.atomic
def put_off(*, task: Task, by: Membership, until: date, because: str, now: datetime) -> Task:
    """Out of the morning until a day, four weeks from today at most, for one of the reasons of `Task.Later`."""
    task = _locked_task(task, by)
    today = local_day(now, task.pairing.program.time_zone)
    if not task.may_be_put_off:
        raise Refused(_("This cannot wait: somebody’s limits are not kept. If it is not yours to do, give it to somebody else."))
    if because not in Task.Later.values:
        raise Refused(_("Choose why it can wait."))
    if not today < until <= today + LONGEST_WAIT:
        raise Refused(_("Choose a day from tomorrow on, four weeks from today at most."))
    task.put_off_until, task.put_off_because = until, because
    task.save(update_fields=["put_off_until", "put_off_because"])
    _record_of_task("task.put_off", task, by, now, because=because)
    return task


@transaction.atomic
def bring_back(*, task: Task, by: Membership, now: datetime) -> Task:
    """Have it in the morning again before its day."""
    task = _locked_task(task, by)
    if task.put_off_until is not None:
        task.put_off_until, task.put_off_because = None, ""
        task.save(update_fields=["put_off_until", "put_off_because"])
        _record_of_task("task.brought_back", task, by, now)
    return task


def _locked_task(task: Task, by: Membership) -> Task:
    """One that is open and theirs to do."""
    task = Task.objects.select_for_update(of=["self"]).select_related("pairing__program").get(pk=task.pk)
    if not policies.may_do(by, task):
        raise Refused(_("This is not yours to see to."))
    if task.done_at is not None:
        raise Refused(_("This is done already. Nothing was changed."))
    return task


def _tell_done(tasks: "QuerySet[Task]", by: Membership | None, now: datetime) -> None:
    for callback in _when_done:
        callback(tasks=tasks, by=by, now=now)


def _record_of_task(verb: str, task: Task, by: Membership, now: datetime, **detail: int | str) -> None:
    told = {"kind": task.kind, "pairing": task.pairing_id, **detail}
    audit.record(verb=verb, subject=task, program_id=task.pairing.program_id, actor_id=by.user_id, now=now, detail=told)


# --- notes of calls ---


@transaction.atomic
def write_note(
    *, pairing: Pairing, by: Membership, text: str, about: Membership | None, called_on: date, now: datetime, task: Task | None = None
) -> CallNote:
    """Write down what was said. `about` is one of the two, or None for both. With a `task`, that is done as well.

    Read by the program's rule of today; of a task, by the rule that the person was told whose answer raised it.
    """
    if not policies.may_write_about(by, pairing):
        raise Refused(_("This note is not yours to write."))
    if about is not None and not pairing.includes(about):
        raise Refused(_("A note is about one of the two, or about both."))
    if called_on > local_day(now, by.user.time_zone):
        raise Refused(_("This day is still to come. Write the note when it has been."))
    if task is not None:
        task = finish(task=task, by=by, now=now)
    note = CallNote.objects.create(
        pairing=pairing,
        about=about,
        author=by,
        called_on=called_on,
        text=_facts(text),
        read_by=_read_by(pairing, task),
        written_at=now,
    )
    _record("call.noted", note, by, now)
    return note


@transaction.atomic
def correct_note(*, note: CallNote, by: Membership, text: str, now: datetime) -> CallNote:
    """Put something right below a note, which stays as it is. Read by whoever may read the note."""
    note = CallNote.objects.select_related("pairing").get(pk=note.pk)
    if not policies.may_correct(by, note):
        raise Refused(_("This note is not yours to put right."))
    correction = CallNote.objects.create(
        pairing=note.pairing,
        about=note.about,
        author=by,
        called_on=note.called_on,
        text=_facts(text),
        read_by=note.read_by,
        written_at=now,
        corrects=note,
    )
    _record("call.note_corrected", correction, by, now)
    return correction


def note_reading(*, pairing: Pairing, by: Membership, now: datetime) -> None:
    """Somebody is about to read the notes about a pairing."""
    if not policies.may_write_about(by, pairing):
        raise Refused(_("These notes are not yours to read."))
    audit.record(verb="calls.read", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


def _facts(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(_("A note needs words."))
    if len(text) > LONGEST_NOTE:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_NOTE})
    return text


def _read_by(pairing: Pairing, task: Task | None) -> str:
    rules = {pairing.program.answers_read_by, task.read_by if task else pairing.program.answers_read_by}
    return Program.AnswersReadBy.ADMINS if Program.AnswersReadBy.ADMINS in rules else Program.AnswersReadBy.COORDINATORS


def _record(verb: str, note: CallNote, by: Membership, now: datetime) -> None:
    audit.record(verb=verb, subject=note, program_id=by.program_id, actor_id=by.user_id, now=now, detail={"pairing": note.pairing_id})
