import re

import pytest
from django.urls import reverse

from matching.endings import queries
from matching.pairings.models import Pairing
from matching.pauses.models import Pause
from tests.factories.matching import PairingFactory, PauseFactory

pytestmark = pytest.mark.django_db


def page(name, pairing):
    return reverse(f"matching:{name}", args=[pairing.program.slug, pairing.pk])


@pytest.mark.parametrize("who", ["first", "second", "proposed_by"])
def test_either_half_and_a_coordinator_pause_it_with_one_press(who, as_member):
    pairing = PairingFactory(active=True)

    answer = as_member(getattr(pairing, who)).post(page("pause", pairing), follow=True)

    assert "The pairing is paused. Both get the same letter." in answer.text
    assert Pause.objects.count() == 1


def test_a_yes_is_seen_by_who_said_it_and_by_nobody_else(as_member, noon):
    rest = PauseFactory()
    pairing = rest.pairing
    before = queries.on_pair_page(pairing, pairing.second, [])

    answer = as_member(pairing.first).post(page("go-on", pairing), follow=True)

    assert "Your yes is noted." in answer.text
    assert queries.on_pair_page(pairing, pairing.first, []).have_said_yes
    assert queries.on_pair_page(pairing, pairing.second, []) == before
    facts = as_member(pairing.proposed_by).get(reverse("checkins:pairing", args=[pairing.program.slug, pairing.pk])).text
    assert "Paused since" in facts
    assert "yes" not in facts.lower().replace("yesterday", "")


def test_the_second_yes_lets_it_go_on(as_member, noon):
    pairing = PauseFactory(second_yes_at=noon).pairing

    answer = as_member(pairing.first).post(page("go-on", pairing), follow=True)

    assert "The pairing goes on." in answer.text
    assert Pairing.objects.get(pk=pairing.pk).state == "active"


def test_a_yes_is_taken_back_with_one_press(as_member, noon):
    rest = PauseFactory(first_yes_at=noon)

    as_member(rest.pairing.first).post(page("stay-paused", rest.pairing))

    rest.refresh_from_db()
    assert rest.first_yes_at is None


@pytest.mark.parametrize(("name", "state"), [("pause", "closed"), ("go-on", "active"), ("stay-paused", "closed")])
def test_what_cannot_be_done_now_is_said(name, state, as_member):
    pairing = PairingFactory(**{state: True})
    browser = as_member(pairing.proposed_by)

    answer = browser.post(page(name, pairing), follow=True)

    assert "notice--warn" in answer.text


@pytest.mark.parametrize("who", ["first", "proposed_by"])
def test_a_press_that_comes_again_after_it_has_gone_on_pauses_nothing(who, as_member):
    pairing = PairingFactory(active=True)
    browser = as_member(getattr(pairing, who))
    where = "matching:change" if who == "first" else "checkins:pairing"
    form = browser.get(reverse(where, args=[pairing.program.slug, pairing.pk]))
    sent = {"once": re.search(r'name="once" value="([^"]+)"', form.text).group(1)}
    browser.post(page("pause", pairing), sent)
    as_member(pairing.proposed_by).post(page("go-on", pairing))

    browser.post(page("pause", pairing), sent)

    assert Pairing.objects.get(pk=pairing.pk).state == "active"
    assert Pause.objects.count() == 1


def test_a_link_does_nothing(as_member):
    pairing = PairingFactory(active=True)

    assert as_member(pairing.first).get(page("pause", pairing)).status_code == 405
