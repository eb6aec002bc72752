import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from matching.endings import services
from matching.endings.models import EndingReason
from matching.joint.models import Round
from matching.pairings.models import PartnerWish
from tests.factories.matching import (
    EndingReasonFactory,
    JointAnswerFactory,
    PairingFactory,
    PartnerWishFactory,
    PauseFactory,
    RoundFactory,
)
from tests.factories.programs import ProfileFactory

pytestmark = pytest.mark.django_db


def page(name, pairing, app="matching"):
    return reverse(f"{app}:{name}", args=[pairing.program.slug, pairing.pk])


@pytest.fixture
def pairing(db):
    return PairingFactory(active=True, first__user__name="Maya Silva", second__user__name="Jonas Berg")


def test_both_see_the_same_choices_and_none_is_chosen(pairing, as_member):
    first, second = (as_member(half).get(page("change", pairing)).text for half in pairing.halves)

    assert all(words in first for words in ("Pause now", "Begin to end it", "End it now", "Meet somebody else"))
    assert 'class="button"' not in first
    for words in ("Pause now", "Begin to end it", "End it now", "Meet somebody else"):
        assert words in second


def test_two_prepare_apart_and_it_opens_to_both(pairing, as_member):
    one, other = (as_member(half) for half in pairing.halves)
    one.post(page("ending-begin", pairing))

    one.post(page("ending", pairing), {"good": "The walks"})
    assert "The walks" not in other.get(page("ending", pairing)).text
    answer = other.post(page("ending", pairing), {"to_you": "Thank you"}, follow=True)

    assert "The walks" in answer.text
    assert "Thank you" in one.get(page("ending", pairing)).text


def test_one_can_change_ones_part_until_both_are_there(pairing, as_member):
    ending = RoundFactory(pairing=pairing, kind="ending")
    JointAnswerFactory(round=ending, content={"good": "The walks", "take_with_me": "", "to_you": ""})

    assert "The walks</textarea>" in as_member(pairing.first).get(page("ending", pairing)).text


def test_a_part_that_comes_after_the_other_stayed_or_ended_it_is_kept(pairing, as_member, noon):
    one, other = (as_member(half) for half in pairing.halves)
    for way, sent in (("ending-stay", {}), ("end", {})):
        one.post(page("ending-begin", pairing))
        other.post(page(way, pairing), sent)

        answer = one.post(page("ending", pairing), {"good": "Dear to me"})

        assert "not open to be answered now" in answer.text
        assert "Dear to me</textarea>" in answer.text


@pytest.mark.parametrize("way", ["ending-stay", "end"])
def test_ones_saved_part_stays_there_for_oneself_alone(way, pairing, as_member):
    one, other = (as_member(half) for half in pairing.halves)
    one.post(page("ending-begin", pairing))
    one.post(page("ending", pairing), {"good": "The walks"})

    other.post(page(way, pairing))

    assert "The walks" in one.get(page("ending", pairing)).text
    assert "The walks" not in other.get(page("ending", pairing), follow=True).text
    if way == "end":
        assert page("ending", pairing) in one.get(page("ended", pairing)).text


def test_an_answer_on_later_contact_that_comes_too_late_is_kept(as_member):
    pairing = PairingFactory(closed=True)
    RoundFactory(pairing=pairing, kind="later-contact", called_off=True)
    browser = as_member(pairing.first)

    answer = browser.post(page("later-contact", pairing), {"yes": "yes", "line": "maya@example.org"})

    assert "not open to be answered now" in answer.text
    assert "maya@example.org" in answer.text
    assert "The time to answer is over." in browser.get(page("later-contact", pairing)).text


@pytest.mark.parametrize(("state", "over"), [("active", {"opened_together": True}), ("closed", {})])
def test_what_comes_too_late_is_said_and_kept(state, over, as_member):
    ending = RoundFactory(pairing=PairingFactory(**{state: True}), kind="ending", **over)

    answer = as_member(ending.pairing.first).post(page("ending", ending.pairing), {"good": "Too late, but dear to me"})

    assert "Nothing was changed" in answer.text
    assert "Too late, but dear to me" in answer.text


