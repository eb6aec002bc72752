import re
from datetime import timedelta

import pytest
from django.utils import timezone

from checkins.answers.models import Answer
from checkins.care.models import Task
from checkins.plans.models import Question
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Program
from tests.checkins.pages import address, people_around
from tests.factories.checkins import AnswerFactory, CheckInFactory, QuestionFactory, question_of
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


# --- the occasion ---


@pytest.mark.parametrize(
    ("occasion", "construct", "where", "think"),
    [
        ("scheduled", "comfort", "Check-in for", "Think of the time since the last check-in."),
        ("long", "comfort", "Check-in for", "Think of the time since the last check-in."),
        ("meeting", "meeting", "After a meeting · question 1 of 1", "Think of your last meeting."),
        ("closing", "own", "Looking back · question 1 of 1", "Think of the whole time."),
    ],
)
def test_it_says_of_what_one_is_asked_to_think(occasion, construct, where, think, as_member, around):
    number = {"number": None} if occasion in ("meeting", "closing") else {}
    check_in = CheckInFactory(pairing=around.pairing, occasion=occasion, **number, **OPEN)
    if construct == "own":
        QuestionFactory(plan=check_in.plan, at_the_end=True)
    else:
        question_of(check_in.plan, construct)

    page = as_member(around.half).get(page_of(check_in)).text

    assert where in page
    assert think in page


def test_what_is_asked_at_the_end_is_on_the_home_page_although_the_pairing_has_ended(as_member):
    check_in = CheckInFactory(closing=True, pairing__ended_at=OPEN["opens_at"], **OPEN)
    question_of(check_in.plan, "words")

    page = as_member(check_in.membership).get(address("home", check_in.pairing.program)).text

    assert "Looking back: a few last questions" in page
    assert page_of(check_in) in page


# --- forward, back, and all of it ---


def test_one_can_go_forward_and_back_without_answering(as_member, around):
    check_in = asked(around)

    page = as_member(around.half).get(page_of(check_in, 2)).text

    assert 'href="?question=1"' in page
    assert 'href="?question=3"' in page
    assert 'href="?question=all"' in page


def test_all_that_one_has_said_so_far_is_on_one_page(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)
    browser.post(page_of(check_in), {"answer": "4"})

    page = browser.get(page_of(check_in, "all")).text

    assert "Your answers so far" in page
    assert "Mostly" in page
    assert page.count("Not yet") == 2
    assert "Go on with the check-in" in page


def test_a_form_is_about_its_question_wherever_the_program_has_moved_it(as_member, around):
    check_in = asked(around)
    boundaries = question_of(check_in.plan, "boundaries")
    Question.objects.filter(pk=boundaries.pk).update(position=0)

    as_member(around.half).post(page_of(check_in, 2), {"asked": boundaries.pk, "answer": "5"})

    assert Answer.objects.get().question == boundaries


def test_a_question_that_was_taken_out_in_between_stays_until_the_check_in_closes(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)
    browser.get(page_of(check_in))
    comfort = question_of(check_in.plan)
    Question.objects.filter(pk=comfort.pk).update(retired_at=timezone.now())

    browser.post(page_of(check_in), {"asked": comfort.pk, "answer": "4"})

    assert Answer.objects.get().question == comfort


def test_a_question_of_another_check_in_is_not_saved_as_the_one_in_its_place(as_member, around):
    check_in = asked(around)

    answer = as_member(around.half).post(page_of(check_in), {"asked": "987654321", "answer": "4"}, follow=True)

    assert "no longer part of this check-in" in answer.text
    assert not Answer.objects.exists()


