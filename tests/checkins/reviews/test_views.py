from datetime import timedelta

import pytest

from matching.joint.models import Answer, NotNow, Round
from tests.checkins.pages import address, people_around
from tests.factories.checkins import ReviewFactory
from tests.factories.matching import JointAnswerFactory, RoundFactory

pytestmark = pytest.mark.django_db
MINE = {"went_well": "We laugh", "more": "Practice", "less": "", "next": "", "say": "even"}
THEIRS = {"went_well": "", "more": "Walks", "less": "Haste", "next": "", "say": "mine"}


def page(pairing, name="reviews", *more):
    return address(name, pairing.program, pairing.pk, *more)


@pytest.fixture
def around():
    return people_around()


@pytest.fixture
def opened(around):
    review = ReviewFactory(pairing=around.pairing)
    for half, said in ((around.half, MINE), (around.other_half, THEIRS)):
        JointAnswerFactory(round=review.round, membership=half, content=said)
    return review


def test_two_answer_apart_and_read_both_at_the_same_moment(as_member, around):
    one, other = as_member(around.half), as_member(around.other_half)
    one.post(page(around.pairing, "review-start"))
    sent = {"round": Round.objects.get().pk}

    one.post(page(around.pairing), {**sent, **MINE})
    assert "Practice" not in other.get(page(around.pairing)).text
    text = other.post(page(around.pairing), {**sent, **THEIRS}, follow=True).text

    for words in ("We laugh", "Practice", "Walks", "Haste", "To talk about", "What you wrote together"):
        assert words in text
    assert "would like more of this: Walks" in one.get(page(around.pairing)).text


def test_no_page_shows_whether_the_other_has_answered(as_member, around):
    asked = RoundFactory(pairing=around.pairing, kind="review", opened_at=around.pairing.proposed_at)
    browser = as_member(around.other_half)
    pages = [page(around.pairing), page(around.pairing, "pairing"), address("home", around.pairing.program)]
    before = [_without_keys(browser.get(one).text) for one in pages]

    JointAnswerFactory(round=asked, membership=around.half, content=MINE)

    assert [_without_keys(browser.get(one).text) for one in pages] == before


def _without_keys(text):
    return [line for line in text.splitlines() if "csrfmiddlewaretoken" not in line and 'name="once"' not in line]


def test_one_takes_their_part_back_and_nothing_of_it_is_kept(as_member, around):
    asked = RoundFactory(pairing=around.pairing, kind="review", opened_at=around.pairing.proposed_at)
    JointAnswerFactory(round=asked, membership=around.half, content=MINE)
    browser = as_member(around.half)
    assert "Take my part back" in browser.get(page(around.pairing)).text

    text = browser.post(page(around.pairing, "review-take-back", asked.pk), follow=True).text

    assert "Nothing of it is kept" in text
    assert not Answer.objects.exists()


def test_what_both_have_answered_is_not_taken_back(as_member, around, opened):
    text = as_member(around.half).post(page(around.pairing, "review-take-back", opened.round_id), follow=True).text

    assert "Nothing was changed" in text
    assert Answer.objects.count() == 2


def test_not_now_takes_it_from_my_pages_alone(as_member, around):
    asked = RoundFactory(pairing=around.pairing, kind="review", opened_at=around.pairing.proposed_at)
    one, other = as_member(around.half), as_member(around.other_half)
    home = address("home", around.pairing.program)
    assert "You two look back together." in one.get(home).text

    one.post(page(around.pairing, "review-not-now"), {"round": asked.pk})

    assert NotNow.objects.get().membership == around.half
    assert "You two look back together." not in one.get(home).text
    assert "Answer my part" not in one.get(page(around.pairing, "pairing")).text
    assert "You two look back together." in other.get(home).text


def test_an_answer_with_nothing_in_it_is_asked_for_again(as_member, around):
    asked = RoundFactory(pairing=around.pairing, kind="review", opened_at=around.pairing.proposed_at)

    text = as_member(around.half).post(page(around.pairing), {"round": asked.pk}).text

    assert "Answer one of the questions first" in text


