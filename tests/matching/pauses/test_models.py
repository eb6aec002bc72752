from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from matching.pauses.models import Pause
from tests.factories.matching import PairingFactory, PauseFactory

pytestmark = pytest.mark.django_db


@contextmanager
def refused_by(constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield


def test_the_database_refuses_a_second_pause_while_one_lasts():
    rest = PauseFactory()

    with refused_by("matching_pause_one_lasting_a_pairing"):
        PauseFactory(pairing=rest.pairing)


def test_a_pairing_may_rest_again():
    rest = PauseFactory(gone_on=True)

    assert PauseFactory(pairing=rest.pairing)


def test_the_database_refuses_a_pause_that_ended_before_it_began(noon):
    with refused_by("matching_pause_ends_after_it_began"):
        PauseFactory(gone_on_at=noon - timedelta(days=1))


def test_periods_are_facts_for_the_two_and_for_staff():
    rest = PauseFactory()

    for somebody in (*rest.pairing.halves, rest.pairing.proposed_by):
        assert list(Pause.objects.visible_to(somebody)) == [rest]
    assert not Pause.objects.visible_to(PairingFactory(program=rest.pairing.program).first).exists()
