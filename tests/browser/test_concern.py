"""A concern from a telephone to its close: raised in less than a minute, read at a desk, answered, and closed."""

import time

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from checkins.concerns.models import Concern, ConcernEntry
from tests.browser.passkeys import add_passkey
from tests.browser.pressing import press
from tests.factories.checkins import ConcernFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

A_MINUTE, AN_HOUR = 60, 3600


@pytest.fixture
def pairing():
    return PairingFactory(active=True, first__user__name="Amara Okoye", second__user__name="Jonas Lindqvist")


def test_a_concern_from_a_telephone_to_its_close(page_at, axe, picture, pairing):
    admin = MembershipFactory(program=pairing.program, admin=True, user__name="Ruth Adeyemi")
    telephone, desk = page_at(360, as_=pairing.first), page_at(1280, as_=admin)
    telephone.goto(reverse("checkins:home", args=[pairing.program.slug]))

    began = time.monotonic()
    telephone.get_by_role("link", name="Something wrong?").tap()
    expect(telephone.get_by_role("heading", level=1)).to_be_visible()
    looked = time.monotonic()
    axe(telephone)
    began += time.monotonic() - looked
    telephone.get_by_label("Jonas Lindqvist").tap()
    telephone.get_by_label("The safeguarding leads only").tap()
    telephone.get_by_label("What happened?").fill("He asks me for money.")
    telephone.get_by_label("Yes, with my name").tap()
    press(telephone, "Send it")
    expect(telephone.get_by_text("Thank you for telling somebody")).to_be_visible()
    took = time.monotonic() - began
    assert took < A_MINUTE / 2, "The other half of the minute is for typing."
    picture(telephone, "sent")
    assert telephone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    desk.goto(reverse("checkins:for-you", args=[pairing.program.slug]))
    desk.get_by_role("link", name="Something else, or not sure yet").click()
    expect(desk.get_by_text("He asks me for money.")).to_be_visible()
    axe(desk)
    desk.get_by_label("Your message").fill("Thank you. May I call you?")
    press(desk, "Send the answer")
    expect(desk.get_by_text("Ruth Adeyemi answered")).to_be_visible()
    desk.get_by_role("link", name="Close this concern").click()
    desk.get_by_label("We found a way together").check()
    desk.get_by_label("What do you tell whoever raised it?").fill("He has given it back.")
    press(desk, "Close this concern")
    expect(desk.get_by_text("It is closed.")).to_be_visible()
    picture(desk, "closed")

    telephone.reload()
    for words in ("Read", "Thank you. May I call you?", "He has given it back."):
        expect(telephone.get_by_text(words, exact=words == "Read")).to_be_visible()
    press(telephone, "Leave this page now")
    assert Concern.objects.get().outcome == "agreed"


def test_what_was_written_for_long_goes_through_once_after_a_passkey(page_at, looks_right, pairing):
    admin = MembershipFactory(program=pairing.program, admin=True, user__verified=True)
    concern = ConcernFactory(raised_by=pairing.first)
    page = page_at(360, as_=admin, color_scheme="dark")
    add_passkey(page)
    page.goto(reverse("checkins:concern-note", args=[pairing.program.slug, concern.pk]))
    page.get_by_label("What is to be kept?").fill(words := '"No", she said & left.\nTwice.')
    _showed_who_they_are_ago(2 * AN_HOUR)

    press(page, "Save the note")

    expect(page.get_by_role("heading", level=1)).to_have_text("Show that it is you")
    expect(page.get_by_text("Twice.")).to_be_visible()
    press(page, "Use a passkey")
    expect(page.get_by_role("button", name="Use my passkey")).to_be_visible()
    expect(page.get_by_text("Twice.")).to_be_visible()
    assert not ConcernEntry.objects.exists()
    looks_right(page, "show-by-passkey")

    with page.expect_request(lambda request: request.method == "POST") as waiting:
        page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("heading", name="Show that it is you")).to_have_count(0)
    expect(page.get_by_text("Twice.")).to_be_visible()
    # The same that comes a second time.
    sent = waiting.value
    assert page.request.post(sent.url, data=sent.post_data_buffer, headers={"Content-Type": sent.headers["content-type"]}).ok
    assert ConcernEntry.objects.get().text == words


def _showed_who_they_are_ago(seconds: int) -> None:
    session = SessionStore(Session.objects.get().pk)
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - seconds
    session.save()
