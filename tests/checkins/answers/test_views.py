import re
from datetime import timedelta

import pytest
from django.utils import timezone

from checkins.answers.models import Answer
from checkins.care.models import Task
from programs.memberships.models import Program
from tests.checkins.pages import address, people_around
from tests.factories.checkins import AnswerFactory, CheckInFactory, question_of
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
OPEN = {"opens_at": NOW - timedelta(days=1), "closes_at": NOW + timedelta(days=9), "due_on": (NOW - timedelta(days=1)).date()}
CLOSED = {"opens_at": NOW - timedelta(days=12), "closes_at": NOW - timedelta(days=2), "due_on": (NOW - timedelta(days=12)).date()}
TO_COME = {"opens_at": NOW + timedelta(days=1), "closes_at": NOW + timedelta(days=9), "due_on": (NOW + timedelta(days=1)).date()}


@pytest.fixture
def around():
    return people_around(active=True, first__user__called="Amara", second__user__called="Jonas")


def asked(around, when=OPEN, **changes):
    check_in = CheckInFactory(pairing=around.pairing, **{**when, **changes})
    for construct in ("comfort", "boundaries", "words"):
        question_of(check_in.plan, construct)
    return check_in


def page_of(check_in, step=None):
    page = address("checkin", check_in.pairing.program, check_in.pk)
    return f"{page}?question={step}" if step else page


def test_one_question_a_page_with_who_reads_it(as_member, around):
    check_in = asked(around)

    page = as_member(around.half).get(page_of(check_in)).text

    assert len(re.findall("<h1", page)) == 1
    assert "How much at ease do you feel with Jonas?" in page
    assert "question 1 of 3" in page
    assert "coordinators and admins" in page
    assert "Jonas never does." in page
    assert "checked" not in page


def test_after_a_first_meeting_it_is_two_taps_about_that_meeting(as_member, around):
    check_in = asked(around, after_first_meeting=True)
    question_of(check_in.plan, "going_on")
    browser = as_member(around.half)

    first = browser.get(page_of(check_in)).text
    second = browser.post(page_of(check_in), {"answer": "4"})
    last = browser.post(second.url, {"answer": "5"}, follow=True)

    assert "After your first meeting · question 1 of 2" in first
    assert "Think of your first meeting." in first
    assert "How to go on?" in browser.get(second.url).text
    assert "Thank you, Amara" in last.text


def test_each_answer_is_saved_on_its_own_and_leads_on(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)

    first = browser.post(page_of(check_in), {"answer": "4", "words": "Mostly."})
    second = browser.post(first.url, {"withhold": "1"})
    last = browser.post(second.url, {"words": "All is well."})

    assert (first.url, second.url, last.url) == (page_of(check_in, 2), page_of(check_in, 3), page_of(check_in))
    answers = list(Answer.objects.order_by("question__position"))
    assert [(answer.value, answer.words) for answer in answers] == [(4, "Mostly."), (None, None), (None, "All is well.")]
    said = browser.get(last.url).text
    assert "Thank you, Amara" in said
    assert "I would rather not say" in said


def test_coming_back_goes_on_where_one_left(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)
    browser.post(page_of(check_in), {"answer": "4"})

    assert "question 2 of 3" in browser.get(page_of(check_in)).text


def test_an_answer_can_be_changed_until_it_closes(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)
    for step, answer in enumerate([{"answer": "4"}, {"answer": "5"}, {"withhold": "1"}], start=1):
        browser.post(page_of(check_in, step), answer)

    shown = browser.get(page_of(check_in, 1)).text
    changed = browser.post(page_of(check_in, 1), {"answer": "2"})

    assert re.search(r'value="4"[^>]*checked', shown)
    assert changed.url == page_of(check_in)
    assert Answer.objects.get(question__construct="comfort").value == 2


def test_leaving_saves_what_was_chosen(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)
    home = address("home", around.pairing.program)

    assert browser.post(page_of(check_in), {"answer": "3", "leave": "1"}).url == home
    assert Answer.objects.get().value == 3
    assert browser.post(page_of(check_in, 2), {"leave": "1"}).url == home
    assert Answer.objects.count() == 1


