from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from matching.endings.models import EndingReason
from matching.pairings.models import PartnerWish
from tests.factories.matching import EndingReasonFactory, PairingFactory, PartnerWishFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@contextmanager
def refused_by(constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield


def test_the_database_refuses_a_second_reason_of_one_half():
    reason = EndingReasonFactory()

    with refused_by("matching_endingreason_one_a_half"):
        EndingReasonFactory(pairing=reason.pairing)


def test_the_database_refuses_a_reason_that_says_nothing():
    with refused_by("matching_endingreason_says_something"):
        EndingReasonFactory(choice=None, words=None)


def test_a_reason_is_unreadable_at_rest():
    reason = EndingReasonFactory(choice="limits", words="Lighthouse")

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(matching_endingreason)::text FROM matching_endingreason")
        row = cursor.fetchone()[0]
    assert "limits" not in row
    assert "Lighthouse" not in row
    assert EndingReason.objects.get(pk=reason.pk).label == "My limits were not kept"


@pytest.mark.parametrize("factory", [EndingReasonFactory, PartnerWishFactory])
def test_who_said_it_and_staff_read_it_and_never_the_other_half_whatever_roles_they_have(factory):
    pairing = PairingFactory(closed=True, second__is_coordinator=True, second__is_admin=True)
    told = factory(pairing=pairing)
    readers = type(told).objects

    assert list(readers.visible_to(pairing.first)) == list(readers.visible_to(pairing.proposed_by)) == [told]
    assert not readers.visible_to(pairing.second).exists()
    assert not readers.visible_to(MembershipFactory(coordinator=True)).exists()
    assert not readers.visible_to(MembershipFactory(program=pairing.program)).exists()


def test_somebody_wishes_once():
    wish = PartnerWishFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerWishFactory(membership=wish.membership, pairing=wish.pairing)
    assert PartnerWish.objects.count() == 1
