"""A run, from what counts to two people who said yes, as it looks and works in a browser."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from matching.pairings.models import Pairing
from mentoring.kernel.jobs import services as jobs
from tests.browser.pressing import press
from tests.matching.runs.people import coordinator_of_a_program, person

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_is_started_changed_by_hand_and_its_people_are_asked(page_at, picture):
    by = coordinator_of_a_program(staff_need_second_factor=False)
    amara = person(by, "Amara", "Family")
    person(by, "Sam", "Humour")
    noor, _wei = person(by, "Noor", "Family", mentor=True), person(by, "Wei", "Nature", mentor=True)
    slug = by.program.slug
    page = page_at(1280, as_=by.user)

    page.goto(reverse("matching:runs", args=[slug]))
    page.get_by_role("link", name="Start a run").first.click()
    press(page, "Start the run")
    expect(page.get_by_role("button", name="Stop it")).to_be_visible()
    picture(page, "run-progress")
    jobs.run_next(now=timezone.now())
    # The page asks by itself, and leads on.
    expect(page.get_by_text("No better set of pairs exists")).to_be_visible()
    picture(page, "run")

    page.get_by_role("link", name="Amara and Noor").click()
    page.get_by_role("row", name="Wei").get_by_role("link").click()
    expect(page.get_by_text("All together it is 100 points worse.")).to_be_visible()
    press(page, "Change it")
    expect(page.get_by_role("heading", name="Amara and Wei")).to_be_visible()
    page.goto(reverse("matching:run-start", args=[slug]))
    press(page, "Start the run")
    jobs.run_next(now=timezone.now())
    pair = page.get_by_role("article", name="Amara and Noor")
    press(page, pair.get_by_role("button", name="Lock this pair"))
    expect(pair.get_by_role("button", name="Locked: take it back")).to_be_visible()
    pair.get_by_label("Ask these two").check()
    press(page, "Ask only those I ticked")
    expect(page.get_by_text("Some have been asked")).to_be_visible()

    for half in (amara, noor):
        theirs = page_at(360, as_=half.user)
        theirs.goto(reverse("matching:proposal", args=[slug, Pairing.objects.get().pk]))
        expect(theirs.get_by_text("“What matters to you?” Both said Family.")).to_be_visible()
        picture(theirs, "why-you-two")
        press(theirs, theirs.get_by_role("button", name="Yes"))
    assert Pairing.objects.get().state == Pairing.State.ACTIVE
