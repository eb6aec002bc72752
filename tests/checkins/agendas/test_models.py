import pytest
from django.db import IntegrityError

from checkins.agendas.models import AgendaItem, NothingThisTime
from tests.factories.checkins import AgendaItemFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def test_the_database_refuses_a_topic_that_was_both_talked_about_and_taken_back(noon):
    with pytest.raises(IntegrityError, match="talked_about_or_taken_back"):
        AgendaItemFactory(discussed_at=noon, withdrawn_at=noon)


def test_the_database_refuses_a_topic_without_words():
    with pytest.raises(IntegrityError, match="says_something"):
        AgendaItemFactory(text="")


def test_the_words_are_read_by_the_two_alone():
    item = AgendaItemFactory()
    program = item.pairing.program
    readers = {item.pairing.first, item.pairing.second}
    others = {item.pairing.coordinator, MembershipFactory(admin=True, program=program), MembershipFactory(program=program)}

    assert all(item in AgendaItem.objects.visible_to(reader) for reader in readers)
    assert not any(AgendaItem.objects.visible_to(other).exists() for other in others)


def test_the_database_refuses_two_topics_in_one_place():
    item = AgendaItemFactory()

    with pytest.raises(IntegrityError, match="has_a_place_of_its_own"):
        AgendaItemFactory(pairing=item.pairing, position=item.position)


def test_the_database_refuses_one_suggestion_twice_on_an_agenda():
    item = AgendaItemFactory(suggestion="first-hopes")

    with pytest.raises(IntegrityError, match="one_open_of_a_suggestion"):
        AgendaItemFactory(pairing=item.pairing, suggestion="first-hopes")


def test_a_suggestion_that_was_talked_about_may_come_back():
    item = AgendaItemFactory(suggestion="middle-since", discussed=True)

    assert AgendaItemFactory(pairing=item.pairing, suggestion="middle-since").pk


def test_that_there_is_nothing_this_time_is_said_once_a_half(noon):
    pairing = PairingFactory(active=True)
    NothingThisTime.objects.create(pairing=pairing, membership=pairing.first, said_at=noon)

    with pytest.raises(IntegrityError, match="said_once"):
        NothingThisTime.objects.create(pairing=pairing, membership=pairing.first, said_at=noon)


def test_that_there_is_nothing_this_time_is_read_by_the_two_alone(noon):
    pairing = PairingFactory(active=True)
    said = NothingThisTime.objects.create(pairing=pairing, membership=pairing.first, said_at=noon)

    assert said in NothingThisTime.objects.visible_to(pairing.second)
    assert not NothingThisTime.objects.visible_to(pairing.coordinator).exists()


def test_the_database_refuses_that_somebody_says_an_open_topic_was_talked_about():
    item = AgendaItemFactory()

    with pytest.raises(IntegrityError, match="said_when_talked_about"):
        AgendaItem.objects.update(discussed_said_by=item.author)
