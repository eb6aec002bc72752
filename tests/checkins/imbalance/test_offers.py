from datetime import date, timedelta

import numpy as np
import pytest

from checkins.imbalance import in_force, offers
from checkins.imbalance.calibration import calibrate
from checkins.imbalance.models import Baseline
from tests.checkins.imbalance.cases import drawn
from tests.checkins.imbalance.kept import keep
from tests.factories.checkins import BaselineFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

A_WEEK = timedelta(weeks=1)


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch):
    monkeypatch.setattr(offers, "FEWEST_PAIRINGS", 6)


def lived(weeks=14, pairs=6, **fields):
    """Pairings of one program, and what they lived."""
    program = ProgramFactory()
    pairings = PairingFactory.create_batch(pairs, program=program, active=True, proposed_at=NOON - weeks * A_WEEK, **fields)
    facts = drawn(5, pairs, weeks)
    for name in ("topics", "decisions", "scheduling", "absences"):
        getattr(facts, name)[:] = np.nan_to_num(getattr(facts, name)) + 1
    facts.answers[~facts.asked] = np.nan
    keep(pairings, facts, first=date(2026, 3, 16) - weeks * A_WEEK)
    return program, facts


def offer(program, now=NOON):
    return offers.offer(program=program, now=now)


def test_what_is_usual_is_learned_from_the_weeks_of_the_program():
    program, facts = lived()

    offered = offer(program)

    learned = calibrate(facts)
    assert in_force.baseline_of(offered.values).mean == pytest.approx(learned.mean)
    assert (offered.pairs_used, offered.number, offered.until) == (learned.pairs_used, 1, date(2026, 3, 9))
    assert (offered.in_force_at, in_force.baseline_in_force(program)) == (None, None)


def test_nothing_is_offered_from_too_few_pairings_or_too_few_weeks():
    assert offer(lived(pairs=5)[0]) is None
    assert offer(lived(weeks=5)[0]) is None


def test_it_is_offered_once_a_month_and_an_offer_nobody_decided_on_gives_way():
    program, _ = lived()
    first = offer(program)

    assert offer(program, NOON + timedelta(days=27)) is None
    later = offer(program, NOON + timedelta(days=28))

    first.refresh_from_db()
    assert (later.number, first.set_aside_at, first.decided_by) == (2, NOON + timedelta(days=28), None)
    assert list(Baseline.objects.offered()) == [later]


def test_what_was_typed_keeps_nothing_from_being_offered():
    program, _ = lived()
    BaselineFactory(program=program, pairs_used=0, offered_at=NOON, in_force_at=NOON)

    assert offer(program) is not None


def test_those_whose_sides_mean_something_else_are_left_out():
    program, facts = lived()
    PairingFactory.create_batch(3, program=program, active=True, mentor="", proposed_at=NOON - 14 * A_WEEK)

    assert in_force.baseline_of(offer(program).values).mean == pytest.approx(calibrate(facts).mean)
