from datetime import time, timedelta

import pytest

from checkins.plans import cadence, services
from checkins.plans.models import CheckInPlan, Question
from mentoring.kernel.errors import Refused
from programs.setup.services import create_program
from programs.setup.templates import TEMPLATES
from tests.factories.checkins import CheckInFactory, CheckInPlanFactory, QuestionFactory, question_of
from tests.factories.programs import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return CheckInPlanFactory()


@pytest.fixture
def coordinator(plan):
    return MembershipFactory(coordinator=True, program=plan.program)


def change(plan, by, now, **changes):
    told = {"rule": plan.rule, "at_time": plan.at_time, "open_days": plan.open_days, **changes}
    return services.change(plan=plan, by=by, now=now, **told)


@pytest.fixture
def new_plan(noon):
    by = UserFactory(may_create_programs=True)
    return create_program(by=by, template=next(iter(TEMPLATES)), name="New", time_zone="UTC", now=noon).check_in_plan


def test_a_new_program_checks_in_every_two_weeks_and_after_meetings(new_plan):
    assert (new_plan.rule, new_plan.at_time, new_plan.open_days) == ("FREQ=WEEKLY;INTERVAL=2", time(9), 10)
    assert (new_plan.long_every_days, new_plan.asks_after_meetings) == (90, True)


def test_a_new_program_asks_about_everything_that_comes_with_evenhand(new_plan):
    asked = list(new_plan.questions.in_use())

    assert {question.construct for question in asked} == set(Question.Construct)
    always = [question.construct for question in asked if question.asked_in == Question.AskedIn.ALWAYS]
    assert always == ["voice", "respect", "comfort", "boundaries", "going_on", "words"]
    assert [question.construct for question in asked if question.asked_in == Question.AskedIn.MEETING] == ["meeting"]
    assert sum(question.asked_in == Question.AskedIn.IN_TURN for question in asked) == 10
    assert sum(question.asked_in == Question.AskedIn.END for question in asked) == 4