def test_a_part_without_words_is_asked_for_again(pairing, as_member):
    RoundFactory(pairing=pairing, kind="ending")

    answer = as_member(pairing.first).post(page("ending", pairing), {"good": " "})

    assert "Write something in one of the three fields first." in answer.text


def test_ending_it_quietly_leads_both_to_the_same_careful_page(pairing, as_member):
    one, other = (as_member(half) for half in pairing.halves)

    answer = one.post(page("end", pairing), {"choice": "say", "words": "Canary"}, follow=True)

    assert answer.redirect_chain[-1][0] == page("ended", pairing)
    theirs = other.get(page("ended", pairing)).text
    assert "it says nothing about you" in theirs
    assert "Canary" not in theirs
    assert "too little say" not in theirs

    def without_names(text):
        main = text[text.index("<main") : text.index("</main>")]
        return main.replace("Maya", "Jonas").partition('name="csrfmiddlewaretoken"')[0]

    assert without_names(answer.text) == without_names(theirs)


def test_whatever_cannot_be_taken_is_kept_and_ends_nothing(pairing, as_member):
    answer = as_member(pairing.first).post(page("end", pairing), {"choice": "", "words": "x" * 10_001})

    assert "Write at most 10000 characters" in answer.text.replace(",", "")
    pairing.refresh_from_db()
    assert pairing.state == "active"


def test_who_would_like_somebody_else_says_so_while_ending(pairing, as_member):
    as_member(pairing.first).post(f"{page('end', pairing)}?somebody", {})

    assert PartnerWish.objects.get().membership == pairing.first


def test_who_was_left_behind_says_so_with_one_tap(as_member):
    pairing = PairingFactory(closed=True)
    browser = as_member(pairing.second)

    browser.post(page("wish", pairing))

    assert PartnerWish.objects.get().membership == pairing.second
    assert "You said so." in browser.get(page("ended", pairing)).text


def test_a_wish_is_taken_back_with_one_tap(as_member):
    wish = PartnerWishFactory()
    browser = as_member(wish.membership)
    assert page("wish-take-back", wish.pairing) in browser.get(page("ended", wish.pairing)).text

    browser.post(page("wish-take-back", wish.pairing))

    assert not PartnerWish.objects.exists()
    assert "You said so." not in browser.get(page("ended", wish.pairing)).text


def test_a_coordinator_ends_it_without_a_reason_and_reads_the_halves_reasons(pairing, as_member):
    coordinator = as_member(pairing.proposed_by)
    EndingReasonFactory(pairing=pairing, choice="limits", words="Called at night")

    form = coordinator.get(page("end", pairing)).text
    answer = coordinator.post(page("end", pairing), follow=True)

    assert "<textarea" not in form
    assert EndingReason.objects.count() == 1
    assert "Called at night" in answer.text
    assert "My limits were not kept" in answer.text
    assert "End this pairing" not in answer.text


def test_a_coordinator_who_was_slower_than_a_half_is_led_to_what_has_ended(pairing, as_member):
    as_member(pairing.first).post(page("end", pairing))

    answer = as_member(pairing.proposed_by).post(page("end", pairing), follow=True)

    assert answer.redirect_chain[-1][0] == page("pairing", pairing, "checkins")
    assert "The pairing has ended." in answer.text


def test_a_coordinator_begins_to_end_it_and_takes_that_back(pairing, as_member):
    browser, facts = as_member(pairing.proposed_by), page("pairing", pairing, "checkins")
    assert "It is not to end after all" not in browser.get(facts).text

    begun = browser.post(page("ending-begin", pairing), follow=True)
    assert "Both get the same letter." in begun.text
    assert "It is not to end after all" in begun.text
    assert "Begin to end it well" not in begun.text

    browser.post(page("ending-stay", pairing))
    assert "Begin to end it well" in browser.get(facts).text


