import logging
from datetime import date, timedelta

import pytest
import time_machine

from checkins.imbalance import draws, finding, looking_over, tasks
from checkins.imbalance.models import Assessment, QuietReview
from tests.factories.matching import PairingFactory
from tests.factories.programs import ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


def pairing_in(zone, **fields):
    return PairingFactory(program=ProgramFactory(time_zone=zone, **fields), active=True)


def test_each_program_is_looked_at_once_its_week_has_ended_where_it_is():
    tokyo, london = pairing_in("Asia/Tokyo"), pairing_in("Europe/London")

    with time_machine.travel(NOON.replace(hour=18) - timedelta(days=1), tick=False):
        tasks.find_signals()

    weeks = dict(Assessment.objects.values_list("pairing", "week"))
    assert weeks == {tokyo.pk: date(2026, 3, 9), london.pk: date(2026, 3, 2)}


def test_a_program_that_was_looked_at_costs_nothing_more_and_archived_ones_are_left(queries_of):
    pairing_in("UTC"), pairing_in("UTC", archived=True)
    finding.find_due(now=NOON)

    assert queries_of(lambda: finding.find_due(now=NOON + timedelta(hours=1))) == 1
    assert Assessment.objects.count() == 1


def test_a_program_that_fails_stops_no_other(monkeypatch, caplog):
    bad, good = pairing_in("UTC").program, pairing_in("UTC").program
    measure_of, draw = finding.measure_of, draws.draw

    def fails_for_one(work):
        def fails(program=None, **names):
            if program == bad:
                raise ValueError("words of somebody")
            return work(program=program, **names)

        return fails

    monkeypatch.setattr(finding, "measure_of", fails_for_one(measure_of))
    monkeypatch.setattr(draws, "draw", fails_for_one(draw))
    with caplog.at_level(logging.ERROR):
        finding.find_due(now=NOON)
        looking_over.look_over(now=NOON)

    assert Assessment.objects.get(pairing__program=good).week == date(2026, 3, 9)
    assert QuietReview.objects.get().pairing.program == good
    assert all("words" not in record.getMessage() for record in caplog.records)
    assert len(caplog.records) == 2


def test_once_a_day_programs_are_looked_over():
    pairing_in("UTC")

    with time_machine.travel(NOON, tick=False):
        tasks.look_over_signals()
        tasks.look_over_signals()

    assert QuietReview.objects.count() == 1