def test_two_tabs_answer_two_questions_and_the_last_word_on_one_counts(as_member, around):
    check_in = asked(around)
    one, other = as_member(around.half), as_member(around.half)
    comfort, boundaries = question_of(check_in.plan), question_of(check_in.plan, "boundaries")

    one.post(page_of(check_in, 1), {"asked": comfort.pk, "answer": "4"})
    other.post(page_of(check_in, 2), {"asked": boundaries.pk, "answer": "5"})
    other.post(page_of(check_in, 1), {"asked": comfort.pk, "answer": "2"})
    other.post(page_of(check_in, 1), {"asked": comfort.pk, "answer": "2"})

    assert {(answer.question, answer.value) for answer in Answer.objects.all()} == {(comfort, 2), (boundaries, 5)}


@pytest.mark.parametrize("step", ["0", "99", "-1", "²", "1e3", "\x00", "9" * 5000])
def test_a_wrong_number_leads_to_the_first_question_without_an_answer(step, as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)

    assert "question 1 of 3" in browser.get(page_of(check_in), {"question": step}).text


@pytest.mark.parametrize("words", ["a\x00b", "x" * 1_000_000])
@pytest.mark.parametrize("button", [{}, {"leave": "1"}])
def test_words_that_cannot_be_kept_are_said_to_be_so(words, button, as_member, around):
    check_in = asked(around)

    answer = as_member(around.half).post(page_of(check_in, 3), {"words": words, **button})

    assert answer.status_code == 200
    assert 'class="error"' in answer.text
    assert not Answer.objects.exists()


@pytest.mark.parametrize("words", ["🙂 👩🏽‍🦽", "שלום וברכה", "<script>alert(1)</script>", "{{ 7 }}"])
def test_any_other_words_are_kept_as_they_are(words, as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)

    browser.post(page_of(check_in, 3), {"words": words})

    assert Answer.objects.get().words == words
    assert "<script>alert" not in browser.get(page_of(check_in, "all")).text


def test_a_low_answer_opens_the_place_for_a_few_words(as_member, around):
    check_in = asked(around)
    AnswerFactory(check_in=check_in, question=question_of(check_in.plan, "boundaries"), value=1)
    browser = as_member(around.half)

    assert 'data-low="2 1"' in browser.get(page_of(check_in, 1)).text
    assert not re.search(r"<details[^>]* open", browser.get(page_of(check_in, 1)).text)
    assert re.search(r"<details[^>]* open", browser.get(page_of(check_in, 2)).text)


# --- tomorrow, and a call ---


def test_one_can_ask_to_be_reminded_tomorrow_until_one_has_answered(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)
    assert "remind me tomorrow" in browser.get(page_of(check_in)).text

    answer = browser.post(page_of(check_in), {"tomorrow": "1"}, follow=True)

    assert "We remind you tomorrow" in answer.text
    assert OutboxMessage.objects.filter(kind="checkin-due", state="pending").count() == 1
    browser.post(page_of(check_in), {"answer": "4"})
    assert "remind me tomorrow" not in browser.get(page_of(check_in)).text
    assert "No reminder was moved" in browser.post(page_of(check_in), {"tomorrow": "1"}, follow=True).text


def test_asking_for_a_call_keeps_what_was_typed_and_saves_none_of_it(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)

    page = browser.post(page_of(check_in), {"call": "1", "asked": question_of(check_in.plan).pk, "answer": "1", "words": "Well, "}).text

    assert "It is asked" in page
    assert "Well, " in page
    assert re.search(r'value="1"[^>]*checked', page)
    assert not Answer.objects.exists()
    assert Task.objects.get().kind == Task.Kind.PLEASE_CALL
    again = browser.get(page_of(check_in)).text
    assert "You asked for a call on" in again
    assert "Please call me" not in again


def test_a_call_can_be_asked_for_and_taken_back_on_the_last_page(as_member, around):
    check_in = asked(around)
    browser = as_member(around.half)

    asked_for = browser.post(page_of(check_in, "all"), {"call": "1"}, follow=True)
    back = browser.post(page_of(check_in, "all"), {"take_call_back": "1"}, follow=True)

    assert "You asked for a call on" in asked_for.text
    assert "Nobody calls you about it." in back.text
    assert not Task.objects.open().exists()
    assert "no call left" in browser.post(page_of(check_in, 2), {"take_call_back": "1"}, follow=True).text


