from datetime import timedelta

import pytest

from checkins.imbalance import draws
from checkins.imbalance.models import QuietReview
from tests.factories.checkins import SignalFactory, TaskFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return ProgramFactory()


def draw(program, now=NOON):
    return draws.draw(program=program, now=now)


@pytest.mark.parametrize(("pairings", "drawn"), [(0, 0), (1, 1), (29, 1), (31, 2)])
def test_a_twentieth_is_drawn_and_one_at_least(program, pairings, drawn):
    PairingFactory.create_batch(pairings, program=program, active=True)

    assert draw(program) == QuietReview.objects.count() == drawn


def test_it_is_drawn_once_a_month_by_the_clock_of_the_program(program):
    PairingFactory(program=program, active=True)
    draw(program)

    # Summer time: in London it is April already.
    assert draw(program, NOON.replace(day=31, hour=22)) == 0
    assert draw(program, NOON.replace(day=31, hour=23)) == 1
    assert sorted(QuietReview.objects.values_list("month", flat=True)) == [NOON.date().replace(day=1), NOON.date().replace(month=4, day=1)]


def test_only_active_pairings_of_which_nothing_is_known_are_drawn(program):
    for state in ({"paused": True}, {"closed": True}, {"accepted": True}, {"active": True, "proposed_at": NOON - timedelta(days=27)}):
        PairingFactory(program=program, **state)
    PairingFactory(active=True)
    SignalFactory(pairing=PairingFactory(program=program, active=True))
    TaskFactory(pairing=PairingFactory(program=program, active=True))
    assert draw(program) == 0

    quiet = SignalFactory(pairing=PairingFactory(program=program, active=True), closed=True).pairing

    assert draw(program) == 1
    assert QuietReview.objects.get().pairing == quiet


def test_chance_and_not_the_order_decides(program):
    PairingFactory.create_batch(30, program=program, active=True)
    drawn = set()
    for month in range(4, 10):
        draw(program, NOON.replace(month=month))
        drawn |= set(QuietReview.objects.values_list("pairing", flat=True))

    assert len(drawn) > 2
