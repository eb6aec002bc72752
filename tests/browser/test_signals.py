"""A coordinator on a telephone meets a signal in the morning, takes it on, reads it and closes it; then looks at how well signals work."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from checkins.imbalance.models import Signal
from matching.facts.models import WeeklyCount
from tests.browser.pressing import press
from tests.factories.checkins import SignalFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signal():
    now = timezone.now()
    monday = now.date() - timedelta(days=7 + now.weekday())
    pairing = PairingFactory(active=True, first__user__name="Amara Okoye", second__user__name="Jonas Lindqvist")
    for weeks in range(12):
        for side, number in enumerate((3, 3) if weeks > 4 else (0, 4)):
            counted = {"week": monday - timedelta(weeks=weeks), "side": side, "kind": "topic_raised", "number": number}
            WeeklyCount.objects.create(pairing=pairing, **counted)
    return SignalFactory(pairing=pairing, week=monday, since=monday - timedelta(weeks=4), found_at=now, measured=True)


def test_a_signal_from_the_morning_to_its_end(page_at, axe, picture, signal):
    program = signal.pairing.program.slug
    page = page_at(360, as_=signal.pairing.coordinator)

    page.goto(reverse("checkins:today", args=[program]))
    press(page, "I take it on")
    expect(page.get_by_text("you have taken it on")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="See and act").tap()
    page.get_by_text("Suggest a reset conversation").tap()
    page.get_by_text("The numbers").tap()
    page.emulate_media(color_scheme="dark")
    axe(page)
    picture(page, "signal")
    page.get_by_label("Yes, there was something to see to").tap()
    page.get_by_label("Spoke with both").tap()
    press(page, "Save and close the signal")

    expect(page.get_by_text("Nobody needs you today.").first).to_be_visible()
    assert Signal.objects.get().verdict == "useful"
    page.goto(reverse("checkins:signals", args=[program]))
    expect(page.get_by_text("1 of 1")).to_be_visible()
    axe(page)
