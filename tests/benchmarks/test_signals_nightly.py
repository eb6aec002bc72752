"""Finding signals in a program of 10,000 pairs that are two years old, when a week has ended; beside the bare reckoning in the same run.

`python -m pytest -s tests/benchmarks/test_signals_nightly.py`; CPU seconds of the process and seconds by the clock, with what the database
takes, and by how much the process grew. It takes some minutes to write the eight million rows.
"""

import io
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

import numpy as np
import pytest
from django.db import connection

from checkins.answers.models import Answer, CheckIn
from checkins.imbalance.detector import WeeklyFacts, assess_many
from checkins.imbalance.finding import PAIRS_AT_ONCE, find
from checkins.imbalance.lives import live
from checkins.imbalance.models import Assessment, Signal
from checkins.imbalance.records import facts_of
from checkins.imbalance.weekly_facts import QUESTIONS
from checkins.imbalance.worlds import WORLDS
from matching.facts.models import WeeklyCount
from matching.pairings.models import Pairing
from programs.memberships.models import Membership, Program
from programs.people.models import User
from tests.benchmarks.test_signals import Measured, measured
from tests.checkins.imbalance.kept import KINDS
from tests.factories.checkins import CheckInPlanFactory, QuestionFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

PAIRS, WEEKS = 10_000, 104
A_WEEK = timedelta(weeks=1)
MONDAY = date(2026, 3, 16)
FIRST = MONDAY - WEEKS * A_WEEK
AT_ONCE = 2000
MOST_TIMES_THE_RECKONING = 4
MOST_MEGABYTES = 300


@pytest.mark.django_db
def test_a_night_of_ten_thousand_pairs() -> None:
    coordinator = MembershipFactory(coordinator=True)
    pairings = _pairings(coordinator)
    bare = _bare_reckoning_and_keep(pairings)
    rows = sum(model.objects.count() for model in (WeeklyCount, CheckIn, Answer))
    Assessment.objects.bulk_create(
        (Assessment(pairing=pairing, week=MONDAY - 2 * A_WEEK, assessed_at=NOON) for pairing in pairings), batch_size=AT_ONCE
    )
    block, program = pairings[:PAIRS_AT_ONCE], Program.objects.get(pk=coordinator.program_id)
    del pairings

    reading, read = _by_the_clock(lambda: facts_of(block, program, until=MONDAY - A_WEEK))
    night, took = _by_the_clock(lambda: find(program=program, now=NOON))
    again, took_again = _by_the_clock(lambda: find(program=program, now=NOON + timedelta(hours=1)))

    print(
        f"\n{PAIRS} pairs, {WEEKS} weeks, {rows} rows: {night.seconds:.0f} s CPU, {took:.0f} s by the clock, {night.megabytes:.0f} MB",
        end="",
    )
    print(f"; {Signal.objects.count()} signals. The bare reckoning {bare.seconds:.0f} s CPU, {bare.megabytes:.0f} MB")
    print(f"reading {PAIRS_AT_ONCE} of them: {reading.seconds:.2f} s CPU, {read:.2f} s by the clock, {reading.megabytes:.0f} MB")
    print(f"once more in the same week: {again.seconds:.2f} s CPU, {took_again:.2f} s by the clock")
    assert night.seconds < MOST_TIMES_THE_RECKONING * bare.seconds
    assert night.megabytes < MOST_MEGABYTES
    assert again.result == 0


def _bare_reckoning_and_keep(pairings: list[Pairing]) -> Measured:
    """What the pairs lived is in memory no longer than that."""
    facts = live(WORLDS[0], np.random.default_rng(1), PAIRS, WEEKS).facts
    bare = measured(lambda: assess_many(facts))
    _keep(pairings, facts)
    return bare


def _by_the_clock(work: Callable[[], Any]) -> tuple[Measured, float]:
    began = time.perf_counter()
    done = measured(work)
    return done, time.perf_counter() - began


