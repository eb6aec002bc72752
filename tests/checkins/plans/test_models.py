from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from checkins.plans.models import CheckInPlan, Question, zone_of
from mentoring.kernel import times
from programs.memberships.models import Program
from programs.people.models import User
from tests.factories.checkins import CheckInPlanFactory, QuestionFactory

ZONES = sorted(name for _region, places in times.zones() for name, _place in places)


def test_it_opens_at_nine_wherever_somebody_lives():
    plan = CheckInPlan(at_time=time(9))

    assert plan.opens_at(date(2026, 3, 16), "Asia/Tokyo") == datetime(2026, 3, 16, 0, tzinfo=UTC)
    assert plan.opens_at(date(2026, 3, 16), "Europe/London") == datetime(2026, 3, 16, 9, tzinfo=UTC)


def test_a_change_of_clocks_leaves_it_at_nine():
    plan = CheckInPlan(at_time=time(9))

    assert plan.opens_at(date(2026, 3, 28), "Europe/London") == datetime(2026, 3, 28, 9, tzinfo=UTC)
    assert plan.opens_at(date(2026, 3, 29), "Europe/London") == datetime(2026, 3, 29, 8, tzinfo=UTC)


def test_it_closes_when_the_last_open_day_ends():
    plan = CheckInPlan(open_days=10)

    closes_at = plan.closes_at(date(2026, 11, 9), "Europe/London", next_day=date(2026, 11, 23))

    assert closes_at == plan.closes_at(date(2026, 11, 9), "Europe/London") == datetime(2026, 11, 20, tzinfo=UTC)


def test_it_closes_when_the_next_one_opens_if_that_comes_first():
    plan = CheckInPlan(open_days=10, at_time=time(9))

    closes_at = plan.closes_at(date(2026, 11, 9), "Europe/London", next_day=date(2026, 11, 16))

    assert closes_at == datetime(2026, 11, 16, 9, tzinfo=UTC)


@given(
    due_on=st.dates(min_value=date(2024, 1, 1), max_value=date(2028, 1, 1)),
    zone=st.sampled_from(ZONES),
    days=st.integers(7, 91),
    open_days=st.integers(1, 60),
    at_time=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
)
def test_in_every_zone_each_opens_on_its_own_day_and_closes_before_the_next(due_on, zone, days, open_days, at_time):
    plan = CheckInPlan(open_days=open_days, at_time=at_time)
    next_day = due_on + timedelta(days=days)

    opens_at, closes_at = plan.opens_at(due_on, zone), plan.closes_at(due_on, zone, next_day=next_day)

    # Where clocks go forward over that time, it opens by as much later by the clock, and on no other day.
    shown = opens_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert shown.date() == due_on
    assert timedelta(0) <= shown - datetime.combine(due_on, at_time) <= timedelta(hours=1)
    assert opens_at < closes_at <= plan.opens_at(next_day, zone)
    assert closes_at - opens_at <= timedelta(days=open_days + 2)


def test_a_zone_that_no_longer_exists_gives_way_to_the_programs():
    london, nowhere = Program(time_zone="Europe/London"), Program(time_zone="Mars/Olympus")

    assert zone_of(User(time_zone="Asia/Tokyo"), london) == "Asia/Tokyo"
    assert zone_of(User(time_zone="Mars/Olympus"), london) == "Europe/London"
    assert zone_of(User(time_zone="../../etc/passwd"), nowhere) == zone_of(nowhere) == "UTC"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("rule", "every second week", "has_a_rule"),
        ("open_days", 0, "open_1_to_60"),
        ("open_days", 61, "open_1_to_60"),
        ("long_every_days", 27, "long_every_28_to_730"),
        ("long_every_days", 731, "long_every_28_to_730"),
    ],
)
def test_the_database_refuses_a_plan_out_of_bounds(field, value, rule):
    with pytest.raises(IntegrityError, match=rule):
        CheckInPlanFactory(**{field: value})


@pytest.mark.django_db
def test_the_database_refuses_to_ask_the_same_twice():
    question = QuestionFactory()

    with pytest.raises(IntegrityError, match="asked_once_a_construct"):
        QuestionFactory(plan=question.plan)


@pytest.mark.django_db
@pytest.mark.parametrize("own", ["in_turn", "own_words"])
def test_of_its_own_questions_a_program_asks_as_many_as_it_likes(own):
    question = QuestionFactory(**{own: True})

    assert QuestionFactory(plan=question.plan, **{own: True}).pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"asked_in": "in_turn"}, "measured_is_always_asked"),
        ({"voice": True, "kind": "text", "choices": []}, "measured_is_always_asked"),
        ({"in_turn": True, "choices": []}, "has_answers_to_choose_from"),
        ({"own_words": True, "choices": [[5, "Yes"]]}, "has_answers_to_choose_from"),
    ],
)
def test_the_database_refuses_a_question_that_cannot_be_asked(changes, rule):
    with pytest.raises(IntegrityError, match=rule):
        QuestionFactory(**changes)


def test_a_question_is_asked_until_the_moment_in_which_another_takes_its_place(noon):
    old, new = QuestionFactory.build(plan=None, retired_at=noon), QuestionFactory.build(plan=None, asked_since=noon)

    assert [old.is_asked_at(noon - timedelta(seconds=1)), new.is_asked_at(noon - timedelta(seconds=1))] == [True, False]
    assert [old.is_asked_at(noon), new.is_asked_at(noon)] == [False, True]


def test_a_question_names_the_other_half():
    assert Question(text="At ease with {name}?").asked_about("Jonas {x}") == "At ease with Jonas {x}?"
