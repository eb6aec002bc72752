from datetime import time, timedelta

import pytest
from django.utils import timezone

from checkins.plans.models import Question
from tests.checkins.pages import address, people_around
from tests.factories.checkins import CheckInPlanFactory, QuestionFactory, question_of
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return CheckInPlanFactory()


@pytest.fixture
def coordinator(plan):
    return MembershipFactory(coordinator=True, program=plan.program)


def sent(**changes):
    return {"rhythm": "2", "every_weeks": "", "at_time": "09:00", "open_days": "10", **changes}


def plan_page(plan):
    return address("plan", plan.program)


def test_a_coordinator_changes_how_often_and_when(as_member, plan, coordinator):
    answer = as_member(coordinator).post(plan_page(plan), sent(rhythm="4", at_time="07:30", open_days="5"), follow=True)

    plan.refresh_from_db()
    assert (plan.every_weeks, plan.at_time, plan.open_days) == (4, time(7, 30), 5)
    assert "settings are saved" in answer.text


def test_another_rhythm_is_asked_for_in_weeks(as_member, plan, coordinator):
    browser = as_member(coordinator)
    browser.post(plan_page(plan), sent(rhythm="another", every_weeks="3"))

    plan.refresh_from_db()
    assert plan.every_weeks == 3
    assert 'value="3"' in browser.get(plan_page(plan)).text


@pytest.mark.parametrize(
    "changes",
    [{"rhythm": "another"}, {"rhythm": "another", "every_weeks": "14"}, {"open_days": "0"}, {"at_time": "nine"}, {"rhythm": "9"}],
)
def test_what_cannot_be_saved_is_said_and_changes_nothing(changes, as_member, plan, coordinator):
    answer = as_member(coordinator).post(plan_page(plan), sent(**changes))

    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    plan.refresh_from_db()
    assert (plan.every_weeks, plan.open_days) == (2, 10)


def test_it_shows_when_a_pairing_is_asked_next_by_each_ones_own_clock(as_member, plan, coordinator):
    started = timezone.now() - timedelta(days=13)
    pairing = PairingFactory(
        active=True,
        program=plan.program,
        activated_at=started,
        first__user__time_zone="Asia/Tokyo",
        second__user__time_zone="America/New_York",
    )
    PairingFactory(active=True, program=plan.program, activated_at=started + timedelta(days=3))

    page = as_member(coordinator).get(f"{plan_page(plan)}?pairing={pairing.pk}").text

    assert f"For {pairing.first.user.short_name} and {pairing.second.user.short_name}" in page
    assert "09:00 (Asia/Tokyo)" in page
    assert "09:00 (America/New_York)" in page


@pytest.mark.parametrize("asked", ["", "?pairing=0", "?pairing=abc", "?pairing=99999999999999999999"])
def test_a_pairing_that_is_not_there_shows_another_or_none(asked, as_member, plan, coordinator):
    foreign = PairingFactory(active=True)

    page = as_member(coordinator).get(f"{plan_page(plan)}{asked or f'?pairing={foreign.pk}'}")

    assert page.status_code == 200
    assert "No pairing is active yet" in page.text


def test_a_question_is_asked_in_other_words_from_now_on(as_member, plan, coordinator):
    question = question_of(plan)
    page = address("plan-question", plan.program, question.pk)
    labels = {f"label_{value}": label for value, label in question.choices} | {"label_1": "Never"}

    as_member(coordinator).post(page, {"text": "Are you well with {name}?", **labels})

    new = Question.objects.in_use().get()
    assert (new.replaces, new.text, new.label_of(1)) == (question, "Are you well with {name}?", "Never")


def test_a_question_that_was_changed_already_is_not_found(as_member, plan, coordinator, noon):
    old = QuestionFactory(plan=plan, retired=True)

    assert as_member(coordinator).get(address("plan-question", plan.program, old.pk)).status_code == 404


def test_a_question_without_words_is_said_and_changes_nothing(as_member, plan, coordinator):
    question = question_of(plan, "boundaries")

    answer = as_member(coordinator).post(
        address("plan-question", plan.program, question.pk), {"text": " ", "label_5": "Yes", "label_3": "", "label_1": "No"}
    )

    assert answer.text.count('class="error"') == 2
    assert Question.objects.get() == question


def test_participants_and_strangers_find_nothing(as_member):
    around = people_around()
    plan = CheckInPlanFactory(program=around.pairing.program)
    pages = [plan_page(plan), address("plan-question", plan.program, question_of(plan).pk)]

    for person in (around.half, around.neighbour, around.outsider, MembershipFactory(coordinator=True)):
        assert [as_member(person).get(page).status_code for page in pages] == [404, 404]


def test_the_page_costs_the_same_with_many_pairings(as_member, costs_the_same, plan, coordinator):
    browser = as_member(coordinator)
    PairingFactory(active=True, program=plan.program)

    costs_the_same(lambda: browser.get(plan_page(plan)), grow=lambda: PairingFactory.create_batch(9, active=True, program=plan.program))
