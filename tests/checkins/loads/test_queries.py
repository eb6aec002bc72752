from datetime import timedelta

import pytest

from checkins.loads import queries
from checkins.loads.queries import Load
from tests.factories.checkins import TaskFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True)


def looked_after(coordinator, **state):
    return PairingFactory(program=coordinator.program, proposed_by=coordinator, coordinator=coordinator, **state)


def test_a_load_is_told_in_pairings(coordinator, noon):
    long_ago = noon - timedelta(weeks=20)
    running = looked_after(coordinator, active=True, activated_at=long_ago, proposed_at=long_ago)
    looked_after(coordinator, active=True, activated_at=noon - timedelta(weeks=1))
    looked_after(coordinator, paused=True)
    looked_after(coordinator, proposed=True)
    looked_after(coordinator, closed=True)
    TaskFactory(pairing=running, raised_at=noon - timedelta(days=9))
    TaskFactory(pairing=running, kind="one_sided")
    TaskFactory(pairing=running, done=True, kind="load")

    load = queries.of_person(coordinator, noon)

    assert load == Load(1, 1, 1, 1, tasks=1, measured=1, oldest_at=noon - timedelta(days=9))
    assert (load.pairings, load.weight) == (4, 5)  # 0.5 + 1.5 + 1 + 0.5, and 0.5 + 1 for what is open


@pytest.mark.parametrize(("pairings", "is_much", "is_too_much"), [(39, False, False), (40, True, False), (60, True, True)])
def test_it_warns_at_forty_and_at_sixty(pairings, is_much, is_too_much):
    load = Load(running=pairings)

    assert (load.is_much, load.is_too_much) == (is_much, is_too_much)


def test_what_somebody_has_taken_on_is_theirs(coordinator, noon):
    colleague = MembershipFactory(program=coordinator.program, coordinator=True)
    TaskFactory(pairing=looked_after(coordinator, active=True), owner=colleague)

    assert queries.of_person(coordinator, noon).tasks == 0
    assert queries.of_person(colleague, noon).tasks == 1


def test_a_pairing_of_ones_own_and_what_admins_alone_may_read_count_for_nobody(coordinator, noon):
    admin = MembershipFactory(program=coordinator.program, is_admin=True, is_coordinator=True)
    own = PairingFactory(program=coordinator.program, first=coordinator, coordinator=coordinator, proposed_by=admin, active=True)
    TaskFactory(pairing=own, about=own.second)
    TaskFactory(pairing=looked_after(admin, active=True), for_admins=True)

    assert queries.of_person(coordinator, noon) == Load()
    assert queries.of_person(admin, noon).tasks == 0
    assert {person: load.tasks for person, load in queries.of_team(admin, noon).loads} == {coordinator: 0, admin: 0}


def test_the_team_is_told_heaviest_first_with_what_is_nobodys(coordinator, noon):
    admin = MembershipFactory(program=coordinator.program, admin=True)
    looked_after(coordinator, active=True)
    PairingFactory(program=coordinator.program, proposed_by=coordinator, coordinator=None, active=True)

    team = queries.of_team(admin, noon)

    assert [person for person, _load in team.loads] == [coordinator, admin]
    assert team.nobodys == 1
    assert dict(team.loads)[coordinator] == queries.of_person(coordinator, noon)


def test_the_loads_of_a_team_take_as_many_queries_however_large_it_is(coordinator, noon, queries_of):
    looked_after(coordinator, active=True)
    few = queries_of(lambda: queries.of_team(coordinator, noon))

    for other in MembershipFactory.create_batch(3, program=coordinator.program, coordinator=True):
        looked_after(other, active=True)

    assert queries_of(lambda: queries.of_team(coordinator, noon)) == few == 4
