from datetime import date, time, timedelta

import pytest
import time_machine

from checkins.plans.models import Question
from tests.checkins.pages import address, people_around
from tests.factories.checkins import CheckInPlanFactory, QuestionFactory, question_of
from tests.factories.matching import PairingFactory
from tests.factories.programs import HolidayFactory, MembershipFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return CheckInPlanFactory()


@pytest.fixture
def coordinator(plan):
    return MembershipFactory(coordinator=True, program=plan.program)


def sent(**changes):
    told = {"rhythm": "2", "month_day": "1", "rule": "", "at_time": "09:00", "open_days": "10", "long_every_days": "90"}
    return {**told, "asks_after_meetings": "on", **changes}


def plan_page(plan):
    return address("plan", plan.program)


# --- how often ---


@pytest.mark.parametrize(
    ("chosen", "rule"),
    [
        ({"rhythm": "1"}, "FREQ=WEEKLY"),
        ({"rhythm": "4"}, "FREQ=WEEKLY;INTERVAL=4"),
        ({"rhythm": "month", "month_day": "15"}, "FREQ=MONTHLY;BYMONTHDAY=15"),
        ({"rhythm": "month", "month_day": "-1"}, "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ({"rhythm": "another", "rule": "freq=weekly; interval=3"}, "FREQ=WEEKLY;INTERVAL=3"),
        # What stands in the field of another rule counts for that choice alone.
        ({"rhythm": "1", "rule": "FREQ=MONTHLY"}, "FREQ=WEEKLY"),
    ],
)
def test_each_rhythm_is_saved_and_chosen_when_one_comes_back(chosen, rule, as_member, plan, coordinator):
    browser = as_member(coordinator)

    answer = browser.post(plan_page(plan), sent(**chosen), follow=True)

    plan.refresh_from_db()
    assert plan.rule == rule
    assert "settings are saved" in answer.text
    form = answer.context["form"]
    assert form["rhythm"].value() == chosen["rhythm"]
    assert form["month_day"].value() == chosen.get("month_day", "1")


def test_a_coordinator_changes_when_how_long_and_what_comes_beside(as_member, plan, coordinator):
    changes = sent(at_time="07:30", open_days="5", long_every_days="60")
    del changes["asks_after_meetings"]

    as_member(coordinator).post(plan_page(plan), changes)

    plan.refresh_from_db()
    assert (plan.at_time, plan.open_days, plan.long_every_days, plan.asks_after_meetings) == (time(7, 30), 5, 60, False)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"rhythm": "another"}, "rule", "Write a rule"),
        ({"rhythm": "another", "rule": "FREQ=MINUTELY"}, "rule", "Begin with FREQ=DAILY"),
        ({"rhythm": "another", "rule": "FREQ=DAILY"}, "rule", "less than seven days apart"),
        ({"rhythm": "another", "rule": "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=1MO"}, "rule", "would never be asked"),
        ({"rhythm": "another", "rule": "\x00"}, "rule", "Null characters"),
        ({"rhythm": "another", "rule": "<script>"}, "rule", "&lt;SCRIPT&gt;"),
        ({"rhythm": "another", "rule": "F" * 1000}, "rule", "at most 120"),
        ({"rhythm": "month", "month_day": "31"}, "month_day", "Select a valid choice"),
        ({"rhythm": "9"}, "rhythm", "Select a valid choice"),
        ({"rhythm": ""}, "rhythm", "Choose an answer"),
        ({"open_days": "0"}, "open_days", "from 1 to 60"),
        ({"open_days": "9" * 400}, "open_days", "from 1 to 60"),
        ({"long_every_days": "7"}, "long_every_days", "from 28 to 730"),
        ({"at_time": "nine"}, "at_time", "Enter a valid time"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_the_field_and_changes_nothing(changes, field, words, as_member, plan, coordinator):
    answer = as_member(coordinator).post(plan_page(plan), sent(**changes))

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert 'role="alert"' in answer.text
    assert words in answer.text
    plan.refresh_from_db()
    assert (plan.rule, plan.open_days) == ("FREQ=WEEKLY;INTERVAL=2", 10)


# --- the next dates ---


@pytest.fixture
def pair(plan):
    """Began on Monday 2 March at noon; one half lives in London, the other in New York."""
    return PairingFactory(
        active=True,
        program=plan.program,
        activated_at=NOON - timedelta(days=14),
        first__user__name="Amara Okoye",
        first__user__time_zone="Europe/London",
        second__user__name="Jonas Berg",
        second__user__time_zone="America/New_York",
    )


def dates_of(as_member, coordinator, plan, **asked):
    with time_machine.travel(NOON, tick=False):
        return as_member(coordinator).get(address("plan-dates", plan.program), asked)


def test_the_next_ten_of_somebody_are_shown_by_their_own_clock(as_member, plan, coordinator, pair):
    answer = dates_of(as_member, coordinator, plan, pairing=pair.pk)

    dates = answer.context["dates"]
    assert len(dates) == 10
    assert "The next dates of Amara Okoye" in answer.text
    assert "Monday 16 March 2026" in answer.text
    # On 29 March, between the first two.
    assert [date.clocks_moved for date in dates[:3]] == [timedelta(0), timedelta(hours=1), timedelta(0)]
    assert answer.text.count("Clocks have gone forward before this one.") == 1
    assert all(f"{date.opens_at:%H:%M}" == "09:00" for date in dates)
    # 98 days after the start: the first after 90.
    assert [date.opens_at.date().isoformat() for date in dates if date.is_long] == ["2026-06-08"]


def test_the_other_half_is_a_link_away(as_member, plan, coordinator, pair):
    answer = dates_of(as_member, coordinator, plan, pairing=pair.pk, half="second")

    assert "The next dates of Jonas Berg" in answer.text
    assert "America/New_York" in answer.text
    assert "half=first" in answer.text


def test_a_holiday_says_which_dates_it_takes(as_member, plan, coordinator, pair):
    HolidayFactory(program=plan.program, name="Spring break", first_day=date(2026, 3, 28), last_day=date(2026, 4, 3))

    answer = dates_of(as_member, coordinator, plan)

    assert [bool(one.holiday) for one in answer.context["dates"][:3]] == [False, True, False]
    assert "Skipped: holiday, Spring break" in answer.text


def test_a_time_that_clocks_leave_out_is_said(as_member, plan, coordinator, pair):
    plan.rule, plan.at_time = "FREQ=MONTHLY;BYDAY=-1SU", time(1, 30)
    plan.save()

    answer = dates_of(as_member, coordinator, plan)

    assert "No clock shows 01:30 on this day" in answer.text
    assert f"{answer.context['dates'][0].opens_at:%H:%M}" == "02:30"


def test_a_zone_that_is_gone_is_said_and_dates_follow_the_programs(as_member, plan, coordinator, pair):
    pair.first.user.time_zone = "Mars/Olympus"
    pair.first.user.save()

    answer = dates_of(as_member, coordinator, plan)

    assert "no longer exists" in answer.text
    assert len(answer.context["dates"]) == 10


def test_somebody_is_found_by_name_among_the_active_of_the_program(as_member, plan, coordinator, pair):
    PairingFactory(active=True, first__user__name="Amara Elsewhere")
    PairingFactory(paused=True, program=plan.program, first__user__name="Amara Paused")

    answer = dates_of(as_member, coordinator, plan, name="amara")

    assert list(answer.context["found"]) == [pair]
    assert "Nobody in an active pairing" in dates_of(as_member, coordinator, plan, name="nobody at all").text


def test_a_rule_that_has_ended_says_so(as_member, plan, coordinator, pair):
    plan.rule = "FREQ=WEEKLY;COUNT=2"
    plan.save()

    assert "The rule has come to its end" in dates_of(as_member, coordinator, plan).text


@pytest.mark.parametrize("asked", ["", "0", "abc", "99999999999999999999"])
def test_a_pairing_that_is_not_there_shows_another_or_none(asked, as_member, plan, coordinator):
    foreign = PairingFactory(active=True)
    browser = as_member(coordinator)

    for page in (plan_page(plan), address("plan-dates", plan.program)):
        answer = browser.get(page, {"pairing": asked or foreign.pk})
        assert answer.status_code == 200
        assert "No pairing is active yet" in answer.text


# --- the questions ---


def test_a_question_is_asked_in_other_words_from_now_on(as_member, plan, coordinator):
    question = question_of(plan)
    labels = {f"label_{value}": label for value, label in question.choices} | {"label_1": "Never"}

    as_member(coordinator).post(address("plan-question", plan.program, question.pk), {"text": "Are you well with {name}?", **labels})

    new = Question.objects.in_use().get()
    assert (new.replaces, new.text, new.label_of(1), new.asked_in) == (question, "Are you well with {name}?", "Never", "always")


def test_when_a_question_is_asked_is_chosen_except_for_what_is_measured(as_member, plan, coordinator):
    measured, other = question_of(plan), QuestionFactory(plan=plan, own_words=True)
    browser = as_member(coordinator)

    assert "asked_in" not in browser.get(address("plan-question", plan.program, measured.pk)).context["form"].fields
    browser.post(address("plan-question", plan.program, other.pk), {"text": other.text, "asked_in": "long"})

    assert Question.objects.get(replaces=other).asked_in == "long"


def test_a_question_that_was_changed_already_is_not_found(as_member, plan, coordinator):
    old = QuestionFactory(plan=plan, retired=True)
    browser = as_member(coordinator)

    assert browser.get(address("plan-question", plan.program, old.pk)).status_code == 404
    assert browser.post(address("plan-question-move", plan.program, old.pk)).status_code == 404


def test_a_question_without_words_is_said_and_changes_nothing(as_member, plan, coordinator):
    question = question_of(plan, "boundaries")

    answer = as_member(coordinator).post(
        address("plan-question", plan.program, question.pk), {"text": " ", "label_5": "Yes", "label_3": "", "label_1": "No"}
    )

    assert answer.text.count('class="error"') == 2
    assert Question.objects.get() == question


def test_a_question_is_added_with_answers_on_lines(as_member, plan, coordinator):
    told = {"text": "How is the room?", "answers": "Good\r\n\r\n So so \r\nBad", "asked_in": "in_turn"}

    answer = as_member(coordinator).post(address("plan-question-add", plan.program), told, follow=True)

    assert Question.objects.get().choices == [[5, "Good"], [3, "So so"], [1, "Bad"]]
    assert "How is the room?" in answer.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "Fill in"),
        ({"answers": "Yes"}, "two to five"),
        ({"answers": "x" * 81 + "\nNo"}, "at most 80"),
        ({"answers": "Yes\nYES"}, "twice"),
        ({"asked_in": ""}, "Choose when it is asked"),
        ({"asked_in": "never"}, "Select a valid choice"),
        ({"text": "a\x00b"}, "Null characters"),
    ],
)
def test_a_question_that_cannot_be_asked_is_said(changes, words, as_member, plan, coordinator):
    told = {"text": "How is the room?", "answers": "Good\nBad", "asked_in": "always", **changes}

    answer = as_member(coordinator).post(address("plan-question-add", plan.program), told)

    assert words in answer.text
    assert not Question.objects.exists()


