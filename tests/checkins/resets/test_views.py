from datetime import timedelta
from uuid import uuid4

import pytest

from checkins.resets import services
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from tests.checkins.pages import address, people_around
from tests.factories.matching import JointAnswerFactory, RoundFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db
PART = {"ask": "Less advice", "offer": "I bring the list"}


def page(pairing):
    return address("resets", pairing.program, pairing.pk)


def part(content, kind="reset"):
    """As its form sends it."""
    return {"round": Round.objects.of_kind(kind).latest("pk").pk, **content}


def test_two_prepare_apart_and_read_both_with_a_guide(as_member):
    around = people_around()
    one, other = as_member(around.half), as_member(around.other_half)
    one.post(address("reset-start", around.pairing.program, around.pairing.pk))

    one.post(page(around.pairing), part(PART))
    theirs = other.get(page(around.pairing)).text
    assert "Less advice" not in theirs
    answer = other.post(page(around.pairing), part({"ask": "More time", "offer": "To wait"}), follow=True)

    for words in ("Less advice", "I bring the list", "More time", "To wait", "Say it back."):
        assert words in answer.text
    assert "To wait" in one.get(page(around.pairing)).text


def test_before_the_first_the_page_says_what_it_is(as_member):
    around = people_around()

    text = as_member(around.half).get(page(around.pairing)).text

    assert "one thing to ask and one thing to offer" in text
    assert "Start a reset conversation" in text


@pytest.mark.parametrize("content", [{}, {"ask": "Only this"}, {"ask": "x" * 10_001, "offer": "y"}])
def test_what_cannot_be_taken_is_said_beside_the_field_and_kept(content, as_member):
    around = people_around()
    RoundFactory(pairing=around.pairing, opened_at=around.pairing.proposed_at)

    answer = as_member(around.half).post(page(around.pairing), part(content))

    assert 'aria-invalid="true"' in answer.text
    assert content.get("ask", "") in answer.text


def test_what_comes_when_the_pairing_is_paused_is_said_and_kept(as_member):
    around = people_around()
    RoundFactory(pairing=around.pairing, opened_at=around.pairing.proposed_at)
    Pairing.objects.filter(pk=around.pairing.pk).update(state="paused")
    browser = as_member(around.half)

    assert "While your pairing rests" in browser.get(page(around.pairing)).text
    answer = browser.post(page(around.pairing), part(PART))

    assert "not open to be answered now" in answer.text
    assert "I bring the list" in answer.text


def test_what_comes_when_both_have_answered_is_said_and_kept(as_member):
    around = people_around()
    RoundFactory(pairing=around.pairing, opened_together=True)

    answer = as_member(around.half).post(page(around.pairing), part({"ask": "Something else", "offer": "And more"}))

    assert "both answered" in answer.text
    assert "Something else" in answer.text


def test_the_one_who_comes_third_keeps_their_words_in_the_form_they_wrote_them_in(as_member):
    """With the second part the question of two weeks later is made already, and it lies ahead."""
    around = people_around()
    reset = RoundFactory(pairing=around.pairing, opened_at=around.pairing.proposed_at)
    one, other = as_member(around.half), as_member(around.other_half)
    one.post(page(around.pairing), part(PART))
    other.post(page(around.pairing), part(PART))

    answer = one.post(page(around.pairing), {"round": reset.pk, "ask": "On second thoughts", "offer": "A walk"})

    assert "both answered" in answer.text
    assert "On second thoughts</textarea>" in answer.text


def test_a_new_one_and_the_question_after_an_earlier_one_are_both_there(as_member):
    around = people_around()
    earlier = RoundFactory(pairing=around.pairing, opened_together=True)
    after = RoundFactory(pairing=around.pairing, kind=services.AFTERWARDS, source_id=earlier.pk, opened_at=around.pairing.proposed_at)
    browser = as_member(around.half)
    browser.post(address("reset-start", around.pairing.program, around.pairing.pk))

    text = browser.get(page(around.pairing)).text
    assert 'name="ask"' in text
    assert 'name="how"' in text
    browser.post(page(around.pairing), {"round": after.pk, "how": "better"})

    assert Answer.objects.get().round == after


@pytest.mark.parametrize("key", ["", "nonsense", "9" * 30, "another"])
def test_a_part_of_no_round_of_this_pairing_changes_nothing(key, as_member):
    around = people_around()
    elsewhere = RoundFactory(pairing__first__user=around.half.user)

    answer = as_member(around.half).post(page(around.pairing), {"round": elsewhere.pk if key == "another" else key, **PART})

    assert answer.status_code == 200
    assert not Answer.objects.exists()


