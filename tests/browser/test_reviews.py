"""Two people at once: each answers apart, both read both, one puts what differs on the agenda, and they write together."""

import re
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
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring", time_zone="UTC")
    halves = {
        side: MembershipFactory(program=program, user__name=name) for side, name in (("first", "Amara Okoye"), ("second", "Jonas Lind"))
    }
    return PairingFactory(active=True, program=program, proposed_at=timezone.now() - timedelta(days=100), **halves)


def test_two_look_back_together(page_at, axe, pairing):
    here = f"/p/northside/pairings/{pairing.pk}"
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)

    amara.goto(f"{here}/")
    expect(amara.get_by_role("heading", name="Time to look back together?")).to_be_visible()
    press(amara, "Start a review")
    amara.get_by_label("What would you like more of?").fill("Trying things out")
    axe(amara)
    press(amara, "Save my part")
    expect(amara.get_by_text("It opens to you both when both are there")).to_be_visible()

    jonas.goto(f"{here}/reviews/")
    expect(jonas.get_by_text("Trying things out")).to_have_count(0)
    jonas.get_by_label("What would you like less of?").fill("Late changes")
    jonas.get_by_label("Both about the same").check()
    press(jonas, "Save my part")
    expect(jonas.get_by_text("Amara would like more of this: Trying things out", exact=True)).to_be_visible()
    press(jonas, jonas.get_by_role("button", name=re.compile("Put on the agenda ?: Amara would like more of this")))
    expect(jonas.get_by_text("On your agenda", exact=True)).to_be_visible()
    axe(jonas)

    amara.reload()
    amara.get_by_role("link", name="Write our text").click()
    jonas.get_by_role("link", name="Write our text").click()
    amara.get_by_label("What do you two take from it?").fill("We try one thing each time")
    press(amara, "Save our text")
    expect(amara.get_by_text("We try one thing each time")).to_be_visible()
    jonas.get_by_label("What do you two take from it?").fill("We say early when plans change")
    press(jonas, "Save our text")
    expect(jonas.get_by_role("heading", name="Two versions of one text")).to_be_visible()
    jonas.get_by_label("What do you two take from it?").fill("We try one thing each time, and say early when plans change")
    press(jonas, "Save our text")
    expect(jonas.get_by_text("and say early when plans change")).to_be_visible()
