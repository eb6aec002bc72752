"""Looking at the weeks of pairings, raising what is found, and what becomes of it."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from checkins.care import services as care
from checkins.care.models import Task
from checkins.imbalance import policies, seen
from checkins.imbalance.detector import KINDS, Finding, assess_many
from checkins.imbalance.explanation import explain
from checkins.imbalance.in_force import Measure, measure_of
from checkins.imbalance.models import Assessment, Signal
from checkins.imbalance.records import Records, facts_of, last_ended_week
from checkins.imbalance.settings import USUAL_SETTINGS
from checkins.plans.models import zone_of
from matching.facts.weeks import sides
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

A_WEEK = timedelta(weeks=1)
# Answers and acts may come late, and some weeks later show what a week held.
LOOKS_BACK = 4 * A_WEEK
QUIET = USUAL_SETTINGS.quiet_weeks * A_WEEK
PAIRS_AT_ONCE = 500
ROWS_A_STATEMENT = 1000
# What could not be read is tried again, though not every hour.
TRIED_AGAIN_AFTER = timedelta(hours=20)

Kind = Signal.Kind
TASK_OF = {Kind.GAP: Task.Kind.GAP, Kind.SILENCE: Task.Kind.UNANSWERED}


@dataclass(frozen=True, eq=False)
class Found:
    """In a pairing, with what it is told from."""

    pairing: Pairing
    kind: Signal.Kind
    about_id: int
    week: date
    since: date
    finding: Finding
    records: Records
    place: int
    measure: Measure

    @property
    def read_by(self) -> str:
        """What is made of answers is read as they are: by the rule of today, or the stricter one that was told when they were given."""
        if self.kind not in Signal.OF_ANSWERS:
            return Program.AnswersReadBy.COORDINATORS
        if self.records.is_for_admins[self.place]:
            return Program.AnswersReadBy.ADMINS
        return self.pairing.program.answers_read_by

    @property
    def task_key(self) -> tuple[str, int, int, str]:
        return TASK_OF.get(self.kind, Task.Kind.ONE_SIDED), self.pairing.pk, self.about_id, self.read_by


# --- finding ---


def find(*, program: Program, now: datetime) -> int:
    """Look at every active pairing of the program whose last week has ended and was not looked at. Returns how many signals were raised.

    The whole life of a pairing is reckoned anew each time: nothing is kept that could differ from its facts. What that finds is raised if
    its week was not looked at before, or is one of the last four that were, since answers and acts come late; and if no signal of the same
    group (silence, or the others) stands within the quiet time of its week. Of a pairing that was never looked at, what is older than that
    is not told any more. What was raised before stays as it is.

    A block of pairings is one transaction. Running late, again, or twice at once raises nothing twice and misses nothing. Pairings that
    cannot be read are marked, left for the next day, and stop nobody else.
    """
    until, raised = last_ended_week(program, now), 0
    _keep_track(program, now)
    measure = measure_of(program)
    while True:
        keys: list[int] = []
        try:
            with transaction.atomic():
                block = _claimed(program, until, now)
                if not block:
                    return raised
                keys = [assessment.pk for assessment in block]
                raised += _assess(block, program, measure, until, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            if not keys:
                raise
            raised += sum(_assess_alone(key, program, measure, until, now) for key in keys)


def _keep_track(program: Program, now: datetime) -> None:
    new = Pairing.objects.active().filter(program=program, assessment=None).values_list("pk", flat=True)
    Assessment.objects.bulk_create(
        [Assessment(pairing_id=key, assessed_at=now) for key in new.iterator()], ignore_conflicts=True, batch_size=ROWS_A_STATEMENT
    )


def _to_assess(program: Program, until: date, now: datetime) -> "QuerySet[Assessment]":
    waiting = Assessment.objects.filter(Q(week=None) | Q(week__lt=until), pairing__program=program, pairing__state=Pairing.State.ACTIVE)
    return waiting.filter(Q(failed_at=None) | Q(failed_at__lt=now - TRIED_AGAIN_AFTER))


def _claimed(program: Program, until: date, now: datetime, **which: int) -> list[Assessment]:
    """Locked, so that another worker takes others."""
    waiting = _to_assess(program, until, now).filter(**which).select_related("pairing").order_by("pk")
    block = list(waiting.select_for_update(of=["self"], skip_locked=True)[:PAIRS_AT_ONCE])
    for assessment in block:
        assessment.pairing.program = program
    return block


def _assess_alone(key: int, program: Program, measure: Measure, until: date, now: datetime) -> int:
    try:
        with transaction.atomic():
            block = _claimed(program, until, now, pk=key)
            return _assess(block, program, measure, until, now) if block else 0
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        pairing = Assessment.objects.values_list("pairing", flat=True).get(pk=key)
        logger.error("pairing %s could not be assessed (%s)", pairing, type(error).__name__)
        Assessment.objects.filter(pk=key).update(failed_at=now)
        return 0


def _assess(block: Sequence[Assessment], program: Program, measure: Measure, until: date, now: datetime) -> int:
    looked_at = {assessment.pairing_id: assessment.week or until - A_WEEK for assessment in block}
    records = facts_of([assessment.pairing for assessment in block], program, until=until)
    late_or_new = [found for found in _found(records, measure) if found.week > looked_at[found.pairing.pk] - LOOKS_BACK]
    raised = _raise(_not_told_yet(late_or_new), now)
    Assessment.objects.filter(pk__in=[assessment.pk for assessment in block]).update(week=until, assessed_at=now, failed_at=None)
    return raised


def _found(records: Records, measure: Measure) -> list[Found]:
    """By week."""
    all_found = []
    for is_reciprocal in (False, True):
        places = [place for place, pairing in enumerate(records.pairings) if pairing.is_reciprocal is is_reciprocal]
        findings = assess_many(records.facts.of(places), measure.settings(is_reciprocal=is_reciprocal), measure.baseline)
        columns = (findings.pair, findings.week, findings.side, findings.kind, findings.evidence, findings.since)
        for pair, week, side, kind, evidence, since in zip(*(column.tolist() for column in columns), strict=True):
            pairing = records.pairings[places[pair]]
            all_found.append(
                Found(
                    pairing=pairing,
                    kind=Kind(KINDS[kind]),
                    about_id=sides(pairing)[side],
                    week=records.mondays[week],
                    since=records.mondays[since],
                    finding=Finding(week, side, KINDS[kind], evidence, since),
                    records=records,
                    place=places[pair],
                    measure=measure,
                )
            )
    return sorted(all_found, key=lambda found: (found.week, found.pairing.pk, found.kind))


def _not_told_yet(candidates: Iterable[Found]) -> list[Found]:
    """Without what a signal of the same group tells already, or told not long ago."""
    candidates = list(candidates)
    told: dict[tuple[int, bool], list[date]] = {}
    if candidates:
        there = Signal.objects.filter(pairing__in={found.pairing.pk for found in candidates})
        for pairing, kind, week in there.values_list("pairing", "kind", "week"):
            told.setdefault((pairing, kind == Kind.SILENCE), []).append(week)
    new = []
    for found in candidates:
        weeks = told.setdefault((found.pairing.pk, found.kind == Kind.SILENCE), [])
        if all(abs(found.week - week) > QUIET for week in weeks):
            weeks.append(found.week)
            new.append(found)
    return new


def _raise(all_found: Sequence[Found], now: datetime) -> int:
    """A signal each, and a task where none is open that it can join. Of a pairing that has stopped meanwhile nothing is raised."""
    if not all_found:
        return 0
    keys = {found.pairing.pk for found in all_found}
    held = Pairing.objects.active().filter(pk__in=keys).select_for_update(of=["self"], no_key=True).order_by("pk")
    lasting = set(held.values_list("pk", flat=True))
    all_found = [found for found in all_found if found.pairing.pk in lasting]
    tasks = _open_tasks(all_found, now)
    signals = [_signal(found, tasks[found.task_key], now) for found in all_found]
    Signal.objects.bulk_create(signals, ignore_conflicts=True, batch_size=ROWS_A_STATEMENT)
    return len(signals)


def _open_tasks(all_found: Sequence[Found], now: datetime) -> dict[tuple[str, int, int, str], int]:
    """By `Found.task_key` the task that is open, made where there is none. Locked, so that nobody ends one before its signal has joined."""
    wanted = {found.task_key: found for found in all_found}
    tasks: dict[tuple[str, int, int, str], int] = {}
    while missing := {key: found for key, found in wanted.items() if key not in tasks}:
        care.raise_tasks([_cause(key, found, now) for key, found in missing.items()], now=now)
        there = Task.objects.open().filter(pairing__in={found.pairing.pk for found in missing.values()})
        for task in there.select_for_update(of=["self"], no_key=True).order_by("pk"):
            tasks[task.kind, task.pairing_id, task.about_id, task.read_by] = task.pk
    return tasks


def _cause(key: tuple[str, int, int, str], found: Found, now: datetime) -> care.Cause:
    kind, pairing_id, about_id, read_by = key
    return care.Cause(
        kind=Task.Kind(kind),
        pairing_id=pairing_id,
        about_id=about_id,
        read_by=read_by,
        seen_on=local_day(now, zone_of(found.pairing.program)),
        since_on=None if found.kind == Kind.SILENCE else found.since,
    )


def _signal(found: Found, task_id: int, now: datetime) -> Signal:
    measure, is_reciprocal = found.measure, found.pairing.is_reciprocal
    rate = measure.stated_rate(found.kind, is_reciprocal=is_reciprocal)
    facts = found.records.facts.of(slice(found.place, found.place + 1))
    told = explain(facts, found.finding, measure.settings(is_reciprocal=is_reciprocal), measure.baseline, stated_rate=rate)
    return Signal(
        pairing=found.pairing,
        about_id=found.about_id,
        kind=found.kind,
        week=found.week,
        since=found.since,
        seen=seen.to_text(told),
        evidence=found.finding.evidence,
        stated_rate=rate,
        baseline=measure.row,
        read_by=found.read_by,
        task_id=task_id,
        found_at=now,
    )


# --- what becomes of a signal ---


@transaction.atomic
def close(*, signal: Signal, by: Membership, verdict: str, outcome: str, now: datetime) -> Signal:
    """Say of what a signal told whether it was useful and what became of it: all that joined its task are closed, and the task is done.

    What closed by itself, or with its task, can be judged all the same, once; saying it twice changes nothing.
    """
    # The task first, as everybody who ends one locks it.
    Task.objects.select_for_update(of=["self"]).get(signals=signal.pk)
    signal = Signal.objects.select_related("task__pairing").get(pk=signal.pk)
    if not policies.may_close(by, signal):
        raise Refused(_("This is not yours to close."))
    if verdict not in Signal.Verdict.values:
        raise Refused(_("Choose whether it was useful."))
    if outcome not in Signal.Outcome.values:
        raise Refused(_("Choose what became of it."))
    if signal.verdict:
        return signal
    together = Signal.objects.filter(task=signal.task, verdict="")
    keys = list(together.filter(Q(closed_at=None) | Q(pk=signal.pk)).values_list("pk", flat=True))
    Signal.objects.filter(pk__in=keys).update(verdict=verdict, outcome=outcome)
    Signal.objects.filter(pk__in=keys).open().update(closed_at=now, closed_by=by)
    care.finish(task=signal.task, by=by, now=now)
    audit.record_many(
        [
            audit.Event(
                verb="signal.closed",
                subject=one,
                actor_id=by.user_id,
                detail={"kind": one.kind, "pairing": one.pairing_id, "verdict": verdict, "outcome": outcome},
            )
            for one in Signal.objects.filter(pk__in=keys).order_by("found_at", "pk")
        ],
        program_id=by.program_id,
        now=now,
    )
    signal.refresh_from_db()
    return signal


def close_with_tasks(*, tasks: "QuerySet[Task]", by: Membership | None, now: datetime) -> None:
    """Tasks are done, by somebody or by themselves: so is what joined them. Whether it was useful can still be said."""
    Signal.objects.open().filter(task__in=tasks).update(closed_at=now, closed_by=by)


def stop(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has just been paused or ended. With its end everything that was found is closed."""
    if pairing.state == Pairing.State.PAUSED:
        return
    # Tasks before signals, as everybody locks them.
    list(Task.objects.open().filter(pairing=pairing).select_for_update(of=["self"]).order_by("pk").values_list("pk", flat=True))
    Signal.objects.open().filter(pairing=pairing).update(closed_at=now, outcome=Signal.Outcome.ENDED)
    for kind in (Task.Kind.ONE_SIDED, Task.Kind.GAP):
        care.let_go(kind=kind, pairing_ids=[pairing.pk], now=now)
