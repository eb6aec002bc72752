import uuid
from datetime import timedelta

import pytest

from checkins.agendas.models import AgendaItem
from tests.checkins.pages import address, people_around
from tests.factories.checkins import AgendaItemFactory

pytestmark = pytest.mark.django_db


def add_page(pairing):
    return address("agenda-add", pairing.program, pairing.pk)


def test_a_half_adds_a_topic_and_both_see_whose_it_is(as_member):
    around = people_around()
    browser = as_member(around.half)

    answer = browser.post(add_page(around.pairing), {"text": "The poster"}, follow=True)

    assert answer.redirect_chain[-1][0] == address("pairing", around.pairing.program, around.pairing.pk)
    assert "You added this" in answer.text
    theirs = as_member(around.other_half).get(answer.redirect_chain[-1][0])
    assert f"{around.half.user.short_name} added this" in theirs.text


def test_pressing_twice_adds_one(as_member):
    around = people_around()
    browser, key = as_member(around.half), uuid.uuid4()

    for _press in range(2):
        browser.post(add_page(around.pairing), {"text": "The poster", "once": key})

    assert AgendaItem.objects.count() == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * 301])
def test_what_cannot_be_added_is_said_beside_the_field_and_kept(text, as_member):
    around = people_around()

    answer = as_member(around.half).post(add_page(around.pairing), {"text": text})

    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Error: " in answer.text.replace("\n", "")
    assert text.strip() in answer.text
    assert not AgendaItem.objects.exists()


@pytest.mark.parametrize(("state", "said"), [("paused", "This pairing is paused"), ("closed", "This pairing has ended")])
def test_a_pairing_that_has_stopped_says_so_and_keeps_what_was_typed(state, said, as_member):
    around = people_around(**{state: True})
    browser = as_member(around.half)

    assert said in browser.get(add_page(around.pairing)).text
    answer = browser.post(add_page(around.pairing), {"text": "More of it"}).text

    assert "while it is active" in answer
    assert "More of it" in answer
    assert not AgendaItem.objects.exists()


def test_one_takes_back_ones_own_and_nobody_elses(as_member):
    around = people_around()
    mine = AgendaItemFactory(pairing=around.pairing)
    page = address("agenda-withdraw", around.pairing.program, around.pairing.pk, mine.pk)

    refused = as_member(around.other_half).post(page, follow=True)
    assert "Only who added a topic can take it back" in refused.text
    assert mine in AgendaItem.objects.open()

    as_member(around.half).post(page)
    assert not AgendaItem.objects.open().exists()


def test_a_topic_of_another_pairing_is_not_found_under_this_one(as_member):
    around = people_around()
    foreign = AgendaItemFactory()

    page = address("agenda-withdraw", around.pairing.program, around.pairing.pk, foreign.pk)

    assert as_member(around.half).post(page).status_code == 404


def test_nobody_but_the_two_comes_in(as_member):
    around = people_around()
    item = AgendaItemFactory(pairing=around.pairing)
    withdraw = address("agenda-withdraw", around.pairing.program, around.pairing.pk, item.pk)

    for person in (around.neighbour, around.coordinator, around.admin, around.outsider):
        browser = as_member(person)
        assert browser.get(add_page(around.pairing)).status_code == 404
        assert browser.post(add_page(around.pairing), {"text": "Hello"}).status_code == 404
        assert browser.post(withdraw).status_code == 404
    assert list(AgendaItem.objects.open()) == [item]


def test_what_is_carried_over_says_from_when(as_member, noon):
    item = AgendaItemFactory(carried_over=True, carried_over_at=noon - timedelta(days=5))

    page = as_member(item.pairing.second).get(address("pairing", item.pairing.program, item.pairing.pk))

    assert "carried over from 11 March" in page.text
