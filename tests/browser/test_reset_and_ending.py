"""Two people at once: a fresh start that both prepare apart, then a quiet end, and what each learns of the other after it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.pressing import press
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pairing():
    began = timezone.now() - timedelta(days=40)
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring", time_zone="UTC")
    coordinator = MembershipFactory(coordinator=True, program=program, user__name="Priya Raman")
    halves = {
        side: MembershipFactory(program=program, user__name=name) for side, name in (("first", "Amara Okoye"), ("second", "Jonas Lind"))
    }
    return PairingFactory(active=True, program=program, proposed_by=coordinator, proposed_at=began, **halves)


def test_two_reset_and_end_and_learn_only_what_both_wish(page_at, axe, pairing):
    here = f"/p/northside/pairings/{pairing.pk}"
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)

    amara.goto(f"{here}/resets/")
    axe(amara)
    amara.get_by_role("button", name="Start a reset conversation").click()
    amara.get_by_label("One thing you would like to ask of the other").fill("Let me finish my sentence")
    amara.get_by_label("One thing you offer to do yourself").fill("I say when I am lost")
    amara.get_by_role("button", name="Save my part").click()
    expect(amara.get_by_text("It opens to you both when both are there")).to_be_visible()
    axe(amara)

    jonas.goto(f"{here}/resets/")
    axe(jonas)
    expect(jonas.get_by_text("Let me finish my sentence")).to_have_count(0)
    jonas.get_by_label("One thing you would like to ask of the other").fill("Tell me what you need")
    jonas.get_by_label("One thing you offer to do yourself").fill("I ask before I advise")
    jonas.get_by_role("button", name="Save my part").click()
    expect(jonas.get_by_text("Let me finish my sentence")).to_be_visible()
    axe(jonas)
    amara.reload()
    expect(amara.get_by_text("I ask before I advise")).to_be_visible()
    expect(amara.get_by_role("heading", name="How to talk about it")).to_be_visible()

    amara.goto(f"{here}/change/")
    axe(amara)
    amara.get_by_role("link", name="End it now").click()
    amara.get_by_label("Why, in one line?").select_option(label="I had too little say")
    axe(amara)
    amara.get_by_role("button", name="End it now").click()
    expect(amara.get_by_role("heading", name="your pairing has ended")).to_be_visible()
    axe(amara)

    jonas.goto(f"{here}/ended/")
    expect(jonas.get_by_text("it says nothing about you or about what you did together")).to_be_visible()
    expect(jonas.get_by_text("too little say")).to_have_count(0)
    press(jonas, "I’d like to meet somebody else")
    jonas.goto(f"{here}/ended/")
    jonas.get_by_role("link", name="Stay in touch, or not").click()
    jonas.get_by_label("Yes").check()
    jonas.get_by_label("How could they reach you?").fill("jonas@example.org")
    axe(jonas)
    jonas.get_by_role("button", name="Save my answer").click()
    expect(jonas.get_by_text("Nothing to show.")).to_be_visible()

    amara.get_by_role("link", name="Stay in touch, or not").click()
    expect(amara.get_by_text("jonas@example.org")).to_have_count(0)
    amara.get_by_label("Yes").check()
    amara.get_by_label("How could they reach you?").fill("07700 900123")
    amara.get_by_role("button", name="Save my answer").click()
    expect(amara.get_by_text("jonas@example.org")).to_be_visible()
    axe(amara)
    jonas.reload()
    expect(jonas.get_by_text("07700 900123")).to_be_visible()
