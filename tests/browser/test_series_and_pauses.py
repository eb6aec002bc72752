"""Two people at once: a series of meetings from the first suggestion to its end; and a pause that one begins and both end."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from checkins.sessions.models import Session
from tests.browser.pressing import press
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pairing():
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring", time_zone="UTC")
    halves = {
        side: MembershipFactory(program=program, user__name=name, user__time_zone="UTC")
        for side, name in (("first", "Amara Okoye"), ("second", "Jonas Lind"))
    }
    return PairingFactory(active=True, program=program, **halves)


def test_two_agree_on_a_series_move_one_of_it_and_call_off_the_rest(page_at, axe, pairing):
    pages = f"/p/northside/pairings/{pairing.pk}/sessions/"
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)
    begins = (timezone.now() + timedelta(days=3)).date()
    dates = [f"{day:%A} {day.day} {day:%B}" for day in (begins + timedelta(weeks=number) for number in range(4))]
    moved_to = begins + timedelta(weeks=1, days=1)

    amara.goto(f"{pages}propose/")
    amara.locator("#id_day_1").fill(begins.isoformat())
    amara.locator("#id_start_1").fill("16:00")
    amara.get_by_label("Every week").check()
    amara.get_by_label("How many times?").fill("4")
    axe(amara)
    press(amara, "Suggest these times")

    jonas.goto(pages)
    jonas.get_by_role("link", name="Look at every date").click()
    axe(jonas)
    for day in dates:
        expect(jonas.get_by_text(day).first).to_be_visible()
    press(jonas, "Pick this time")
    second = Session.objects.order_by("starts_at")[1]

    jonas.goto(f"{pages}{second.pk}/")
    jonas.get_by_role("link", name="Move it").click()
    jonas.locator("#id_day_1").fill(moved_to.isoformat())
    jonas.locator("#id_start_1").fill("10:00")
    press(jonas, "Suggest these times")
    amara.goto(f"{pages}{second.pk}/")
    press(amara, "Pick this time")

    amara.goto(pages)
    expect(amara.get_by_role("link", name=dates[0])).to_be_visible()
    expect(amara.get_by_role("link", name=f"{moved_to:%A} {moved_to.day} {moved_to:%B}")).to_be_visible()
    expect(amara.get_by_role("link", name=dates[1])).to_have_count(0)
    amara.get_by_role("link", name="End the series").click()
    expect(amara.get_by_role("heading", name="4 sessions will be cancelled")).to_be_visible()
    axe(amara)
    press(amara, "End the series")

    jonas.goto(pages)
    expect(jonas.get_by_text("Nothing is planned yet.")).to_be_visible()
    assert set(Session.objects.values_list("state", flat=True)) == {"cancelled"}


def test_one_pauses_the_other_reads_no_more_than_that_and_it_goes_on_with_two_yeses(page_at, axe, pairing):
    here = f"/p/northside/pairings/{pairing.pk}/"
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)
    # Jonas is writing while she pauses.
    jonas.goto(f"{here}agenda/")
    topic = jonas.get_by_label("Add a topic")
    topic.fill("How to ask for feedback")

    amara.goto(f"{here}change/")
    press(amara, "Pause now")

    press(jonas, "Add topic")
    axe(jonas)
    expect(topic).to_have_value("How to ask for feedback")
    jonas.goto(here)
    axe(jonas)
    expect(jonas.get_by_text("This pairing is paused.")).to_be_visible()
    what_jonas_reads = jonas.get_by_role("region", name="Going on").inner_text()
    press(jonas, "Yes, I would like to go on")
    expect(jonas.get_by_text("You said yes")).to_be_visible()

    amara.goto(here)
    assert amara.get_by_role("region", name="Going on").inner_text() == what_jonas_reads
    press(amara, "Yes, I would like to go on")
    expect(amara.get_by_text("The pairing goes on.")).to_be_visible()
    jonas.reload()
    expect(jonas.get_by_text("This pairing is paused.")).to_have_count(0)