def test_going_on_without_choosing_says_what_one_can_do(as_member, around):
    check_in = asked(around)

    answer = as_member(around.half).post(page_of(check_in), {"words": "Keep this."})

    assert "I would rather not say" in answer.text
    assert 'class="error"' in answer.text
    assert "Keep this." in answer.text
    assert not Answer.objects.exists()


@pytest.mark.parametrize("value", ["9", "x", "0"])
def test_a_value_that_is_no_choice_changes_nothing(value, as_member, around):
    check_in = asked(around)

    assert as_member(around.half).post(page_of(check_in), {"answer": value}).status_code == 200
    assert not Answer.objects.exists()


def test_what_is_sent_after_it_closed_changes_nothing_and_says_so(as_member, around):
    check_in = asked(around, CLOSED)
    AnswerFactory(check_in=check_in, question=question_of(check_in.plan), value=4)
    browser = as_member(around.half)

    answer = browser.post(page_of(check_in), {"answer": "1"})

    assert answer.status_code == 409
    assert "The time to answer is over" in answer.text
    assert "nothing was changed" in answer.text
    assert "Mostly" in answer.text
    assert Answer.objects.get().value == 4
    assert not Task.objects.exists()
    assert browser.get(page_of(check_in)).status_code == 200


def test_before_it_opens_it_says_when(as_member, around):
    check_in = asked(around, TO_COME)
    browser = as_member(around.half)

    assert "not open yet" in browser.get(page_of(check_in)).text
    assert browser.post(page_of(check_in), {"answer": "4"}).status_code == 409


def test_one_that_was_called_off_is_no_longer_needed(as_member, around):
    check_in = asked(around, called_off_at=NOW)

    page = as_member(around.half).get(page_of(check_in))

    assert "no longer needed" in page.text
    assert "paus" not in page.text


def test_a_hard_answer_is_met_with_whom_to_turn_to(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)
    for step, answer in enumerate([{"answer": "1"}, {"answer": "5"}, {"withhold": "1"}], start=1):
        browser.post(page_of(check_in, step), answer)

    assert "Would you like to talk to somebody" in browser.get(page_of(check_in)).text
    assert Task.objects.get().kind == Task.Kind.LOW_COMFORT


def test_it_says_so_where_admins_alone_read(as_member, around):
    check_in = asked(around, read_by=Program.AnswersReadBy.ADMINS)

    page = as_member(around.half).get(page_of(check_in)).text

    assert "you and the admins" in page
    assert "coordinators" not in page.partition("<main")[2].partition("</form>")[0]


def test_with_nobody_to_read_it_it_says_so(as_member):
    program_of_two = PairingFactory(active=True, coordinator=None)
    program_of_two.proposed_by.left_at = NOW
    program_of_two.proposed_by.save()
    check_in = CheckInFactory(pairing=program_of_two, **OPEN)
    question_of(check_in.plan)

    assert "only you, for now" in as_member(program_of_two.first).get(page_of(check_in)).text


def test_it_is_the_page_of_one_person_and_of_nobody_else(as_member, around):
    check_in = asked(around)
    other_program = address("checkin", PairingFactory().program, check_in.pk)

    for person in (around.other_half, around.neighbour, around.coordinator, around.admin, around.outsider):
        browser = as_member(person)
        assert browser.get(page_of(check_in)).status_code == 404
        assert browser.post(page_of(check_in), {"answer": "1"}).status_code == 404
    assert as_member(around.half).get(other_program).status_code == 404
    assert not Answer.objects.exists()


def test_looking_writes_nothing(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)

    for _look in range(3):
        browser.get(page_of(check_in))
        browser.head(page_of(check_in, 2))

    check_in.refresh_from_db()
    assert check_in.answered_at is None
    assert not Answer.objects.exists()


def test_the_page_costs_the_same_with_much_around_it(as_member, costs_the_same, around):
    check_in = asked(around)
    browser = as_member(around.half)

    def grow():
        for week in range(2, 12):
            earlier = CheckInFactory(pairing=around.pairing, closed=True, due_on=(NOW - timedelta(weeks=week)).date())
            AnswerFactory(check_in=earlier, question=question_of(earlier.plan))
        MembershipFactory.create_batch(5, coordinator=True, program=around.pairing.program)

    costs_the_same(lambda: browser.get(page_of(check_in)), grow=grow)
