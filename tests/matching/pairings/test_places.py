from datetime import timedelta

import pytest

from matching.pairings import places
from programs.memberships.models import Membership
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProfileFactory, ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_places(noon):
    def read(person):
        return places.with_places(Membership.objects.filter(pk=person.pk), on=noon.date()).get()

    return read


def test_places_are_what_was_said_less_what_is_taken(with_places):
    person = ProfileFactory(both=True, offers_capacity=3, seeks_capacity=2).membership
    program = person.program
    PairingFactory(program=program, second=person, active=True)
    PairingFactory(program=program, second=person)
    PairingFactory(program=program, first=person, reciprocal=True, paused=True)
    PairingFactory(program=program, first=person, closed=True)

    counted = with_places(person)

    assert (counted.free_as_mentor, counted.free_as_mentee, counted.open_pairings) == (0, 1, 3)


def test_there_are_never_fewer_than_no_places(with_places):
    person = ProfileFactory(mentor=True, offers_capacity=1).membership
    PairingFactory.create_batch(2, program=person.program, second=person, active=True)

    assert with_places(person).free_as_mentor == 0


def test_who_has_no_profile_has_no_place(with_places):
    counted = with_places(MembershipFactory())

    assert (counted.free_as_mentor, counted.free_as_mentee, counted.rests) == (0, 0, False)


def test_somebody_waits_since_they_joined_or_since_their_last_pairing_ended(with_places, noon):
    person = ProfileFactory(membership__joined_at=noon - timedelta(days=90)).membership
    assert with_places(person).waiting_since == noon - timedelta(days=90)

    PairingFactory(program=person.program, first=person, closed=True, ended_at=noon - timedelta(days=9))
    PairingFactory(program=person.program, first=person, declined=True, ended_at=noon)

    assert with_places(person).waiting_since == noon - timedelta(days=9)


def test_who_fits_has_the_place_on_the_other_side(with_places, noon):
    program = ProgramFactory()
    mentor, mentee, both, taken = (
        ProfileFactory(membership__program=program, **what).membership
        for what in ({"mentor": True}, {}, {"both": True}, {"seeks_mentoring": True})
    )
    PairingFactory(program=program, first=taken, active=True)
    everybody = places.with_places(Membership.objects.filter(program=program), on=noon.date())

    assert set(places.fitting(everybody, with_places(mentor))) == {mentee, both}
    assert set(places.fitting(everybody, with_places(mentee))) == {mentor, both}
    assert set(places.fitting(everybody, with_places(taken))) == set()


def test_two_who_have_each_other_already_do_not_fit(with_places, noon):
    mentor = ProfileFactory(mentor=True, offers_capacity=2).membership
    mentee = ProfileFactory(membership__program=mentor.program, seeks_capacity=2).membership
    PairingFactory(program=mentor.program, first=mentee, second=mentor)
    everybody = places.with_places(Membership.objects.filter(program=mentor.program), on=noon.date())

    assert not places.fitting(everybody, with_places(mentor)).exists()


def test_who_waits_has_room_and_no_open_pairing(noon):
    program = ProgramFactory()
    people = [
        ProfileFactory(membership__program=program, **what).membership
        for said in (
            {},
            {"mentor": True},
            {"both": True},
            {"seeks_mentoring": False},
            {"seeks_capacity": 0},
            {"mentor": True, "offers_capacity": 0},
        )
        for what in (said, said | {"paused_until": noon.date()}, said | {"paused_until": noon.date() + timedelta(days=1)})
    ]
    people += [MembershipFactory(program=program), ProfileFactory(membership__program=program, both=True, offers_capacity=5).membership]
    PairingFactory(program=program, first=people[-1], second=people[0], closed=True)
    PairingFactory(program=program, first=people[-1], second=people[3], active=True)
    everybody = Membership.objects.filter(program=program)
    counted = places.with_room(places.with_places(everybody, on=noon.date())).filter(open_pairings=0)

    waiting = set(places.waiting(everybody, on=noon.date()))

    assert waiting == set(counted)
    assert people[0] in waiting