def test_both_tell_the_program_why_on_the_same_page_and_neither_reads_the_other(as_member):
    pairing = PairingFactory(closed=True)
    one, other = (as_member(half) for half in pairing.halves)
    for browser in (one, other):
        assert page("tell-why", pairing) in browser.get(page("ended", pairing)).text

    one.post(page("tell-why", pairing), {"choice": "limits", "words": "Canary"})

    assert "Canary</textarea>" in one.get(page("tell-why", pairing)).text
    assert "Canary" not in other.get(page("tell-why", pairing)).text
    assert "Canary" in as_member(pairing.proposed_by).get(page("pairing", pairing, "checkins")).text


def test_what_the_program_cannot_take_is_kept(as_member):
    pairing = PairingFactory(closed=True)

    answer = as_member(pairing.first).post(page("tell-why", pairing), {"choice": "nonsense", "words": "Dear to me"})

    assert "Dear to me</textarea>" in answer.text
    assert not EndingReason.objects.exists()


@pytest.mark.parametrize(
    ("state", "there"),
    [
        ("active", ["Pause this pairing", "Begin to end it well", "End this pairing", "Undo this match"]),
        ("paused", ["Let it go on", "Begin to end it well", "End this pairing"]),
        ("closed", []),
        ("proposed", ["Take the introduction back"]),
    ],
)
def test_the_page_of_facts_offers_what_can_be_done(state, there, as_member):
    pairing = PairingFactory(**{state: True})

    text = as_member(pairing.proposed_by).get(page("pairing", pairing, "checkins")).text

    acts = (
        "Pause this pairing",
        "Begin to end it well",
        "End this pairing",
        "Undo this match",
        "Let it go on",
        "Take the introduction back",
        "Ask both to begin again",
    )
    for words in acts:
        assert (words in text) is (words in there), words


def test_a_coordinator_takes_an_introduction_back(as_member):
    pairing = PairingFactory()

    answer = as_member(pairing.proposed_by).post(page("withdraw", pairing), follow=True)

    assert "The introduction is taken back." in answer.text


def test_the_page_for_introducing_people_shows_who_would_like_somebody_else(as_member):
    wish = PartnerWishFactory()
    ProfileFactory(membership=wish.membership)
    program = wish.membership.program

    choosing = reverse("matching:pair", args=[program.slug])

    assert "Wishes to meet somebody else since 16 Mar 2026" in as_member(wish.pairing.proposed_by).get(choosing).text
    conflicted = wish.pairing.second
    conflicted.is_coordinator = True
    conflicted.save()
    assert "Wishes to meet" not in as_member(conflicted).get(choosing).text


@pytest.mark.parametrize("theirs", [None, "no", "yes"])
def test_the_page_of_later_contact_reads_the_same_unless_both_say_yes(theirs, as_member, noon):
    pairing = PairingFactory(closed=True)
    contact = RoundFactory(pairing=pairing, kind="later-contact")
    browser, other = as_member(pairing.first), as_member(pairing.second)

    def shown():
        text = browser.get(page("later-contact", pairing)).text
        return text[text.index("<h1") : text.index("</main>")].partition('name="csrfmiddlewaretoken"')[0]

    before = shown()
    if theirs:
        other.post(page("later-contact", pairing), {"yes": theirs, "line": "07700 900000"})

    assert shown() == before
    assert "Nothing to show." in before
    answer = browser.post(page("later-contact", pairing), {"yes": "yes", "line": "maya@example.org"}, follow=True)
    assert ("07700 900000" in answer.text) is (theirs == "yes")
    assert Round.objects.opened_together().exists() is (theirs == "yes")
    assert contact.pairing_id == pairing.pk


# --- beginning again ---


def without_token(text):
    return re.sub(r'<input type="hidden"[^>]*>', "", text[text.index("<h1") : text.index("</main>")])


@pytest.fixture
def ended(as_member):
    """Ended at once, by the second half, through the page."""
    pairing = PairingFactory(active=True, first__user__name="Maya Silva", second__user__name="Jonas Berg")
    as_member(pairing.second).post(page("end", pairing))
    return pairing


def test_either_is_asked_on_the_page_of_what_can_come_next(ended, as_member):
    for half in ended.halves:
        assert page("begin-again", ended) in as_member(half).get(page("ended", ended)).text


