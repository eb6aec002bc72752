import pytest
from django.db import IntegrityError, transaction

from matching.facts import services
from matching.facts.models import Fact
from tests.factories.matching import FactFactory, PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def test_a_fact_is_counted_once_however_often_it_is_noted(noon):
    pairing = PairingFactory(active=True)

    for _ in range(2):
        services.note(pairing=pairing, by=pairing.first, kind=Fact.Kind.TOPIC_RAISED, source_id=7, happened_at=noon)

    assert Fact.objects.counted().get().by == pairing.first


def test_what_was_taken_back_does_not_count(noon):
    fact, other = FactFactory(), FactFactory()

    services.withdraw(kind=fact.kind, source_id=fact.source_id, now=noon)

    assert list(Fact.objects.counted()) == [other]


def test_the_database_refuses_to_count_the_same_fact_twice():
    fact = FactFactory()

    with pytest.raises(IntegrityError, match="matching_fact_counted_once"), transaction.atomic():
        FactFactory(pairing=fact.pairing, by=fact.by, source_id=fact.source_id)


def test_facts_are_seen_by_the_two_and_by_staff():
    fact = FactFactory()
    program = fact.pairing.program

    assert list(Fact.objects.visible_to(fact.pairing.second)) == [fact]
    assert list(Fact.objects.visible_to(MembershipFactory(program=program, admin=True))) == [fact]
    assert not Fact.objects.visible_to(MembershipFactory(program=program)).exists()
