from datetime import time, timedelta

import pytest

from checkins.plans import services
from checkins.plans.models import CheckInPlan, Question
from mentoring.kernel.errors import Refused
from programs.setup.services import create_program
from tests.factories.checkins import CheckInPlanFactory, QuestionFactory
from tests.factories.programs import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return CheckInPlanFactory()


@pytest.fixture
def coordinator(plan):
    return MembershipFactory(coordinator=True, program=plan.program)


def test_a_new_program_checks_in_every_two_weeks_with_the_questions_of_signals(noon):
    from programs.setup.templates import TEMPLATES

    program = create_program(
        by=UserFactory(may_create_programs=True), template=next(iter(TEMPLATES)), name="New", time_zone="UTC", now=noon
    )

    plan = program.check_in_plan
    assert (plan.every_weeks, plan.at_time, plan.open_days) == (2, time(9), 10)
    assert [question.construct for question in plan.questions.in_use()] == [
        "voice",
        "respect",
        "comfort",
        "boundaries",
        "going_on",
        "words",
    ]
    for question in plan.questions.exclude(kind=Question.Kind.TEXT):
        values = [value for value, _label in question.choices]
        assert values == sorted(values, reverse=True)
        assert set(values) <= {1, 2, 3, 4, 5}
        assert {5, 1} <= set(values)


def test_another_rhythm_counts_from_now(plan, coordinator, noon):
    services.change(plan=plan, by=coordinator, every_weeks=4, at_time=time(8), open_days=7, now=noon)

    plan.refresh_from_db()
    assert (plan.every_weeks, plan.at_time, plan.open_days, plan.in_force_since) == (4, time(8), 7, noon)


def test_another_time_of_day_leaves_the_rhythm_as_it_was(plan, coordinator, noon):
    since = plan.in_force_since

    services.change(plan=plan, by=coordinator, every_weeks=plan.every_weeks, at_time=time(7), open_days=plan.open_days, now=noon)

    plan.refresh_from_db()
    assert (plan.at_time, plan.in_force_since) == (time(7), since)


@pytest.mark.parametrize(("every_weeks", "open_days"), [(0, 10), (14, 10), (2, 0), (2, 61)])
def test_a_plan_stays_within_bounds(every_weeks, open_days, plan, coordinator, noon):
    with pytest.raises(Refused, match="from 1 to"):
        services.change(plan=plan, by=coordinator, every_weeks=every_weeks, at_time=time(9), open_days=open_days, now=noon)


def test_only_those_who_run_the_program_change_it(plan, noon):
    question = QuestionFactory(plan=plan)

    for other in [MembershipFactory(program=plan.program), MembershipFactory(coordinator=True)]:
        with pytest.raises(Refused):
            services.change(plan=plan, by=other, every_weeks=1, at_time=time(9), open_days=10, now=noon)
        with pytest.raises(Refused):
            services.reword(question=question, by=other, text="Other words?", labels={}, now=noon)

    assert CheckInPlan.objects.get().every_weeks == 2


def test_other_words_are_a_new_question_that_names_the_old(plan, coordinator, noon):
    old = QuestionFactory(plan=plan)

    new = services.reword(question=old, by=coordinator, text="Are you well with {name}?", labels={5: "Very", 1: "No"}, now=noon)

    old.refresh_from_db()
    assert (old.text, old.retired_at) == ("How much at ease do you feel with {name}?", noon)
    assert (new.replaces, new.text, new.construct, new.position, new.asked_since) == (
        old,
        "Are you well with {name}?",
        old.construct,
        old.position,
        noon,
    )
    assert new.choices == [[5, "Very"], [4, "Mostly"], [3, "It depends"], [2, "Often uneasy"], [1, "No"]]
    assert list(plan.questions.in_use()) == [new]


def test_the_same_words_make_no_new_question(plan, coordinator, noon):
    question = QuestionFactory(plan=plan)

    same = services.reword(question=question, by=coordinator, text=question.text, labels={}, now=noon)

    assert same == question
    assert same.retired_at is None


def test_of_two_who_change_a_question_at_once_the_second_is_told(plan, coordinator, noon):
    question = QuestionFactory(plan=plan)
    services.reword(question=question, by=coordinator, text="One", labels={}, now=noon)

    with pytest.raises(Refused, match="changed in the meantime"):
        services.reword(question=question, by=coordinator, text="Two", labels={}, now=noon + timedelta(minutes=1))


@pytest.mark.parametrize(("text", "labels"), [("  ", {}), ("Well?", {3: " "})])
def test_a_question_and_its_answers_need_words(text, labels, plan, coordinator, noon):
    with pytest.raises(Refused, match="need words"):
        services.reword(question=QuestionFactory(plan=plan), by=coordinator, text=text, labels=labels, now=noon)