@pytest.mark.parametrize("theirs", [None, "no", "yes"])
def test_the_page_reads_the_same_whatever_the_other_has_answered(theirs, ended, as_member):
    browser, other = as_member(ended.first), as_member(ended.second)
    before = without_token(browser.get(page("begin-again", ended)).text)

    if theirs:
        other.post(page("begin-again", ended), {"yes": theirs})

    assert without_token(browser.get(page("begin-again", ended)).text) == before
    assert "button--second" in before
    assert 'class="button"' not in before


def test_two_yeses_lead_to_the_page_of_the_two(ended, as_member):
    one, other = as_member(ended.first), as_member(ended.second)
    assert "You said yes." in one.post(page("begin-again", ended), {"yes": "yes"}, follow=True).text

    answer = other.post(page("begin-again", ended), {"yes": "yes"}, follow=True)

    assert "You both said yes. Your pairing goes on." in answer.text
    assert answer.request["PATH_INFO"] == page("pairing", ended, "checkins")
    assert one.get(page("begin-again", ended)).url == page("pairing", ended, "checkins")


def test_a_no_can_be_changed_and_looks_like_any_answer(ended, as_member):
    browser = as_member(ended.first)

    answer = browser.post(page("begin-again", ended), {"yes": "no"}, follow=True)

    assert "You said not this time." in answer.text
    assert 'value="no"' not in answer.text
    assert 'value="yes"' in answer.text


def test_what_is_sent_without_an_answer_changes_none(ended, as_member):
    browser = as_member(ended.first)
    browser.post(page("begin-again", ended), {"yes": "yes"})

    assert "You said yes." in browser.post(page("begin-again", ended), {}).text


def test_an_answer_that_comes_too_late_is_told(as_member):
    pairing = PairingFactory(closed=True)
    RoundFactory(pairing=pairing, kind="begin-again", closes_at=timezone.now() - timedelta(days=1))
    browser = as_member(pairing.first)

    assert "not open to be answered now" in browser.post(page("begin-again", pairing), {"yes": "yes"}, follow=True).text
    assert browser.get(page("begin-again", pairing)).url == page("ended", pairing)
    assert page("begin-again", pairing) not in browser.get(page("ended", pairing)).text


def test_who_have_met_anew_are_not_asked(ended, as_member):
    PairingFactory(program=ended.program, first=ended.second, second=ended.first)

    assert page("begin-again", ended) not in as_member(ended.first).get(page("ended", ended)).text


def test_a_coordinator_has_both_asked_and_learns_no_answer(ended, as_member):
    coordinator = as_member(ended.proposed_by)
    facts = page("pairing", ended, "checkins")
    before = without_token(coordinator.get(facts).text)
    as_member(ended.first).post(page("begin-again", ended), {"yes": "yes"})
    assert without_token(coordinator.get(facts).text) == before
    assert "Ask both to begin again" in before

    answer = coordinator.post(page("ask-both", ended), follow=True)

    assert "Both are asked in the same letter." in answer.text


def test_a_coordinator_who_was_too_late_is_told(as_member):
    pairing = PairingFactory(closed=True)

    answer = as_member(pairing.proposed_by).post(page("ask-both", pairing), follow=True)

    assert "while both are here" in answer.text


def test_a_coordinator_undoes_a_match_made_in_error(pairing, as_member):
    answer = as_member(pairing.proposed_by).post(page("undo", pairing), follow=True)

    assert "The match is undone." in answer.text
    assert "The introduction of you and Jonas did not go ahead." in as_member(pairing.first).get(page("proposal", pairing)).text


# --- how it went ---