def test_two_weeks_later_each_says_how_it_is(as_member):
    around = people_around()
    reset = RoundFactory(pairing=around.pairing, opened_together=True)
    for half in around.pairing.halves:
        JointAnswerFactory(round=reset, membership=half, content=PART)
    RoundFactory(pairing=around.pairing, kind=services.AFTERWARDS, source_id=reset.pk, opened_at=around.pairing.proposed_at)
    one, other = as_member(around.half), as_member(around.other_half)

    one.post(page(around.pairing), part({"how": "worse"}, services.AFTERWARDS))
    assert "<dd>Worse</dd>" not in other.get(page(around.pairing)).text
    answer = other.post(page(around.pairing), part({"how": "better"}, services.AFTERWARDS), follow=True)

    assert "<dd>Worse</dd>" in answer.text
    assert "<dd>Better</dd>" in answer.text


def test_starting_it_in_a_paused_pairing_is_answered(as_member):
    around = people_around(paused=True)

    answer = as_member(around.half).post(address("reset-start", around.pairing.program, around.pairing.pk), follow=True)

    assert "while it is active" in answer.text
    assert not Round.objects.exists()


def test_what_was_not_started_while_the_pairing_rested_is_started_by_the_same_form_later(as_member):
    around = people_around(paused=True)
    browser, form = as_member(around.half), {"once": str(uuid4())}
    start = address("reset-start", around.pairing.program, around.pairing.pk)
    browser.post(start, form)
    Pairing.objects.filter(pk=around.pairing.pk).update(state="active")

    browser.post(start, form)

    assert Round.objects.of_kind(services.RESET).exists()


def test_an_ended_pairing_keeps_what_was_said_to_read(as_member, noon):
    around = people_around(closed=True)
    reset = RoundFactory(pairing=around.pairing, opened_together=True, opened_together_at=noon + timedelta(days=1))
    for half in around.pairing.halves:
        JointAnswerFactory(round=reset, membership=half, content=PART)

    text = as_member(around.half).get(page(around.pairing)).text

    assert "Less advice" in text
    assert "Start a reset conversation" not in text


@pytest.mark.parametrize(
    ("state", "how"),
    [({}, {"closes_at": NOON + timedelta(days=1)}), ({}, {"called_off": True}), ({"paused": True}, {})],
)
def test_what_one_wrote_and_did_not_open_stays_to_read_for_them_alone(state, how, as_member):
    around = people_around(**state)
    reset = RoundFactory(pairing=around.pairing, **how)
    JointAnswerFactory(round=reset, membership=around.half, content=PART)

    assert "Less advice" in as_member(around.half).get(page(around.pairing)).text
    theirs = as_member(around.other_half).get(page(around.pairing)).text
    assert "Less advice" not in theirs
    assert "Begun on" not in theirs


@pytest.mark.parametrize("kind", ["reset", services.AFTERWARDS])
def test_what_waits_while_the_pairing_rests_is_said_to_wait_and_is_taken_back(kind, as_member, time_machine):
    time_machine.move_to(NOON + timedelta(days=1))
    around = people_around(paused=True)
    ends = {"closes_at": NOON + timedelta(days=9)}
    reset = asked = RoundFactory(pairing=around.pairing, **(ends if kind == "reset" else {"opened_together": True}))
    JointAnswerFactory(round=reset, membership=around.half, content=PART)
    if kind == services.AFTERWARDS:
        JointAnswerFactory(round=reset, membership=around.other_half, content=PART)
        asked = RoundFactory(pairing=around.pairing, kind=kind, source_id=reset.pk, **ends)
        JointAnswerFactory(round=asked, membership=around.half, content={"how": "worse"})
    browser = as_member(around.half)

    text = browser.get(page(around.pairing)).text
    assert "waits while your pairing rests" in text
    assert "did not open" not in text
    assert "waits while your pairing rests" not in as_member(around.other_half).get(page(around.pairing)).text

    take_back = address("reset-take-back", around.pairing.program, around.pairing.pk, asked.pk)
    assert take_back in text
    assert "Nothing of it is kept" in browser.post(take_back, follow=True).text
    assert not asked.answers.exists()


def test_what_one_said_later_alone_stays_to_read_for_them_alone(as_member):
    around = people_around()
    reset = RoundFactory(pairing=around.pairing, opened_together=True)
    for half in around.pairing.halves:
        JointAnswerFactory(round=reset, membership=half, content=PART)
    after = RoundFactory(pairing=around.pairing, kind=services.AFTERWARDS, source_id=reset.pk, called_off=True)
    JointAnswerFactory(round=after, membership=around.half, content={"how": "worse"})

    assert "Worse" in as_member(around.half).get(page(around.pairing)).text
    assert "Worse" not in as_member(around.other_half).get(page(around.pairing)).text
