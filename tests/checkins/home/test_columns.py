from datetime import timedelta

import pytest

from checkins.home import columns
from tests.checkins.pages import people_around
from tests.factories.checkins import CheckInFactory, SessionFactory

pytestmark = pytest.mark.django_db


def test_the_list_of_pairings_says_when_they_last_met_and_who_has_answered(noon):
    around = people_around()
    SessionFactory(pairing=around.pairing, starts_at=noon - timedelta(days=9))
    SessionFactory(pairing=around.pairing, starts_at=noon - timedelta(days=2))
    CheckInFactory(pairing=around.pairing, answered=True)
    CheckInFactory(pairing=around.pairing, membership=around.other_half)

    met = columns.last_met([around.pairing], around.coordinator, noon)
    answered = columns.answered([around.pairing], around.coordinator, noon)

    assert met == {around.pairing.pk: noon - timedelta(days=2)}
    assert answered == {around.pairing.pk: "1 of 2 answered"}


def test_the_newest_round_counts_without_what_was_taken_back(noon):
    around = people_around()
    CheckInFactory(pairing=around.pairing, closed=True, answered=True)
    CheckInFactory(pairing=around.pairing)
    CheckInFactory(pairing=around.pairing, membership=around.other_half, called_off_at=noon)

    assert columns.answered([around.pairing], around.coordinator, noon) == {around.pairing.pk: "0 of 1 answered"}


def test_of_a_pairing_of_ones_own_nothing_is_said(noon):
    around = people_around()
    around.half.is_coordinator = True
    around.half.save()
    CheckInFactory(pairing=around.pairing, membership=around.other_half, answered=True)

    assert columns.answered([around.pairing], around.half, noon) == {}


def test_many_cost_as_much_as_one(queries_of, noon):
    around = people_around()
    many = [around.pairing, *(CheckInFactory(pairing__program=around.pairing.program).pairing for _number in range(5))]

    for column in (columns.last_met, columns.answered):
        assert queries_of(lambda column=column: column(many, around.coordinator, noon)) == 1
