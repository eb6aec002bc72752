"""Weekly facts put into the database, as if two people had lived them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from checkins.answers.models import Answer, CheckIn
from checkins.imbalance.weekly_facts import QUESTIONS, WeeklyFacts
from checkins.plans.models import CheckInPlan, Question
from matching.facts.models import Fact, WeeklyCount
from matching.facts.weeks import sides
from matching.pairings.models import Pairing
from programs.memberships.models import Program

A_WEEK = timedelta(weeks=1)
KINDS = {
    "topics": Fact.Kind.TOPIC_RAISED,
    "decisions": Fact.Kind.DECISION_STOOD,
    "scheduling": Fact.Kind.TIME_PROPOSED,
    "absences": Fact.Kind.SESSION_MISSED,
}
# Rows of one statement.
AT_ONCE = 2000


def keep(pairings: Sequence[Pairing], facts: WeeklyFacts, *, first: date) -> None:
    """The weeks from the Monday `first` on; of each pairing its own, in this order. All check-ins fall due on Mondays, and are closed."""
    plan, _ = CheckInPlan.objects.get_or_create(
        program=pairings[0].program, defaults={"in_force_since": datetime.combine(first, time(), UTC)}
    )
    questions = [_question(plan, name) for name in QUESTIONS]
    mondays = [first + number * A_WEEK for number in range(facts.weeks)]
    counts = (
        WeeklyCount(pairing=pairings[pair], week=mondays[week], side=side, kind=kind, number=int(getattr(facts, name)[pair, week, side]))
        for name, kind in KINDS.items()
        for pair, week, side in zip(*np.nonzero(np.nan_to_num(getattr(facts, name))), strict=True)
    )
    WeeklyCount.objects.bulk_create(counts, batch_size=AT_ONCE)
    there = CheckIn.objects.bulk_create(
        [_check_in(plan, pairings[pair], mondays[week], side, facts.answers[pair, week, side]) for pair, week, side in _asked(facts)],
        batch_size=AT_ONCE,
    )
    Answer.objects.bulk_create(
        (
            Answer(check_in=check_in, question=question, value=int(value), given_at=check_in.opens_at)
            for check_in, at in zip(there, _asked(facts), strict=True)
            for question, value in zip(questions, facts.answers[at], strict=True)
            if not np.isnan(value)
        ),
        batch_size=AT_ONCE,
    )


def _asked(facts: WeeklyFacts) -> list[tuple[int, int, int]]:
    return [(int(pair), int(week), int(side)) for pair, week, side in zip(*np.nonzero(facts.asked), strict=True)]


def _check_in(plan: CheckInPlan, pairing: Pairing, due_on: date, side: int, answers: np.ndarray) -> CheckIn:
    opens_at = datetime.combine(due_on, time(9), UTC)
    return CheckIn(
        plan=plan,
        pairing=pairing,
        membership_id=sides(pairing)[side],
        due_on=due_on,
        number=1,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=6),
        closed_at=opens_at + timedelta(days=6),
        read_by=Program.AnswersReadBy.COORDINATORS,
        answered_at=None if np.isnan(answers).all() else opens_at,
    )


def _question(plan: CheckInPlan, name: str) -> Question:
    made, _ = Question.objects.get_or_create(
        plan=plan,
        construct=name,
        defaults={"text": name, "choices": [[value, str(value)] for value in range(5, 0, -1)], "asked_since": plan.in_force_since},
    )
    return made
