import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from checkins.decisions import queries
from checkins.decisions.models import Decision
from tests.checkins.pages import address, people_around
from tests.factories.checkins import DecisionFactory, SessionFactory

pytestmark = pytest.mark.django_db

State = Decision.State


@pytest.fixture
def around():
    return people_around(active=True, first__user__called="Amara", second__user__called="Jonas")


def page_of(decision, name="decision"):
    return address(name, decision.pairing.program, decision.pairing_id, decision.pk)


def list_page(pairing):
    return address("decisions", pairing.program, pairing.pk)


def propose_page(pairing):
    return address("decision-propose", pairing.program, pairing.pk)


def again(decision):
    return Decision.objects.get(pk=decision.pk)


def today():
    return timezone.now().date()


def test_a_half_proposes_and_the_other_is_asked_with_three_answers_that_look_the_same(around, as_member):
    tomorrow = today() + timedelta(days=2)
    answer = as_member(around.half).post(
        propose_page(around.pairing),
        {"text": "Meet every two weeks", "reason": "Exams.", "try_until": tomorrow.isoformat(), "look_again_on": ""},
        follow=True,
    )

    decision = Decision.objects.get()
    assert (decision.try_until, decision.look_again_on, decision.reason) == (tomorrow, None, "Exams.")
    assert "Jonas is asked" in answer.text
    assert "Waiting for Jonas" in answer.text
    theirs = as_member(around.other_half).get(page_of(decision)).text
    assert "Waiting for you" in theirs
    assert "Amara proposed it" in theirs
    classes = {
        re.search(rf'<(?:a|button) class="([^"]+)"[^>]*>{words}', theirs)[1] for words in ("Agree", "Suggest something else", "Don’t agree")
    }
    assert classes == {"button button--second"}


def test_pressing_twice_proposes_one(around, as_member):
    browser, key = as_member(around.half), uuid.uuid4()

    for _press in range(2):
        assert browser.post(propose_page(around.pairing), {"text": "Yes", "once": key}).status_code == 302

    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": ""}, "Write what you want to decide"),
        ({"text": "x" * 301}, "at most 300"),
        ({"text": "a\x00b"}, "Null characters"),
        ({"reason": "x" * 1_000_000}, "at most 10000"),
        ({"try_until": "2020-01-01"}, "still to come"),
        ({"look_again_on": "tomorrow"}, "valid date"),
    ],
)
def test_what_cannot_be_proposed_is_said_and_everything_typed_is_kept(changes, said, around, as_member):
    answer = as_member(around.half).post(propose_page(around.pairing), {"text": "Kept words", "reason": "Kept reason", **changes})

    assert answer.status_code == 200
    assert said in answer.text
    assert "Kept reason" in answer.text or "Kept words" in answer.text
    assert not Decision.objects.exists()


@pytest.mark.parametrize("text", ["قرارنا معا", "🎉🎉", "<script>alert(1)</script>"])
def test_any_writing_goes(text, around, as_member):
    as_member(around.half).post(propose_page(around.pairing), {"text": text})

    page = as_member(around.other_half).get(list_page(around.pairing)).text
    assert Decision.objects.get().text == text
    assert "<script>alert" not in page


def test_a_decision_names_the_meeting_in_which_it_came_up(around, as_member):
    session = SessionFactory(pairing=around.pairing)
    browser = as_member(around.half)
    page = f"{propose_page(around.pairing)}?session={session.pk}"

    assert "It came up when you met" in browser.get(page).text
    browser.post(page, {"text": "Yes"})

    assert Decision.objects.get().session == session


def test_a_key_that_is_too_long_names_no_meeting(around, as_member):
    session = SessionFactory(pairing=around.pairing)

    as_member(around.half).post(f"{propose_page(around.pairing)}?session={session.pk:018}5", {"text": "Yes"})

    assert Decision.objects.get().session is None


def test_a_meeting_of_another_pair_is_not_found(around, as_member):
    foreign = SessionFactory()

    assert as_member(around.half).get(f"{propose_page(around.pairing)}?session={foreign.pk}").status_code == 404


def test_the_other_agrees_with_one_press_and_both_see_that_it_stands(around, as_member):
    decision = DecisionFactory(pairing=around.pairing)

    answer = as_member(around.other_half).post(page_of(decision, "decision-agree"), follow=True)

    assert "You have both agreed" in answer.text
    assert again(decision).state == State.STANDS
    for half in (around.half, around.other_half):
        assert "Agreed by both" in as_member(half).get(list_page(around.pairing)).text


