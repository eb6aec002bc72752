"""What a look at one's suggestions costs where 5,000 people take part. `python -m pytest -s tests/benchmarks/test_suggestions.py`"""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from django.db import connection

from matching.suggestions.queries import suggested
from programs.memberships.models import Membership
from programs.people.models import User
from programs.profiles.models import Profile, ProfileAnswer, ProfileQuestion
from tests.factories.matching import CriterionFactory
from tests.factories.programs import ProfileQuestionFactory, ProgramFactory
from tests.times import NOON

MANY = 5000
LABELS = [f"Label {number}" for number in range(12)]
TIMES = [f"{day} {half}" for day in ("Mon", "Tue", "Wed", "Thu", "Fri") for half in ("am", "pm")]
ZONES = ["Europe/London", "America/New_York", "Asia/Kolkata", "UTC"]
Kind = ProfileQuestion.Kind


@pytest.mark.django_db
def test_a_look_among_many(capsys, settings):
    settings.DEBUG = False
    by_chance, program = np.random.default_rng(1), ProgramFactory(people_may_ask=True)
    kinds = [Kind.TIMES, Kind.LANGUAGES, *[Kind.ONE] * 4, *[Kind.SEVERAL] * 4]
    questions = [
        ProfileQuestionFactory(program=program, kind=kind, choices=TIMES if kind == Kind.TIMES else LABELS, audience="members")
        for kind in kinds
    ]
    for question in questions:
        kind = {Kind.TIMES: "overlap", Kind.LANGUAGES: "language"}.get(question.kind, "similar")
        CriterionFactory(program=program, question=question, kind=kind, need=2, **({"weight": 0} if kind == "language" else {}))
    users = User.objects.bulk_create(
        User(email=f"p{n}@example.org", name=f"Person {n}", time_zone=ZONES[n % len(ZONES)]) for n in range(MANY)
    )
    people = Membership.objects.bulk_create(
        Membership(program=program, user=user, joined_at=NOON, ready_at=NOON, is_participant=True) for user in users
    )
    profiles = Profile.objects.bulk_create(
        Profile(membership=one, offers_mentoring=n % 2 == 1, seeks_mentoring=n % 2 == 0, finished_at=NOON, changed_at=NOON)
        for n, one in enumerate(people)
    )

    def value(question: ProfileQuestion) -> object:
        if question.kind == Kind.ONE:
            return LABELS[by_chance.integers(12)]
        labels = TIMES if question.kind == Kind.TIMES else LABELS
        return [labels[at] for at in sorted(by_chance.choice(len(labels), 3, replace=False))]

    ProfileAnswer.objects.bulk_create(
        ProfileAnswer(profile=profile, question=question, value=value(question)) for profile in profiles for question in questions
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT pg_backend_pid()")
        database = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    found = suggested(people[0], NOON)
    rounds, ticks = 10, os.sysconf("SC_CLK_TCK")
    here, there = time.process_time(), _ticks(database)
    for _ in range(rounds):
        suggested(people[0], NOON)
    here, there = (time.process_time() - here) / rounds, (_ticks(database) - there) / ticks / rounds
    with capsys.disabled():
        print(f"\n{MANY} people, {len(questions)} criteria: {1000 * here:.0f} ms of CPU, and {1000 * there:.0f} ms in the database")
    assert len(found) == 5
    assert here + there < 0.15


def _ticks(process: Path) -> int:
    """Of the CPU, for a process itself and for the system on its behalf."""
    own, of_system = process.read_text().rpartition(")")[2].split()[11:13]
    return int(own) + int(of_system)
