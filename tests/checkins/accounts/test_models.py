import pytest
from django.db import IntegrityError

from checkins.accounts.models import SessionAccount
from tests.factories.checkins import SessionAccountFactory

pytestmark = pytest.mark.django_db


def test_the_database_refuses_two_versions_of_one_half():
    there = SessionAccountFactory()

    with pytest.raises(IntegrityError, match="one_a_half"):
        SessionAccountFactory(session=there.session)


def test_the_database_refuses_a_version_that_lasts_longer_than_people_meet():
    with pytest.raises(IntegrityError, match="lasts_5_to_480_minutes"):
        SessionAccountFactory(minutes=481)


def test_the_database_refuses_an_agreement_to_nothing(noon):
    with pytest.raises(IntegrityError, match="something_is_agreed"):
        SessionAccountFactory(agreed_at=noon)


def test_what_one_half_remembers_is_the_pairs_own():
    account = SessionAccountFactory()
    pairing = account.session.pairing

    assert account in SessionAccount.objects.visible_to(pairing.second)
    assert not SessionAccount.objects.visible_to(pairing.coordinator).exists()
