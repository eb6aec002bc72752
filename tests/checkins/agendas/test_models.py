import pytest
from django.db import IntegrityError

from checkins.agendas.models import AgendaItem
from tests.factories.checkins import AgendaItemFactory
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
