"""Who could be put together on a day, and which two never are."""

from datetime import timedelta

import pytest

from matching.scoring.people import candidates, described, forbidden, peers
from programs.memberships.models import Membership, Program
from programs.profiles.models import ProfileQuestion
from tests.factories.matching import ExclusionFactory, PairingFactory
from tests.factories.programs import (
    CohortFactory,
    MembershipFactory,
    ProfileAnswerFactory,
    ProfileFactory,
    ProfileQuestionFactory,
    ProgramFactory,
)
from tests.times import NOON

TODAY = NOON.date()

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return ProgramFactory()


def member(program: Program, *, of: dict[str, object] | None = None, **profile: object) -> Membership:
    membership = MembershipFactory(program=program, **(of or {}))
    ProfileFactory(membership=membership, **profile)
    return membership


def keys(people: list) -> list[int]:
    return [person.membership_id for person in people]


def test_who_seeks_and_who_offers_stand_on_two_sides_in_the_order_of_their_keys(program):
    mentor, mentee, other_mentor = (
        member(program, mentor=True, offers_capacity=3),
        member(program),
        member(program, mentor=True),
    )

    mentees, mentors, either = candidates(program, on=TODAY)

    assert (keys(mentees), keys(mentors), either) == ([mentee.pk], [mentor.pk, other_mentor.pk], [])
    assert [person.places for person in mentors] == [3, 1]


def test_who_does_both_stands_on_the_side_that_is_shorter_when_their_turn_comes(program):
    seeking = [member(program) for _ in range(3)]
    both = [member(program, both=True, offers_capacity=2) for _ in range(3)]

    mentees, mentors, either = candidates(program, on=TODAY)

    assert keys(mentors) == [both[0].pk, both[1].pk]
    assert keys(mentees) == [*(one.pk for one in seeking), both[2].pk]
    assert either == [one.pk for one in both]


def test_who_does_both_stands_where_a_coordinator_says(program):
    one, other = member(program, both=True), member(program, both=True)

    mentees, mentors, _either = candidates(program, on=TODAY, side_of={one.pk: "mentor", other.pk: "mentee"})

    assert (keys(mentees), keys(mentors)) == ([other.pk], [one.pk])


def test_of_who_does_both_and_has_room_as_one_alone_that_side_counts(program):
    busy = member(program, both=True)
    PairingFactory(program=program, second=busy, active=True)

    mentees, mentors, either = candidates(program, on=TODAY)

    assert (keys(mentees), keys(mentors), either) == ([busy.pk], [], [])


@pytest.mark.parametrize(
    "nobody",
    [
        {"finished_at": None},
        {"paused_until": TODAY + timedelta(days=1)},
        {"of": {"left": True}},
        {"of": {"coordinator": True}},
        {"seeks_mentoring": False},
    ],
    ids=["unfinished", "on a break", "left", "no participant", "wishes nothing"],
)
def test_who_cannot_be_paired_is_no_candidate(program, nobody):
    member(program, **nobody)

    assert candidates(program, on=TODAY) == ([], [], [])


def test_a_cohort_is_matched_alone(program):
    cohort = CohortFactory(program=program)
    inside, _outside = member(program, of={"cohort": cohort}), member(program)

    assert keys(candidates(program, cohort=cohort, on=TODAY)[0]) == [inside.pk]


def test_nobody_of_another_program_is_a_candidate(program):
    member(ProgramFactory())

    assert candidates(program, on=TODAY) == ([], [], [])


def test_answers_come_with_the_people_where_they_can_be_compared(program):
    person = member(program)
    values = ProfileQuestionFactory(program=program, kind=ProfileQuestion.Kind.SEVERAL, choices=["A", "B"])
    ProfileAnswerFactory(profile=person.profile, question=values, value=["A"])
    ProfileAnswerFactory(profile=person.profile, question=ProfileQuestionFactory(program=program))
    retired = ProfileQuestionFactory(program=program, kind=ProfileQuestion.Kind.SEVERAL, retired_at=NOON)
    ProfileAnswerFactory(profile=person.profile, question=retired, value=["A"])

    (candidate,), _mentors, _either = candidates(program, on=TODAY)

    assert candidate.answers == {values.pk: ["A"]}
    assert (candidate.zone, candidate.name) == (person.user.time_zone, person.user.short_name)
    assert candidate.waiting_since == person.joined_at


def test_it_costs_the_same_for_two_people_and_for_twenty(program, django_assert_num_queries):
    for _ in range(10):
        member(program)
        member(program, mentor=True)

    with django_assert_num_queries(2):
        candidates(program, on=TODAY)


def test_peers_have_room_to_offer_and_to_seek(program):
    both, _seeks = member(program, both=True), member(program)

    assert keys(peers(program, on=TODAY)) == [both.pk]


def test_what_anybody_of_the_program_answered_can_be_asked_for(program):
    person = member(program, finished_at=None)
    answer = ProfileAnswerFactory(
        profile=person.profile,
        question=ProfileQuestionFactory(program=program, kind=ProfileQuestion.Kind.ONE, choices=["1", "2"]),
        value="2",
    )

    found = described(program, Membership.objects.filter(pk=person.pk))

    assert found[person.pk].answers == {answer.question_id: "2"}


# --- never these two ---


def two_sides(program):
    mentee, mentor = member(program), member(program, mentor=True)
    return mentee, mentor


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_whoever_was_excluded_is_never_proposed_in_whichever_order_they_stand(program, private, turned):
    mentee, mentor = two_sides(program)
    one, other = (mentor, mentee) if turned else (mentee, mentor)
    ExclusionFactory(program=program, one=one, other=other, private=private)

    mentees, mentors, _either = candidates(program, on=TODAY)

    assert forbidden(program, mentees, mentors) == [(0, 0)]


@pytest.mark.parametrize("state", ["declined", "closed"])
def test_who_was_put_together_before_is_not_again(program, state):
    member(program)
    mentee, mentor = two_sides(program)
    PairingFactory(program=program, first=mentor, second=mentee, **{state: True})

    mentees, mentors, _either = candidates(program, on=TODAY)

    assert forbidden(program, mentees, mentors) == [(1, 0)]


def test_who_has_an_open_pairing_and_room_for_others_is_not_given_the_same_again(program):
    mentee, mentor = member(program, seeks_capacity=2), member(program, mentor=True, offers_capacity=2)
    PairingFactory(program=program, first=mentee, second=mentor, active=True)

    mentees, mentors, _either = candidates(program, on=TODAY)

    assert forbidden(program, mentees, mentors) == [(0, 0)]


def test_exclusions_of_people_who_are_not_there_count_nothing(program):
    ExclusionFactory(program=program)
    two_sides(program)

    mentees, mentors, _either = candidates(program, on=TODAY)

    assert forbidden(program, mentees, mentors) == []