def test_the_answers_it_starts_with_are_from_1_to_5_where_5_is_good(new_plan):
    for question in new_plan.questions.exclude(kind=Question.Kind.TEXT):
        values = [value for value, _label in question.choices]
        assert set(values) <= {1, 2, 3, 4, 5}
        assert {5, 1} <= set(values)
        assert len(set(values)) == len(values)
        if question.construct in Question.GOOD_IN_THE_MIDDLE:
            assert values[len(values) // 2] == 5
        else:
            assert values == sorted(values, reverse=True)


def test_another_rhythm_counts_from_now(plan, coordinator, noon):
    change(
        plan, coordinator, noon, rule="freq=weekly; interval=4", at_time=time(8), open_days=7, long_every_days=60, asks_after_meetings=False
    )

    plan.refresh_from_db()
    assert (plan.rule, plan.at_time, plan.open_days, plan.in_force_since) == ("FREQ=WEEKLY;INTERVAL=4", time(8), 7, noon)
    assert (plan.long_every_days, plan.asks_after_meetings) == (60, False)


def test_another_time_of_day_leaves_the_rhythm_as_it_was(plan, coordinator, noon):
    since = plan.in_force_since

    change(plan, coordinator, noon, at_time=time(7))

    plan.refresh_from_db()
    assert (plan.at_time, plan.in_force_since) == (time(7), since)


@pytest.mark.parametrize("changes", [{"open_days": 0}, {"open_days": 61}, {"long_every_days": 27}, {"long_every_days": 731}])
def test_a_plan_stays_within_bounds(changes, plan, coordinator, noon):
    with pytest.raises(Refused, match=r"from (1|28) to (60|730)"):
        change(plan, coordinator, noon, **changes)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("every week", "“EVERYWEEK” cannot stand in this rule"),
        ("FREQ=MINUTELY", "Begin with FREQ=DAILY"),
        ("FREQ=DAILY", "less than seven days apart"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=1MO", "would never be asked"),
        ("FREQ=WEEKLY;UNTIL=20200101", "would never be asked"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL is a whole number"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_what_to_do(rule, words, plan, coordinator, noon):
    with pytest.raises(Refused, match=words):
        change(plan, coordinator, noon, rule=rule)

    assert CheckInPlan.objects.get().rule == "FREQ=WEEKLY;INTERVAL=2"


def test_every_problem_of_a_rule_has_its_words():
    assert set(services.PROBLEMS) == set(cadence.Problem)


def test_only_those_who_run_the_program_change_it(plan, noon):
    question, old = QuestionFactory(plan=plan, in_turn=True), QuestionFactory(plan=plan, in_turn=True, retired=True)

    for other in [MembershipFactory(program=plan.program), MembershipFactory(coordinator=True)]:
        for act in [
            lambda by=other: change(plan, by, noon, rule="FREQ=WEEKLY"),
            lambda by=other: services.reword(question=question, by=by, text="Other words?", labels={}, now=noon),
            lambda by=other: services.add(plan=plan, by=by, text="New?", answers=[], asked_in="always", now=noon),
            lambda by=other: services.retire(question=question, by=by, now=noon),
            lambda by=other: services.put_back(question=old, by=by, now=noon),
            lambda by=other: services.move(question=question, by=by, up=True, now=noon),
        ]:
            with pytest.raises(Refused, match="Coordinators and admins"):
                act()

    assert CheckInPlan.objects.get().rule == "FREQ=WEEKLY;INTERVAL=2"
    assert set(Question.objects.all()) == {question, old}


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


def test_when_a_question_is_asked_is_changed_like_its_words(plan, coordinator, noon):
    old = QuestionFactory(plan=plan, in_turn=True)

    new = services.reword(question=old, by=coordinator, text=old.text, labels={}, asked_in="long", now=noon)

    assert (new.asked_in, new.replaces, new.text) == ("long", old, old.text)


def test_what_is_measured_stays_in_every_check_in(plan, coordinator, noon):
    question = question_of(plan)

    with pytest.raises(Refused, match="stays in every check-in"):
        services.reword(question=question, by=coordinator, text="Well?", labels={}, asked_in="long", now=noon)
    with pytest.raises(Refused, match="This question stays"):
        services.retire(question=question, by=coordinator, now=noon)


# --- adding, taking out, putting back ---


def test_a_program_asks_questions_of_its_own(plan, coordinator, noon):
    question_of(plan)

    new = services.add(
        plan=plan, by=coordinator, text=" How is  the room? ", answers=["Good", "So so", "Bad"], asked_in="in_turn", now=noon
    )
    words = services.add(plan=plan, by=coordinator, text="Anything about the room?", answers=[], asked_in="long", now=noon)

    assert (new.text, new.choices, new.construct, new.asked_in) == (
        "How is the room?",
        [[5, "Good"], [3, "So so"], [1, "Bad"]],
        "own",
        "in_turn",
    )
    assert (words.kind, words.choices) == ("text", [])
    assert list(plan.questions.in_use())[1:] == [new, words]


@pytest.mark.parametrize(
    ("text", "answers", "asked_in", "words"),
    [
        (" ", [], "always", "need words"),
        ("Well?", ["Yes", " "], "always", "need words"),
        ("Well?", ["Yes"], "always", "two to five"),
        ("Well?", list("abcdef"), "always", "two to five"),
        ("Well?", ["Yes", "yes"], "always", "twice"),
        ("Well?", [], "sometimes", "Choose when"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(text, answers, asked_in, words, plan, coordinator, noon):
    with pytest.raises(Refused, match=words):
        services.add(plan=plan, by=coordinator, text=text, answers=answers, asked_in=asked_in, now=noon)


def test_there_is_an_end_to_questions(plan, coordinator, noon):
    QuestionFactory.create_batch(services.MOST_QUESTIONS, plan=plan, in_turn=True)

    with pytest.raises(Refused, match="There are 40 questions"):
        services.add(plan=plan, by=coordinator, text="One more?", answers=[], asked_in="always", now=noon)


def test_a_question_is_taken_out_and_put_back_as_a_new_one(plan, coordinator, noon):
    old = QuestionFactory(plan=plan, going_on=True)
    services.retire(question=old, by=coordinator, now=noon)
    assert not plan.questions.in_use().exists()

    new = services.put_back(question=old, by=coordinator, now=noon + timedelta(days=1))
    again = services.put_back(question=old, by=coordinator, now=noon + timedelta(days=1))

    assert new == again
    assert (new.replaces, new.text, new.construct, new.asked_since) == (old, old.text, old.construct, noon + timedelta(days=1))
    assert list(plan.questions.in_use()) == [new]


def test_what_is_asked_about_already_is_not_put_back_beside_it(plan, coordinator, noon):
    old = QuestionFactory(plan=plan, going_on=True, retired=True)
    QuestionFactory(plan=plan, going_on=True)

    with pytest.raises(Refused, match="asks about this already"):
        services.put_back(question=old, by=coordinator, now=noon)


# --- the order ---


def texts(plan):
    return [question.text for question in plan.questions.in_use()]


@pytest.fixture
def abc(plan):
    """Three that were never asked, of which two have the same number."""
    return [QuestionFactory(plan=plan, in_turn=True, text=text, position=place) for text, place in (("A", 0), ("B", 1), ("C", 1))]


def test_questions_change_places(plan, coordinator, noon, abc):
    services.move(question=abc[2], by=coordinator, up=True, now=noon)
    assert texts(plan) == ["A", "C", "B"]

    services.move(question=abc[0], by=coordinator, up=False, now=noon)
    assert texts(plan) == ["C", "A", "B"]
    assert Question.objects.count() == 3


def test_at_the_end_of_the_list_nothing_happens(plan, coordinator, noon, abc):
    services.move(question=abc[0], by=coordinator, up=True, now=noon)
    services.move(question=abc[2], by=coordinator, up=False, now=noon)

    assert texts(plan) == ["A", "B", "C"]


def test_a_check_in_that_has_opened_asks_in_the_order_of_its_day(plan, coordinator, noon, abc):
    check_in = CheckInFactory(plan=plan, pairing__program=plan.program)
    asked = check_in.questions_asked()

    services.move(question=abc[1], by=coordinator, up=True, now=noon)

    assert texts(plan) == ["B", "A", "C"]
    assert check_in.questions_asked() == asked
