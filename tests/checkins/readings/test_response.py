from datetime import timedelta

import pytest

from checkins.readings import response
from checkins.readings.response import Numbers
from programs.memberships.models import Program
from tests.factories.checkins import AnswerFactory, CheckInFactory, question_of
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

HIDDEN = Numbers(is_hidden=True)
TODAY = {"due_on": NOON.date()}


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True, program=ProgramFactory())


def pairs(staff, number, **what):
    """Active pairings whose second half is the mentor, looked after by somebody else unless told otherwise."""
    return PairingFactory.create_batch(number, active=True, program=staff.program, **what)


def asked(pairings, half="second", **how):
    return [CheckInFactory(pairing=pairing, membership=getattr(pairing, half), **{**TODAY, **how}) for pairing in pairings]


def now_of(coordinator, key="all", **how):
    """The numbers of the last time, of one line."""
    told = response.over_time(coordinator, NOON, **how)
    return next(line for line in told.lines if line.key == key).times[-1].numbers


def test_how_check_ins_stand_is_counted_for_the_whole_program(coordinator):
    open_one, missed, withheld, said, called_off = pairs(coordinator, 5)
    asked([open_one])
    asked([missed], closes_at=NOON - timedelta(hours=1))
    asked([withheld], answered=True)
    (answered,) = asked([said], answered=True)
    AnswerFactory(check_in=answered, question=question_of(answered.plan))
    asked([called_off], called_off_at=NOON)
    asked([called_off], half="first")

    assert now_of(coordinator) == Numbers(asked=5, answered=1, withheld=1, missed=1, not_yet=2)


def test_only_the_regular_ones_that_have_opened_count(coordinator):
    some = pairs(coordinator, 6)
    asked(some, opens_at=NOON + timedelta(hours=1))
    asked(some, half="first", of_meeting=True)

    assert now_of(coordinator) == Numbers()


def test_each_side_is_told_apart_by_who_is_the_mentor(coordinator):
    asked(pairs(coordinator, 5), answered=True)
    asked(pairs(coordinator, 5, mentor="first"), answered=True)
    asked(pairs(coordinator, 5, reciprocal=True))

    assert now_of(coordinator, "mentor").withheld == 5
    assert now_of(coordinator, "mentee").withheld == 5
    assert now_of(coordinator, "both").not_yet == 5
    assert now_of(coordinator).asked == 15


def test_of_fewer_than_five_people_nothing_is_shown(coordinator):
    asked(pairs(coordinator, 4))

    assert now_of(coordinator) == HIDDEN


def test_four_people_in_many_pairings_are_four(coordinator):
    mentor = MembershipFactory(program=coordinator.program)
    asked(pairs(coordinator, 6, second=mentor))

    assert now_of(coordinator) == HIDDEN


def test_where_one_side_is_small_no_side_is_shown_beside_the_whole(coordinator):
    asked(pairs(coordinator, 6))
    asked(pairs(coordinator, 2), half="first")

    assert now_of(coordinator).asked == 8
    assert now_of(coordinator, "mentor") == HIDDEN
    assert now_of(coordinator, "mentee") == HIDDEN


def test_ones_own_caseload_can_be_counted_alone(coordinator):
    asked(pairs(coordinator, 5, coordinator=coordinator))
    asked(pairs(coordinator, 5))

    assert now_of(coordinator, is_mine=True).asked == 5
    assert now_of(coordinator).asked == 10


@pytest.mark.parametrize(("is_mine", "heading"), [(True, "Both sides of those you look after"), (False, "The whole program")])
def test_a_heading_says_whom_it_counts(is_mine, heading, coordinator):
    assert response.over_time(coordinator, NOON, is_mine=is_mine).whole.heading == heading


def test_a_caseload_is_not_shown_where_the_rest_would_be_a_few(coordinator):
    asked(pairs(coordinator, 5, coordinator=coordinator))
    asked(pairs(coordinator, 2))

    assert now_of(coordinator, is_mine=True) == HIDDEN


def test_a_pairing_of_ones_own_is_not_counted(coordinator):
    asked(pairs(coordinator, 5))
    asked(pairs(coordinator, 1, first=coordinator))

    assert now_of(coordinator).asked == 5


def test_another_program_is_not_counted(coordinator):
    asked(pairs(MembershipFactory(coordinator=True), 5))

    assert now_of(coordinator) == Numbers()


def test_who_may_not_read_an_answer_does_not_learn_that_it_says_nothing(coordinator):
    asked(pairs(coordinator, 5), answered=True, read_by=Program.AnswersReadBy.ADMINS)

    assert now_of(coordinator) == Numbers(asked=5, answered=5)
    assert now_of(MembershipFactory(admin=True, program=coordinator.program)) == Numbers(asked=5, withheld=5)


@pytest.mark.parametrize(
    ("every", "days", "place"),
    # NOON is a Monday; a round is two weeks, and the last one ends with the week of today. March has begun 15 days ago.
    [("round", 7, -1), ("round", 8, -2), ("round", 7 + 14 * 7, -8), ("month", 15, -1), ("month", 16, -2), ("month", 15 + 28 + 31, -3)],
)
def test_it_counts_in_rounds_and_in_months(every, days, place, coordinator):
    asked(pairs(coordinator, 5), due_on=NOON.date() - timedelta(days=days))

    times = response.over_time(coordinator, NOON, every=every).whole.times

    assert [time.numbers.asked for time in times] == [5 if at == response.PERIODS + place else 0 for at in range(response.PERIODS)]


def test_the_finding_compares_what_is_over_with_how_it_was_at_first(coordinator):
    some = pairs(coordinator, 5)
    asked(some, due_on=NOON.date() - timedelta(days=56), answered=True)
    asked(some[:4], due_on=NOON.date() - timedelta(days=28), answered=True)
    asked(some[4:], due_on=NOON.date() - timedelta(days=28), closes_at=NOON - timedelta(days=18), opens_at=NOON - timedelta(days=28))
    before = response.over_time(coordinator, NOON).whole.finding

    asked(some)

    assert before == "80 of 100 check-ins were answered lately; at first it was 100"
    assert response.over_time(coordinator, NOON).whole.finding == before


def test_what_is_longer_ago_is_left_out(coordinator):
    asked(pairs(coordinator, 5), due_on=NOON.date() - timedelta(days=8 + 14 * 7))

    assert response.over_time(coordinator, NOON).whole.is_empty


def test_sides_are_drawn_only_where_there_are_several(coordinator):
    asked(pairs(coordinator, 5, reciprocal=True))
    assert response.over_time(coordinator, NOON).sides == []

    asked(pairs(coordinator, 5))
    assert [line.key for line in response.over_time(coordinator, NOON).sides] == ["mentor", "both"]
