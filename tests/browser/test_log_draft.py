"""A log of a session that is typed without a connection is kept on the device, and no longer than it should be."""

import pytest
from playwright.sync_api import expect

from checkins.sessions.models import Session
from tests.browser.slow import open_without
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "A note to remember it by"
KEPT = "Kept on this device until you save or sign out"
BACK = "What you typed here before is back"


def drafts_on(page):
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('evenhand.draft.'))")


def test_a_log_is_kept_without_a_connection_and_wiped_once_it_is_saved_and_at_sign_out(page_at, axe):
    program = ProgramFactory(slug="northside")
    pairing = PairingFactory(active=True, program=program, first=MembershipFactory(program=program, user__name="Amara Okoye"))
    log = f"/p/northside/pairings/{pairing.pk}/sessions/log/"
    page = page_at(360, as_=pairing.first)
    page.goto(log)
    expect(page.get_by_text(KEPT)).to_be_hidden()
    page.evaluate("localStorage.setItem('evenhand.draft.987654.log-1', JSON.stringify({ at: Date.now(), fields: [] }))")

    page.get_by_label(NOTE).fill("The poster, and who prints it")
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Save this session").click()
    expect(page.get_by_text("There is no connection, so nothing was sent")).to_be_visible()
    axe(page)
    page.context.set_offline(False)
    expect(page.get_by_text("You are connected again. Nothing was sent by itself")).to_be_visible()
    assert not Session.objects.exists()

    # The device was put away. What somebody else may have left on it is gone.
    page.goto(log)
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.get_by_label(NOTE)).to_have_value("The poster, and who prints it")
    assert drafts_on(page) == [f"evenhand.draft.{pairing.first.user_id}.log-{pairing.pk}"]
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_label(NOTE)).to_have_value("")
    assert drafts_on(page) == []

    page.get_by_label(NOTE).fill("The poster")
    page.get_by_label("Both of you").check()
    page.get_by_role("button", name="Save this session").click()
    expect(page.get_by_text("The session is saved")).to_be_visible()
    page.wait_for_load_state()
    assert drafts_on(page) == []
    assert "#" not in page.url

    page.goto(log)
    page.get_by_label(NOTE).fill("Another one")
    assert len(drafts_on(page)) == 1
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page).not_to_have_url("/accounts/logout/")
    page.wait_for_load_state()
    assert drafts_on(page) == []


def test_what_is_typed_before_a_slow_script_comes_stands_beside_an_older_draft(page_at):
    pairing = PairingFactory(active=True)
    log = f"/p/{pairing.program.slug}/pairings/{pairing.pk}/sessions/log/"
    page = page_at(360, as_=pairing.first)
    page.goto(log)
    page.get_by_label(NOTE).fill("Yesterday's words")
    page.get_by_label("Both of you").check()
    let_it_come = open_without(page, log, "**/keep-draft*.js")
    page.get_by_label(NOTE).fill("Today's words")

    let_it_come()

    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.get_by_label("Both of you")).to_be_checked()
    expect(page.get_by_label(NOTE)).to_have_value("Yesterday's words\n\nToday's words")