def test_one_press_puts_what_differs_on_the_agenda(as_member, around, opened):
    browser = as_member(around.half)

    text = browser.post(
        page(around.pairing, "review-topic", opened.pk), {"item": f"review-{opened.round_id}-more-second"}, follow=True
    ).text

    assert "The topic is on your agenda." in text
    assert "On your agenda" in text
    assert "would like more of this: Walks" in browser.get(page(around.pairing, "agenda")).text


def test_of_two_who_write_at_once_the_second_sees_both_texts_and_can_save(as_member, around, opened):
    one, other = as_member(around.half), as_member(around.other_half)
    write = page(around.pairing, "review-write", opened.pk)
    one.post(write, {"text": "We meet outdoors", "version": 1})

    collided = other.post(write, {"text": "We meet on Mondays", "version": 1})
    assert collided.status_code == 409
    assert "We meet outdoors" in collided.text
    assert "We meet on Mondays" in collided.text
    other.post(write, {"text": "Outdoors, on Mondays", "version": 2})

    assert "Outdoors, on Mondays" in one.get(page(around.pairing)).text


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_what_the_two_wrote_stays_to_read_when_the_pairing_has_stopped(state, as_member, noon):
    around = people_around(**{state: True})
    review = ReviewFactory(pairing=around.pairing, text="We meet outdoors", written_at=noon)
    browser = as_member(around.half)

    text = browser.get(page(around.pairing)).text

    assert "We meet outdoors" in text
    assert "Start a review" not in text
    assert "Save our text" not in browser.get(page(around.pairing, "review-write", review.pk)).text


def test_what_waits_while_the_pairing_rests_is_said_to_wait_and_is_taken_back(as_member, noon, time_machine):
    time_machine.move_to(noon + timedelta(days=1))
    around = people_around(paused=True)
    asked = RoundFactory(pairing=around.pairing, kind="review", closes_at=noon + timedelta(days=9))
    JointAnswerFactory(round=asked, membership=around.half, content=MINE)
    browser, take_back = as_member(around.half), page(around.pairing, "review-take-back", asked.pk)

    text = browser.get(page(around.pairing)).text
    assert "waits while your pairing rests" in text
    assert "did not open" not in text
    assert take_back in text
    assert "Nothing of it is kept" in browser.post(take_back, follow=True).text
    assert not Answer.objects.exists()


@pytest.mark.parametrize(("state", "is_said"), [({}, True), ({"paused": True}, False)])
def test_until_when_the_answers_stay_is_said_unless_the_pairing_rests(state, is_said, as_member):
    around = people_around(**state)
    review = ReviewFactory(pairing=around.pairing)
    for half, said in ((around.half, MINE), (around.other_half, THEIRS)):
        JointAnswerFactory(round=review.round, membership=half, content=said)

    text = as_member(around.half).get(page(around.pairing)).text

    assert "Walks" in text
    assert ("stays here until" in text) == is_said
    assert ("stays here while your pairing rests" in text) != is_said


@pytest.mark.parametrize("over", [{"called_off": True}, {}])
def test_what_cannot_open_any_more_is_not_said_to_wait_in_a_pause(over, as_member, noon, time_machine):
    time_machine.move_to(noon + timedelta(days=10))
    around = people_around(paused=True)
    asked = RoundFactory(pairing=around.pairing, kind="review", closes_at=noon + timedelta(days=9), **over)
    JointAnswerFactory(round=asked, membership=around.half, content=MINE)

    text = as_member(around.half).get(page(around.pairing)).text

    assert "did not open" in text
    assert "waits while" not in text


def test_the_pair_page_offers_it_and_either_starts_it_from_there(as_member, around, time_machine):
    time_machine.move_to(around.pairing.activated_at + timedelta(days=91))
    browser = as_member(around.half)
    assert "Time to look back together?" in browser.get(page(around.pairing, "pairing")).text

    browser.post(page(around.pairing, "review-start"))

    assert Round.objects.get().kind == "review"