def test_not_agreeing_takes_one_press_and_a_word_can_go_with_it(around, as_member):
    bare, with_word = DecisionFactory.create_batch(2, pairing=around.pairing)
    browser = as_member(around.other_half)

    browser.post(page_of(bare, "decision-decline"))
    browser.post(page_of(with_word, "decision-decline"), {"word": "Perhaps in spring."})

    assert (again(bare).state, again(bare).word) == (State.NOT_AGREED, "")
    page = as_member(around.half).get(page_of(with_word)).text
    assert "Perhaps in spring." in page
    assert "Jonas did not agree" in page


def test_a_word_that_comes_too_late_is_kept_beside_what_happened(around, as_member):
    decision = DecisionFactory(pairing=around.pairing, withdrawn=True)

    answer = as_member(around.other_half).post(page_of(decision, "decision-decline"), {"word": "Long thought about."})

    assert answer.status_code == 200
    assert "taken back meanwhile" in answer.text
    assert "Long thought about.</textarea>" in answer.text


def test_a_word_that_is_too_long_is_kept_to_be_shortened(around, as_member):
    decision = DecisionFactory(pairing=around.pairing)

    answer = as_member(around.other_half).post(page_of(decision, "decision-decline"), {"word": "y" * 10_001})

    assert "at most 10000" in answer.text
    assert "y" * 10_001 in answer.text
    assert again(decision).state == State.OPEN


def test_something_else_comes_filled_in_and_the_history_shows_both(around, as_member):
    decision = DecisionFactory(pairing=around.pairing, text="Meet every week", reason="I forget.")
    browser = as_member(around.other_half)
    assert 'value="Meet every week"' in browser.get(page_of(decision, "decision-suggest")).text

    answer = browser.post(page_of(decision, "decision-suggest"), {"text": "Meet every two weeks"}, follow=True)

    assert "Waiting for Amara" in answer.text
    page = as_member(around.half).get(page_of(Decision.objects.open().get())).text
    for words in ("Meet every week", "I forget.", "Meet every two weeks", "Jonas suggested something else", "You proposed it"):
        assert words in page


def test_the_same_form_sent_twice_suggests_one(around, as_member):
    decision = DecisionFactory(pairing=around.pairing)
    browser, key = as_member(around.other_half), uuid.uuid4()

    for _press in range(2):
        assert browser.post(page_of(decision, "decision-suggest"), {"text": "Another", "once": key}).status_code == 302

    assert Decision.objects.count() == 2


def test_what_was_answered_meanwhile_keeps_what_was_typed(around, as_member):
    decision = DecisionFactory(pairing=around.pairing, withdrawn=True)

    answer = as_member(around.other_half).post(page_of(decision, "decision-suggest"), {"text": "My long thought"}).text

    assert "taken back meanwhile" in answer
    assert "My long thought" in answer


def test_who_proposed_it_takes_it_back(around, as_member):
    decision = DecisionFactory(pairing=around.pairing)
    browser = as_member(around.half)
    assert "Take it back" in browser.get(page_of(decision)).text

    answer = browser.post(page_of(decision, "decision-withdraw"), follow=True)

    assert "You took it back" in answer.text
    assert "Taken back" in answer.text


def test_what_came_too_late_is_said(around, as_member):
    decision = DecisionFactory(pairing=around.pairing, withdrawn=True)

    answer = as_member(around.other_half).post(page_of(decision, "decision-agree"), follow=True)

    assert "taken back meanwhile" in answer.text


def test_either_reopens_it_and_the_other_sees_who_and_no_reason_is_asked(around, as_member):
    decision = DecisionFactory(pairing=around.pairing, standing=True, proposed_at=timezone.now())
    browser = as_member(around.half)
    assert "Either of you can reopen it" in browser.get(page_of(decision)).text

    browser.post(page_of(decision, "decision-reopen"))

    theirs = as_member(around.other_half).get(page_of(decision)).text
    assert "Amara reopened it" in theirs
    assert "Propose what should hold" in theirs


