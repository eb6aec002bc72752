"""The balance of a pair and the page about equal footing, as they look in a browser, with much and with nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from matching.facts import services as facts
from matching.facts.models import Fact
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db(transaction=True)
Kind = Fact.Kind
# What each half does in twelve weeks, the first and the second.
DONE = {
    Kind.TOPIC_RAISED: (21, 12),
    Kind.DECISION_PROPOSED: (3, 4),
    Kind.TIME_PROPOSED: (16, 2),
    Kind.TIME_MOVED: (1, 2),
    Kind.SESSION_LOGGED: (4, 2),
    Kind.SESSION_LED: (3, 3),
    Kind.ACTION_TAKEN: (5, 0),
}


@pytest.fixture
def pairing():
    now = timezone.now()
    pair = PairingFactory(
        active=True,
        proposed_at=now - timedelta(weeks=30),
        first__user__name="Amara Okoye",
        second__user__name="Maximiliane-Theresia Hohenlohe",
        proposed_by__user__name="Priya Raman",
    )
    for kind, numbers in DONE.items():
        for half, number in zip(pair.halves, numbers, strict=True):
            for place in range(number):
                at = now - timedelta(days=83 * place // number)
                facts.note(pairing=pair, by=half, kind=kind, source_id=1000 * half.pk + place, happened_at=at)
    return pair


@pytest.fixture
def reads_well(looks_right):
    def look(page, address, name):
        page.goto(address)
        # The numbers that the drawings show, as whoever does not see the drawings finds them.
        page.evaluate("document.querySelectorAll('main details').forEach((folded) => { folded.open = true })")
        looks_right(page, name)

    return look


def test_the_balance_reads_well_for_the_two_for_staff_and_with_nothing_in_it(page_at, reads_well, pairing):
    def balance_of(pair):
        return reverse("checkins:balance", args=[pair.program.slug, pair.pk])

    page = page_at(360, as_=pairing.first, color_scheme="dark")
    reads_well(page, balance_of(pairing), "balance")
    expect(page.get_by_role("table", name="Side by side").get_by_role("row", name="Topics on the agenda 21 12")).to_be_visible()

    young = PairingFactory(active=True, program=pairing.program, first=pairing.first, proposed_by=pairing.proposed_by)
    reads_well(page, balance_of(young), "nothing")
    reads_well(page_at(1280, as_=pairing.proposed_by), balance_of(pairing), "staff")


def test_whoever_asks_reads_who_can_do_what(page_at, reads_well):
    reads_well(page_at(360), reverse("matching:equal-footing"), "equal-footing")
