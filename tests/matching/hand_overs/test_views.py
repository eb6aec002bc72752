import re
from datetime import timedelta

import pytest
from django.urls import reverse

from matching.hand_overs.models import HandOverNote
from matching.pairings.models import Pairing
from tests.factories.matching import HandOverNoteFactory, PairingFactory

pytestmark = pytest.mark.django_db
SENT = {"text": "I learn by trying", "readers": ["partner"]}


def sent(pairing, **changes):
    return {**SENT, "promised": pairing.pk, **changes}


def address(name, pairing):
    return reverse(name, args=[pairing.program.slug, pairing.pk])


@pytest.fixture
def ended(noon, time_machine):
    time_machine.move_to(noon + timedelta(days=1), tick=False)
    return PairingFactory(closed=True)


@pytest.mark.parametrize("name", ["matching:ended", "matching:history"])
@pytest.mark.parametrize("side", ["first", "second"])
def test_either_finds_it_where_an_ending_is_looked_back_on(name, side, as_member, ended):
    assert address("matching:hand-over", ended) in as_member(getattr(ended, side)).get(address(name, ended)).text


def test_nothing_is_ticked_beforehand_and_both_questions_are_asked_for(as_member, ended):
    browser, page = as_member(ended.first), address("matching:hand-over", ended)
    assert "checked" not in browser.get(page).text

    text = browser.post(page, {"text": "Only this"}).text

    assert "Choose who may read it." in text
    assert "Only this" in text


def test_one_writes_changes_and_takes_back(as_member, ended):
    browser, page = as_member(ended.first), address("matching:hand-over", ended)

    assert "I learn by trying" in browser.post(page, sent(ended), follow=True).text
    browser.post(page, sent(ended, text="I need a day", readers=["partner", "coordinators"]))
    note = HandOverNote.objects.get()
    assert (note.text, note.for_partner, note.for_coordinators) == ("I need a day", True, True)
    browser.post(address("matching:hand-over-withdraw", ended))

    assert not HandOverNote.objects.exists()


def test_after_another_ending_its_page_names_who_never_reads_the_note_that_waits(as_member, ended):
    HandOverNoteFactory(pairing=ended)
    other = PairingFactory(closed=True, program=ended.program, first=ended.first, second__user__called="Benedikta")
    browser = as_member(ended.first)

    page = browser.get(address("matching:hand-over", other)).text

    assert f"{ended.second.user.short_name} never does." in page
    assert "Benedikta" not in page
    assert "Benedikta never reads it" not in browser.get(address("matching:ended", other)).text


def after_another(ended):
    return PairingFactory(closed=True, program=ended.program, first=ended.first, second__user__called="Benedikta")


def seen_in(text):
    return re.search(r'name="promised" value="(\d+)"', text)[1]


def test_of_two_windows_the_form_of_one_pairing_does_not_land_after_another(as_member, ended):
    other, browser, page = after_another(ended), as_member(ended.first), address("matching:hand-over", ended)
    promised = seen_in(browser.get(page).text)
    browser.post(address("matching:hand-over", other), sent(other, text="From the other window"))

    refused = browser.post(page, sent(ended, promised=promised))

    assert refused.status_code == 409
    assert HandOverNote.objects.get().text == "From the other window"
    for words in ("it is Benedikta who never reads it", "I learn by trying", "Benedikta never does.", "From the other window"):
        assert words in refused.text
    browser.post(page, sent(ended, promised=seen_in(refused.text)))
    note = HandOverNote.objects.get()
    assert (note.pairing, note.text) == (other, "I learn by trying")


def test_a_form_from_before_one_took_the_note_back_says_who_never_reads_it_now(as_member, ended):
    HandOverNoteFactory(pairing=ended)
    other = after_another(ended)
    browser, page = as_member(ended.first), address("matching:hand-over", other)
    promised = seen_in(browser.get(page).text)
    browser.post(address("matching:hand-over-withdraw", ended))

    refused = browser.post(page, sent(other, promised=promised))

    assert "it is Benedikta who never reads it" in refused.text
    assert not HandOverNote.objects.exists()


def test_a_form_that_promises_nothing_is_shown_again_with_all_that_was_typed(as_member, ended):
    answer = as_member(ended.first).post(address("matching:hand-over", ended), SENT)

    assert answer.status_code == 409
    assert "I learn by trying" in answer.text


@pytest.mark.parametrize("state", ["active", "paused"])
def test_when_the_same_two_have_begun_again_its_author_alone_finds_it_and_takes_it_back(state, as_member):
    pairing = PairingFactory(**{state: True})
    HandOverNoteFactory(pairing=pairing)
    browser, page = as_member(pairing.first), address("matching:hand-over", pairing)

    assert page in browser.get(address("checkins:pairing-about", pairing)).text
    assert page not in as_member(pairing.second).get(address("checkins:pairing-about", pairing)).text
    assert "I learn by trying" in browser.get(page).text
    assert "Take my note back" in browser.get(page).text
    browser.post(address("matching:hand-over-withdraw", pairing))

    assert not HandOverNote.objects.exists()


def test_a_month_later_the_page_says_so_and_is_not_offered(as_member, ended, noon, time_machine):
    time_machine.move_to(noon + timedelta(days=31), tick=False)
    browser = as_member(ended.first)

    assert "in the 30 days after an ending" in browser.get(address("matching:hand-over", ended), follow=True).text
    assert address("matching:hand-over", ended) not in browser.get(address("matching:ended", ended)).text


def test_the_next_partner_finds_it_on_the_page_of_the_two_and_among_what_is_about_the_other(as_member, ended, noon):
    pairing = PairingFactory(active=True, program=ended.program, first=ended.first, proposed_at=noon)
    HandOverNoteFactory(pairing=ended, shown_in=pairing)

    for name in ("checkins:pairing", "checkins:pairing-about"):
        assert "I learn by trying" in as_member(pairing.second).get(address(name, pairing)).text
        assert "I learn by trying" in as_member(pairing.first).get(address(name, pairing)).text
        assert "I learn by trying" not in as_member(ended.second).get(address(name, ended)).text
    assert "I learn by trying" not in as_member(pairing.coordinator).get(address("checkins:pairing", pairing)).text


def test_a_coordinator_reads_what_is_meant_for_them_among_the_facts(as_member, ended):
    HandOverNoteFactory(pairing=ended, for_partner=False, for_coordinators=True)

    assert "I learn by trying" in as_member(ended.coordinator).get(address("checkins:pairing", ended)).text
    assert Pairing.objects.get(pk=ended.pk).state == "closed"
