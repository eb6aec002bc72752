from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from matching.facts.models import Fact, WeeklyCount
from tests.factories.matching import FactFactory, PairingFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


def test_the_database_refuses_to_count_the_same_fact_twice():
    fact = FactFactory()

    with pytest.raises(IntegrityError, match="matching_fact_counted_once"), transaction.atomic():
        FactFactory(pairing=fact.pairing, by=fact.by, source_id=fact.source_id)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"week": NOON.date() + timedelta(days=1)}, "week_begins_on_monday"),
        ({"side": 2}, "of_one_of_two_sides"),
        ({"number": -1}, "number"),
    ],
)
def test_the_database_refuses_a_count_that_cannot_be(wrong, rule):
    count = {"pairing": PairingFactory(active=True), "week": NOON.date(), "side": 0, "kind": Fact.Kind.TOPIC_RAISED, "number": 1}

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        WeeklyCount.objects.create(**count | wrong)


def test_the_database_keeps_one_number_a_week_side_and_kind():
    fact = FactFactory()

    with pytest.raises(IntegrityError, match="matching_weeklycount_one_number"), transaction.atomic():
        WeeklyCount.objects.create(pairing=fact.pairing, week=NOON.date(), side=0, kind=fact.kind, number=1)
