"""Planning the next day for 10,000 pairings: how many statements a thousand rows, how long, and what those who are not due cost.

`python -m pytest -s tests/benchmarks/test_planning.py`
"""

import time
from datetime import timedelta

import pytest
from django.db import connection

from checkins.answers.models import CheckIn
from checkins.plans.models import NextDue
from checkins.reminders import services
from matching.pairings.models import Pairing
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership
from programs.people.models import User
from tests.factories.checkins import CheckInPlanFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

DUE, NOT_DUE = 10_000, 40_000
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "America/Sao_Paulo")
MOST_STATEMENTS_A_THOUSAND = 20
AT_ONCE = 1000


@pytest.mark.django_db
def test_planning_ten_thousand_pairings() -> None:
    often, seldom = CheckInPlanFactory(), CheckInPlanFactory(rule="FREQ=WEEKLY;INTERVAL=8")
    # Two weeks ago tomorrow; and others of whom nothing is due for seven weeks.
    _pairings(DUE, MembershipFactory(coordinator=True, program=often.program), NOON - timedelta(days=13))
    first = _run()
    again = _run()
    _pairings(NOT_DUE, MembershipFactory(coordinator=True, program=seldom.program), NOON - timedelta(days=6))
    services.plan_due(NOON)
    with_many = _run()
    later = _run(NOON + timedelta(days=14))

    for words, run in (
        (f"{DUE} pairings due", first),
        ("the same a minute later", again),
        (f"a minute later, beside {NOT_DUE} that are not due", with_many),
        (f"two weeks later, {DUE} due beside {NOT_DUE} that are not", later),
    ):
        print(f"\n{words}: {run[0]} rows, {run[1]} statements, {run[2]:.2f} s", end="")
    print(f"\n{1000 * first[1] / first[0]:.1f} statements a thousand rows; beside {NOT_DUE} not due {1000 * later[1] / later[0]:.1f}")
    assert first[0] >= 8 * DUE
    assert first[1] * 1000 <= MOST_STATEMENTS_A_THOUSAND * first[0]
    assert later[1] <= 1.1 * first[1]


def _run(now=NOON) -> tuple[int, int, float]:
    """Rows made, statements, seconds."""
    before = CheckIn.objects.count() + OutboxMessage.objects.count()
    statements = 0

    def count(execute, *arguments):
        nonlocal statements
        statements += 1
        return execute(*arguments)

    began = time.perf_counter()
    with connection.execute_wrapper(count):
        services.plan_due(now)
    took = time.perf_counter() - began
    return CheckIn.objects.count() + OutboxMessage.objects.count() - before, statements, took


def _pairings(number: int, coordinator: Membership, activated_at) -> None:
    mark = User.objects.count()
    users = User.objects.bulk_create(
        (
            User(email=f"{mark + place}@example.org", name=f"Person {place}", password="!", time_zone=ZONES[place % len(ZONES)])
            for place in range(2 * number)
        ),
        batch_size=AT_ONCE,
    )
    people = Membership.objects.bulk_create(
        (Membership(program=coordinator.program, user=user, is_participant=True, joined_at=NOON) for user in users), batch_size=AT_ONCE
    )
    pairings = Pairing.objects.bulk_create(
        (
            Pairing(
                program=coordinator.program,
                first=first,
                second=second,
                proposed_by=coordinator,
                proposed_at=activated_at,
                state=Pairing.State.ACTIVE,
                first_accepted_at=activated_at,
                second_accepted_at=activated_at,
                activated_at=activated_at,
            )
            for first, second in zip(people[::2], people[1::2], strict=True)
        ),
        batch_size=AT_ONCE,
    )
    NextDue.objects.bulk_create((NextDue(pairing=pairing) for pairing in pairings), batch_size=AT_ONCE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