@pytest.mark.parametrize(("construct", "value"), [("steering_felt", 2), ("real_yes", 1), ("load", 1), ("boundaries", 1), ("respect", 2)])
def test_other_hard_answers_are_met_with_whom_to_turn_to_as_well(construct, value, as_member, around):
    check_in = CheckInFactory(pairing=around.pairing, **OPEN)
    question = QuestionFactory(plan=check_in.plan, construct=construct)
    AnswerFactory(check_in=check_in, question=question, value=value)

    assert "Would you like to talk to somebody" in as_member(around.half).get(page_of(check_in)).text


# --- all my answers ---


def answers_page(around):
    return address("my-answers", around.pairing.program, around.pairing.pk)


def test_all_my_answers_are_there_in_the_words_that_were_asked_the_newest_first(as_member, around):
    old = CheckInFactory(pairing=around.pairing, closed=True, answered=True, read_by=Program.AnswersReadBy.ADMINS, **CLOSED)
    AnswerFactory(check_in=old, question=QuestionFactory(plan=old.plan, retired=True, text="At ease with {name}, once?"), value=2)
    AnswerFactory(check_in=old, question=question_of(old.plan, "words"), value=None, words="It was a long week.")
    missed = CheckInFactory(pairing=around.pairing, closed=True, due_on=(NOW - timedelta(days=30)).date())
    CheckInFactory(pairing=around.pairing, **TO_COME)
    new = asked(around)

    page = as_member(around.half).get(answers_page(around)).text

    assert "At ease with Jonas, once?" in page
    assert "It was a long week." in page
    places = [page.index(f"check-in-{check_in.pk}") for check_in in (new, old, missed)]
    assert places == sorted(places)
    assert page.count("Not answered") == 1
    assert page.count("<article") == 3
    assert "you and the admins of your program." in page
    assert page_of(new) in page
    assert page_of(old) not in page


def test_the_page_of_my_answers_holds_nothing_of_the_others(as_member, around):
    theirs = CheckInFactory(pairing=around.pairing, membership=around.other_half, answered=True, **OPEN)
    AnswerFactory(check_in=theirs, words="For nobody but me.")

    assert "For nobody but me." in as_member(around.other_half).get(answers_page(around)).text
    assert "No check-in yet" in as_member(around.half).get(answers_page(around)).text
    for person in (around.neighbour, around.coordinator, around.admin, around.outsider):
        assert as_member(person).get(answers_page(around)).status_code == 404


def test_my_answers_stay_to_be_read_when_the_pairing_has_ended(as_member):
    ended = people_around(closed=True)
    AnswerFactory(check_in=CheckInFactory(pairing=ended.pairing, closed=True, answered=True), words="Of that time.")

    assert "Of that time." in as_member(ended.half).get(answers_page(ended)).text


def test_my_answers_are_paged_and_cost_the_same_however_many(as_member, costs_the_same, around):
    browser = as_member(around.half)
    plan = asked(around).plan

    def grow():
        for week in range(2, 26):
            earlier = CheckInFactory(
                pairing=around.pairing,
                closed=True,
                answered=True,
                due_on=(NOW - timedelta(weeks=week)).date(),
                opens_at=NOW - timedelta(weeks=week),
                closes_at=NOW - timedelta(weeks=week, days=-5),
            )
            for construct in ("comfort", "boundaries", "words"):
                AnswerFactory(check_in=earlier, question=question_of(plan, construct))

    costs_the_same(lambda: browser.get(answers_page(around)), grow=grow)
    assert browser.get(answers_page(around)).text.count("<article") == 10
    assert browser.get(answers_page(around), {"page": 3}).text.count("<article") == 5