def test_after_the_programs_days_a_change_is_offered_instead(around, as_member):
    around.pairing.program.decisions_reopen_days = 3
    around.pairing.program.save()
    decision = DecisionFactory(pairing=around.pairing, standing=True, proposed_at=timezone.now() - timedelta(days=5))

    page = as_member(around.half).get(page_of(decision)).text

    assert "Reopen it" not in page
    assert "Propose a change" in page


def test_a_try_that_ended_asks_both_and_each_sees_what_the_other_said(around, as_member):
    decision = DecisionFactory(pairing=around.pairing, standing=True, try_until=today())
    mine, theirs = as_member(around.half), as_member(around.other_half)
    for browser in (mine, theirs):
        page = browser.get(list_page(around.pairing)).text
        assert "Keep it?" in page
        assert "Let it go" in page

    mine.post(page_of(decision, "decision-keep"))
    assert "Amara: keep it" in theirs.get(page_of(decision)).text
    theirs.post(page_of(decision, "decision-keep"))

    assert "Both kept it" in mine.get(page_of(decision)).text


def test_a_try_that_ended_is_let_go_by_either(around, as_member):
    decision = DecisionFactory(pairing=around.pairing, standing=True, try_until=today())

    as_member(around.other_half).post(page_of(decision, "decision-let-go"))

    assert "Tried, not kept" in as_member(around.half).get(page_of(decision)).text


@pytest.mark.parametrize(("state", "said"), [("paused", "This pairing is paused"), ("closed", "This pairing has ended")])
def test_a_pairing_that_has_stopped_says_so_keeps_what_was_typed_and_stays_to_read(state, said, as_member):
    around = people_around(**{state: True})
    decision = DecisionFactory(pairing=around.pairing, text="What we said")
    browser = as_member(around.other_half)

    assert said in browser.get(propose_page(around.pairing)).text
    assert said in browser.get(page_of(decision, "decision-suggest")).text
    for page in (propose_page(around.pairing), page_of(decision, "decision-suggest")):
        answer = browser.post(page, {"text": "More of it"}).text
        assert "while it is active" in answer
        assert "More of it" in answer
    for page in (list_page(around.pairing), page_of(decision)):
        there = browser.get(page).text
        assert "What we said" in there
        assert "Don’t agree" not in there


def test_the_list_is_grouped_with_what_waits_for_me_first(around, as_member):
    DecisionFactory(pairing=around.pairing, withdrawn=True)
    DecisionFactory(pairing=around.pairing, standing=True)
    DecisionFactory(pairing=around.pairing)
    DecisionFactory(pairing=around.pairing, proposed_by=around.other_half)

    page = as_member(around.half).get(list_page(around.pairing)).text

    headings = [heading.strip() for heading in re.findall(r"<h3 id=\"group-\d+\">(.*?)</h3>", page)]
    assert headings == ["Waiting for you", "Waiting for Jonas", "Agreed by both", "Earlier"]


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_what_nobody_can_answer_waits_for_nobody(state, as_member):
    around = people_around(**{state: True})
    decision = DecisionFactory(pairing=around.pairing)

    for half in (around.half, around.other_half):
        for page in (list_page(around.pairing), page_of(decision)):
            shown = as_member(half).get(page).text
            assert "Not answered" in shown
            assert "Waiting for" not in shown


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_try_that_ended_is_history_where_nobody_can_say_that_they_keep_it(state, as_member):
    around = people_around(**{state: True})
    decision = DecisionFactory(pairing=around.pairing, standing=True, try_until=today())

    for half in (around.half, around.other_half):
        for page in (list_page(around.pairing), page_of(decision)):
            shown = as_member(half).get(page).text
            assert "The try ended" in shown
            assert "Keep it" not in shown
            assert "no answer yet" not in shown
        assert "Earlier" in as_member(half).get(list_page(around.pairing)).text


def test_in_a_pairing_that_has_ended_nothing_waits_in_place_of_a_decision(as_member):
    around = people_around(closed=True)
    decision = DecisionFactory(pairing=around.pairing, standing=True)
    change = DecisionFactory(pairing=around.pairing, in_place_of=decision)

    assert "waits for an answer" not in as_member(around.half).get(page_of(decision)).text
    assert "no answer yet" not in as_member(around.half).get(page_of(change)).text