def _pairings(coordinator: Membership) -> list[Pairing]:
    users = User.objects.bulk_create(
        (User(email=f"{place}@example.org", name=f"Person {place}", password="!") for place in range(2 * PAIRS)), batch_size=AT_ONCE
    )
    people = Membership.objects.bulk_create(
        (Membership(program=coordinator.program, user=user, is_participant=True, joined_at=NOON) for user in users), batch_size=AT_ONCE
    )
    began = datetime.combine(FIRST, time_of_day(9), NOON.tzinfo)
    begun = {"state": Pairing.State.ACTIVE, "proposed_at": began, "first_accepted_at": began, "second_accepted_at": began}
    return Pairing.objects.bulk_create(
        (
            Pairing(
                program=coordinator.program,
                first=first,
                second=second,
                mentor=Pairing.Mentor.SECOND,
                proposed_by=coordinator,
                activated_at=began,
                **begun,
            )
            for first, second in zip(people[::2], people[1::2], strict=True)
        ),
        batch_size=AT_ONCE,
    )


def _keep(pairings: list[Pairing], facts: WeeklyFacts) -> None:
    """As `tests.checkins.imbalance.kept`, for very many."""
    days = [str(FIRST + number * A_WEEK) for number in range(WEEKS)]
    for name, kind in KINDS.items():
        counts = getattr(facts, name)
        _copy(
            WeeklyCount,
            ("pairing_id", "week", "side", "kind", "number"),
            (
                (pairings[pair].pk, days[week], side, kind.value, int(counts[pair, week, side]))
                for pair, week, side in zip(*(axis.tolist() for axis in np.nonzero(counts)), strict=True)
            ),
        )
    plan = CheckInPlanFactory(program=pairings[0].program)
    questions = [QuestionFactory(plan=plan, construct=name).pk for name in QUESTIONS]
    asked = list(zip(*(axis.tolist() for axis in np.nonzero(facts.asked)), strict=True))
    _copy(CheckIn, CHECK_IN, (_check_in(key, plan.pk, pairings[at[0]], at, facts, days) for key, at in enumerate(asked, start=1)))
    _copy(
        Answer,
        ("id", "check_in_id", "question_id", "value", "given_at"),
        (
            (uuid.uuid4(), key, question, int(value), f"{days[at[1]]} 09:00Z")
            for key, at in enumerate(asked, start=1)
            for question, value in zip(questions, facts.answers[at].tolist(), strict=True)
            if value == value
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


CHECK_IN = (
    *("id", "plan_id", "occasion", "pairing_id", "membership_id", "due_on", "number"),
    *("opens_at", "closes_at", "closed_at", "read_by", "answered_at"),
)


def _check_in(key: int, plan: int, pairing: Pairing, at: tuple[int, int, int], facts: WeeklyFacts, days: list[str]) -> tuple[object, ...]:
    _pair, week, side = at
    opens_at = datetime.combine(FIRST + week * A_WEEK, time_of_day(9), NOON.tzinfo)
    closes_at = opens_at + timedelta(days=6)
    answered_at = r"\N" if np.isnan(facts.answers[at]).all() else opens_at
    half = (pairing.first_id, pairing.second_id)[side]
    return key, plan, "scheduled", pairing.pk, half, days[week], 1 + week, opens_at, closes_at, closes_at, "coordinators", answered_at


def _copy(model, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Rows in bulk, a hundred thousand at a time."""
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    text = io.StringIO()
    with connection.cursor() as cursor:
        for number, row in enumerate(rows, start=1):
            text.write("\t".join(map(str, row)) + "\n")
            if number % 100_000 == 0:
                text = _sent(cursor, statement, text)
        _sent(cursor, statement, text)


def _sent(cursor, statement: str, text: io.StringIO) -> io.StringIO:
    text.seek(0)
    cursor.copy_expert(statement, text)
    return io.StringIO()
