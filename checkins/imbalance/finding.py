"""Looking at the weeks of pairings, and raising what is found."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Min, Q, Value
from django.db.models.functions import Coalesce

from checkins.care import services as care
from checkins.care.models import Task
from checkins.imbalance import seen
from checkins.imbalance.detector import KINDS, Finding, assess_many
from checkins.imbalance.explanation import FIRST_WEEKS, Reading, explain
from checkins.imbalance.in_force import Measure, measure_of
from checkins.imbalance.models import Assessment, Signal
from checkins.imbalance.records import Records, facts_of, last_ended_week
from checkins.imbalance.settings import FROM_START, USUAL_SETTINGS
from checkins.plans.models import zone_of
from matching.facts.weeks import sides
from matching.pairings.models import Pairing
from mentoring.kernel.times import local_day
from programs.memberships.models import Program

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


def find_due(*, now: datetime) -> int:
    """The same in every program that runs, where a week has ended by its own clock. One that fails is told by its number and stops none."""
    raised = 0
    oldest = Min(Coalesce("pairings__assessment__week", Value(date.min)))
    running = Program.objects.filter(archived_at=None, pairings__state=Pairing.State.ACTIVE).annotate(oldest=oldest).order_by("pk")
    for program in running:
        if program.oldest >= last_ended_week(program, now):
            continue
        try:
            raised += find(program=program, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.error("signals of program %s could not be found (%s)", program.pk, type(error).__name__)
    return raised


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
                    since=records.mondays[records.first_week(places[pair]) if kind == FROM_START else since],
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
    told = replace(told, readings=tuple(reading for reading in told.readings if _may_be_told(reading, found)))
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


def _may_be_told(reading: Reading, found: Found) -> bool:
    """Nothing of answers to those who may not read them; and of weeks that are missing only what everybody may know."""
    if reading is Reading.BOTH_FELL:
        return found.kind in Signal.OF_ANSWERS
    first, last = found.records.first_week(found.place), found.finding.week
    if reading is Reading.PAUSE:
        return bool(found.records.rested[found.place, first:last].any())
    return reading is not Reading.FIRST_WEEKS or last < first + FIRST_WEEKS