def test_what_was_to_be_looked_at_again_stands_when_a_pairing_has_ended(as_member):
    around = people_around(closed=True)
    decision = DecisionFactory(pairing=around.pairing, standing=True, look_again_on=today())

    shown = as_member(around.half).get(page_of(decision)).text

    assert "Agreed by both" in shown
    assert "Does it still fit" not in shown


def test_every_form_of_a_page_can_be_sent(around, as_member):
    """As a browser sends it: with the token that the page gave it."""
    DecisionFactory(pairing=around.pairing, proposed_by=around.other_half)
    asked_again = DecisionFactory(pairing=around.pairing, standing=True, try_until=today())
    browser = as_member(around.half)

    for page in (list_page(around.pairing), page_of(asked_again)):
        text = browser.get(page).text
        assert "Keep it" in text
        forms = re.findall(r'<form method="post".*?</form>', text, re.DOTALL)
        assert all("csrfmiddlewaretoken" in form for form in forms), page


def test_on_the_pairs_page_it_is_answered_by_a_form_that_can_be_sent(around, as_member):
    decision = DecisionFactory(pairing=around.pairing, proposed_by=around.other_half)

    page = as_member(around.half).get(address("pairing", around.pairing.program, around.pairing.pk)).text

    [form] = re.findall(rf'<form method="post" action="{page_of(decision, "decision-agree")}".*?</form>', page, re.DOTALL)
    assert "csrfmiddlewaretoken" in form
    assert page_of(decision, "decision-decline") in form


def test_before_the_first_decision_it_says_what_to_do(around, as_member):
    assert "How often do you meet?" in as_member(around.half).get(list_page(around.pairing)).text


def test_the_pairs_page_gets_what_waits_and_at_most_three_that_stand(around, django_assert_num_queries):
    DecisionFactory.create_batch(2, pairing=around.pairing)
    DecisionFactory.create_batch(9, pairing=around.pairing, standing=True)
    DecisionFactory.create_batch(9, pairing=around.pairing, withdrawn=True)

    with django_assert_num_queries(2):
        now = queries.on_pair_page(around.pairing, around.half, timezone.now())

    assert [card.decision.state for card in now["cards"]] == [State.OPEN] * 2 + [State.STANDS] * 3
    assert now["has_more"]


def test_a_decision_of_another_pairing_is_not_found_under_this_one(around, as_member):
    foreign = DecisionFactory()
    browser = as_member(around.half)

    for name in ("decision", "decision-suggest"):
        assert browser.get(address(name, around.pairing.program, around.pairing.pk, foreign.pk)).status_code == 404
    for name in ("agree", "decline", "withdraw", "reopen", "keep", "let-go", "suggest"):
        page = address(f"decision-{name}", around.pairing.program, around.pairing.pk, foreign.pk)
        assert browser.post(page, {"text": "Yes"}).status_code == 404


def test_nobody_but_the_two_comes_in(around, as_member):
    decision = DecisionFactory(pairing=around.pairing)

    for person in (around.neighbour, around.coordinator, around.admin, around.outsider):
        browser = as_member(person)
        for page in (list_page(around.pairing), propose_page(around.pairing), page_of(decision), page_of(decision, "decision-suggest")):
            assert browser.get(page).status_code == 404
        assert browser.post(page_of(decision, "decision-agree")).status_code == 404
    assert again(decision).state == State.OPEN


def test_the_pages_cost_the_same_for_one_decision_and_for_many(around, as_member, costs_the_same):
    browser = as_member(around.half)
    decision = DecisionFactory(pairing=around.pairing)

    def grow():
        DecisionFactory.create_batch(5, pairing=around.pairing, standing=True)
        for trait in ("withdrawn", "not_agreed", "reopened", "changed"):
            DecisionFactory.create_batch(5, pairing=around.pairing, began_with=decision, in_place_of=decision, **{trait: True})
        DecisionFactory.create_batch(
            5, pairing=around.pairing, proposed_by=around.other_half, session=SessionFactory(pairing=around.pairing)
        )

    for page in (list_page(around.pairing), page_of(decision)):
        costs_the_same(lambda page=page: browser.get(page), grow=grow)


def test_how_it_came_about_is_given_to_the_two_alone(around):
    decision = DecisionFactory(pairing=around.pairing)

    assert queries.history_of(decision, around.half) == [decision]
    assert queries.history_of(decision, around.coordinator) == []
