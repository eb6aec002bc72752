"""Somebody writes for long, and is signed out meanwhile: what they wrote is there to copy."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from checkins.threads.models import Message
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "She sounded tired.\nNext week: <b>Thursday</b> at four."


@pytest.fixture
def pairing():
    program = ProgramFactory(slug="northside")
    return PairingFactory(active=True, program=program, second=MembershipFactory(program=program, user__name="Jonas Lind"))


@pytest.mark.parametrize("width", [360, 1280])
def test_what_was_written_is_on_the_page_after_the_sign_in_has_ended(page_at, axe, picture, pairing, width):
    page = page_at(width, as_=pairing.first, color_scheme="dark" if width == 360 else "light")
    page.goto(f"/p/northside/pairings/{pairing.pk}/messages/")
    form = page.locator("form", has=page.get_by_label("Write to Jonas"))
    form.get_by_label("Write to Jonas").fill(WORDS)
    Session.objects.all().delete()

    form.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You were signed out")
    expect(page.get_by_label("What you wrote")).to_have_value(WORDS)
    expect(page).to_have_title("You were signed out - Evenhand")
    expect(page.locator("header")).to_have_count(1)
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, "signed-out")
    axe(page)
    assert not Message.objects.exists()
    page.get_by_role("link", name="Sign in again").click()
    expect(page.get_by_label("Your email address")).to_be_visible()


def test_a_part_that_asks_again_by_itself_leads_the_whole_page_to_sign_in(page_at, pairing):
    page = page_at(360, as_=pairing.first)
    page.goto(reverse("programs:my-data"))
    page.get_by_role("button", name="Make my copy").click()
    expect(page.get_by_text("The work goes on.")).to_be_visible()

    Session.objects.all().delete()

    expect(page.get_by_label("Your email address")).to_be_visible()
    expect(page).to_have_url(re.compile(reverse("account_login")))
