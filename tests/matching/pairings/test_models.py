from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from matching.pairings.models import Pairing
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db
State = Pairing.State


@contextmanager
def refused_by(constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield


def test_the_database_refuses_a_pairing_with_oneself():
    person = MembershipFactory()

    with refused_by("matching_pairing_is_of_two_people"):
        PairingFactory(program=person.program, first=person, second=person)


@pytest.mark.parametrize("state", ["proposed", "accepted", "active", "paused"])
def test_the_database_refuses_a_second_open_pairing_of_the_same_two(state):
    pairing = PairingFactory(**{state: True})

    with refused_by("matching_pairing_one_open_of_the_same_two"):
        PairingFactory(program=pairing.program, first=pairing.second, second=pairing.first)


@pytest.mark.parametrize("state", ["closed", "declined"])
def test_the_same_two_may_begin_again_when_it_has_ended(state):
    pairing = PairingFactory(**{state: True})

    assert PairingFactory(program=pairing.program, first=pairing.second, second=pairing.first)


@pytest.mark.parametrize("missing", ["first_accepted_at", "second_accepted_at"])
@pytest.mark.parametrize("state", ["accepted", "active", "paused"])
def test_the_database_refuses_a_start_without_both_yeses(state, missing):
    with refused_by("matching_pairing_starts_when_both_accepted"):
        PairingFactory(**{state: True, missing: None})


def test_the_database_refuses_an_active_pairing_that_never_began():
    with refused_by("matching_pairing_active_since"):
        PairingFactory(active=True, activated_at=None)


def test_the_database_refuses_to_close_what_never_began():
    with refused_by("matching_pairing_closed_had_begun"):
        PairingFactory(closed=True, activated_at=None)


def test_the_database_refuses_that_what_began_was_declined(noon):
    with refused_by("matching_pairing_declined_never_began"):
        PairingFactory(declined=True, activated_at=noon)


def test_the_database_refuses_an_end_without_a_time_and_a_time_without_an_end(noon):
    with refused_by("matching_pairing_has_ended_at_when_it_ended"):
        PairingFactory(closed=True, ended_at=None)
    with refused_by("matching_pairing_has_ended_at_when_it_ended"):
        PairingFactory(active=True, ended_at=noon)


def test_the_database_refuses_to_keep_who_said_yes_to_what_did_not_start(noon):
    with refused_by("matching_pairing_declined_keeps_no_answers"):
        PairingFactory(declined=True, first_accepted_at=noon)


@pytest.mark.parametrize("lapses_at", [None, NOON - timedelta(days=42)])
def test_the_database_refuses_an_introduction_that_is_open_for_no_time(lapses_at):
    with refused_by("matching_pairing_proposed_is_open_for_a_time"):
        PairingFactory(lapses_at=lapses_at)


def test_a_half_sees_its_own_pairings_and_staff_see_all_of_their_program():
    pairing = PairingFactory()
    program = pairing.program
    PairingFactory()

    assert list(Pairing.objects.visible_to(pairing.first)) == [pairing]
    assert list(Pairing.objects.visible_to(MembershipFactory(program=program, admin=True))) == [pairing]
    assert not Pairing.objects.visible_to(MembershipFactory(program=program)).exists()
    assert not Pairing.objects.visible_to(MembershipFactory(coordinator=True)).exists()


def test_the_pairs_own_door_is_closed_to_staff():
    pairing = PairingFactory()

    assert not Pairing.objects.of(pairing.proposed_by).exists()
    assert not Pairing.objects.visible_to(pairing.proposed_by).not_of(pairing.first).exists()


def test_a_list_says_since_when_a_pairing_is_what_it_is(noon):
    program = ProgramFactory()
    PairingFactory(program=program, proposed_at=noon)
    PairingFactory(program=program, active=True, activated_at=noon + timedelta(days=1))
    PairingFactory(program=program, closed=True, ended_at=noon + timedelta(days=2))

    assert sorted(pairing.since for pairing in Pairing.objects.for_list()) == [noon + timedelta(days=day) for day in range(3)]


@pytest.mark.parametrize(("words", "found"), [("maya", 1), ("maya jonas", 1), ("jonas maya", 1), ("maya bo", 0), ("", 1)])
def test_a_pairing_is_found_by_parts_of_both_names(words, found):
    PairingFactory(first__user__name="Maya Silva", second__user__called="Jonas")

    assert Pairing.objects.of_people_called_like(words).count() == found


def test_each_half_is_the_other_ones_other_half():
    pairing = PairingFactory()

    assert pairing.other_half(pairing.first) == pairing.second
    assert pairing.other_half(pairing.second) == pairing.first
    assert pairing.mentor_membership == pairing.second
    assert pairing.half_with(pairing.first.user_id) == pairing.first
    assert pairing.half_with(pairing.proposed_by.user_id) is None