def test_an_ending_that_was_taken_back_stays_to_read_when_another_has_begun(pairing, as_member):
    one, other = (as_member(half) for half in pairing.halves)
    one.post(page("ending-begin", pairing))
    one.post(page("ending", pairing), {"good": "The walks"})
    other.post(page("ending", pairing), {"good": "The talks"})
    other.post(page("ending-stay", pairing))
    one.post(page("ending-begin", pairing))
    earlier = Round.objects.opened_together().get()
    there = reverse("matching:ending-earlier", args=[pairing.program.slug, pairing.pk, earlier.pk])

    for browser in (one, other):
        assert page("history", pairing) in browser.get(page("change", pairing)).text
        assert there in browser.get(page("history", pairing)).text
        text = browser.get(there).text
        assert "The walks" in text
        assert "The talks" in text
        assert "<textarea" not in text


def test_what_one_prepared_alone_is_in_ones_own_history_alone(pairing, as_member):
    one, other = (as_member(half) for half in pairing.halves)
    one.post(page("ending-begin", pairing))
    one.post(page("ending", pairing), {"good": "The walks"})
    other.post(page("ending-stay", pairing))
    there = reverse("matching:ending-earlier", args=[pairing.program.slug, pairing.pk, Round.objects.get().pk])

    assert "The walks" in one.get(there).text
    assert there not in other.get(page("history", pairing)).text
    assert other.get(there).status_code == 404


def test_both_read_the_same_of_how_it_went(as_member):
    pairing = PairingFactory(active=True)
    one, other, coordinator = as_member(pairing.first), as_member(pairing.second), as_member(pairing.proposed_by)
    one.post(page("pause", pairing))
    coordinator.post(page("go-on", pairing))
    other.post(page("ending-begin", pairing))
    one.post(page("ending-stay", pairing))
    other.post(page("ending-begin", pairing))
    one.post(page("end", pairing))
    for browser in (one, other):
        browser.post(page("begin-again", pairing), {"yes": "yes"})
    other.post(page("end", pairing))

    mine, theirs = ([event.words for event in browser.get(page("history", pairing)).context["events"]] for browser in (one, other))

    assert mine == theirs
    assert mine == [
        "Your pairing ended.",
        "It began again: you both said yes.",
        "Your pairing ended.",
        "It was to end.",
        "It was not to end any more.",
        "It was to end.",
        "The pause was over.",
        "A pause began.",
        "Your pairing began.",
    ]


def test_the_history_dates_an_ending_that_was_taken_back_after_both_had_prepared(pairing, as_member, noon):
    RoundFactory(pairing=pairing, kind="ending", opened_together=True, closes_at=noon + timedelta(days=14))
    services.stay(pairing=pairing, by=pairing.first, now=noon + timedelta(days=2))

    events = as_member(pairing.second).get(page("history", pairing)).context["events"]

    assert (noon + timedelta(days=2), "It was not to end any more.") in [(event.happened_at, event.words) for event in events]


def test_the_history_costs_the_same_however_long_it_is(as_member, queries_of):
    pairing = PauseFactory(gone_on=True).pairing
    RoundFactory(pairing=pairing, kind="ending", called_off=True)
    browser = as_member(pairing.first)
    for_one = queries_of(lambda: browser.get(page("history", pairing)))

    PauseFactory.create_batch(9, gone_on=True, pairing=pairing)
    RoundFactory.create_batch(9, pairing=pairing, kind="ending", called_off=True)

    assert queries_of(lambda: browser.get(page("history", pairing))) == for_one


def test_pages_of_what_comes_after_lead_back_while_it_lasts(pairing, as_member):
    browser = as_member(pairing.first)

    for name in ("ended", "later-contact", "begin-again"):
        assert browser.get(page(name, pairing)).url == page("pairing", pairing, "checkins")
    assert browser.get(page("ending", pairing)).url == page("change", pairing)


def test_an_ended_pairing_offers_nothing_to_change(as_member):
    pairing = PairingFactory(closed=True)
    browser = as_member(pairing.first)

    for name in ("change", "end"):
        assert browser.get(page(name, pairing)).url == page("ended", pairing)
    assert "This pairing has ended" in browser.get(page("ending", pairing)).text


def test_a_coordinator_who_is_half_of_it_gets_the_page_of_a_half(as_member):
    pairing = PairingFactory(active=True, first__is_coordinator=True)

    assert "<textarea" in as_member(pairing.first).get(page("end", pairing)).text
