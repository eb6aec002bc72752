"""Two people at once: each fills in apart, both read both, they write one text, and one signs while the other changes it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pressing import press
from tests.factories.guidelines import GuidelineVersionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)

RHYTHM = "How often would you like to meet, where or by what means, and for how long?"
FEEDBACK = "How would you like to hear it if something should change?"


@pytest.fixture
def pairing():
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring", time_zone="UTC")
    GuidelineVersionFactory(program=program)
    halves = {
        side: MembershipFactory(program=program, user__name=name) for side, name in (("first", "Amara Okoye"), ("second", "Jonas Lind"))
    }
    return PairingFactory(active=True, program=program, **halves)


def test_two_write_and_sign_one_agreement(page_at, axe, pairing):
    here = f"/p/northside/pairings/{pairing.pk}/agreement/"
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)

    amara.goto(here)
    press(amara, "Begin our agreement")
    amara.get_by_label(RHYTHM).fill("Every week")
    amara.get_by_label(FEEDBACK).fill("In words")
    press(amara, "Save my part")
    expect(amara.get_by_text("It opens to you both when both are there")).to_be_visible()
    jonas.goto(here)
    expect(jonas.get_by_text("In words")).to_have_count(0)
    jonas.get_by_label(RHYTHM).fill("every week")
    jonas.get_by_label(FEEDBACK).fill("By mail")
    press(jonas, "Save my part")
    expect(jonas.get_by_role("heading", name="To talk about")).to_be_visible()
    axe(jonas)

    amara.reload()
    amara.get_by_label("Type your full name to sign").fill("Amara Okoye")
    jonas.get_by_role("link", name=re.compile("Write ?: How we tell each other")).click()
    jonas.get_by_label(FEEDBACK).fill("In words, and soon.")
    press(jonas, "Save this part")
    press(amara, "Sign the agreement")
    expect(amara.get_by_text("so nothing was signed")).to_be_visible()
    axe(amara)

    for page, name in ((amara, "Amara Okoye"), (jonas, "Jonas Lind")):
        page.get_by_label("Type your full name to sign").fill(name)
        press(page, "Sign the agreement")
    expect(jonas.get_by_text("You have both signed. This is your agreement now.")).to_be_visible()
    expect(jonas.get_by_role("button", name="Ask for a change")).to_be_visible()
