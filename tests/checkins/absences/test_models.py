import pytest
from django.db import IntegrityError

from checkins.absences.models import Absence
from tests.factories.checkins import AbsenceFactory

pytestmark = pytest.mark.django_db


def test_the_database_refuses_two_accounts_of_one_half():
    there = AbsenceFactory()

    with pytest.raises(IntegrityError, match="absence_one_a_half"):
        AbsenceFactory(session=there.session)


def test_how_it_came_is_the_pairs_own():
    absence = AbsenceFactory()
    pairing = absence.session.pairing

    assert absence in Absence.objects.visible_to(pairing.second)
    assert not Absence.objects.visible_to(pairing.coordinator).exists()