def test_a_question_is_moved_taken_out_and_put_back(as_member, plan, coordinator):
    first, second = QuestionFactory(plan=plan), QuestionFactory(plan=plan, going_on=True)
    browser, program = as_member(coordinator), plan.program
    browser.post(address("plan-question-move", program, second.pk), {"up": "1"})
    assert list(Question.objects.in_use()) == [second, first]

    assert browser.get(address("plan-question-retire", program, second.pk)).status_code == 200
    answer = browser.post(address("plan-question-retire", program, second.pk), follow=True)
    assert "Asked no more" in answer.text
    browser.post(address("plan-question-put-back", program, second.pk))

    assert Question.objects.in_use().get(construct="going_on").replaces == second


def test_what_is_measured_cannot_be_taken_out(as_member, plan, coordinator):
    question = question_of(plan)

    answer = as_member(coordinator).post(address("plan-question-retire", plan.program, question.pk), follow=True)

    assert "This question stays" in answer.text
    assert list(Question.objects.in_use()) == [question]


# --- who may ---


def test_participants_and_strangers_find_nothing(as_member):
    around = people_around()
    plan = CheckInPlanFactory(program=around.pairing.program)
    question = question_of(plan)
    names = ["plan", "plan-dates", "plan-questions", "plan-question-add"]
    pages = [address(name, plan.program) for name in names] + [address("plan-question", plan.program, question.pk)]

    for person in (around.half, around.neighbour, around.outsider, MembershipFactory(coordinator=True)):
        assert {as_member(person).get(page).status_code for page in pages} == {404}


@pytest.mark.parametrize("name", ["plan", "plan-dates"])
def test_the_page_costs_the_same_with_many_pairings(name, as_member, costs_the_same, plan, coordinator):
    browser = as_member(coordinator)
    PairingFactory(active=True, program=plan.program)
    page = address(name, plan.program)

    costs_the_same(lambda: browser.get(page), grow=lambda: PairingFactory.create_batch(9, active=True, program=plan.program))
