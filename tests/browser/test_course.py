"""Somebody takes a course on a telephone: one screen a page, one hand, and what they pick leads somewhere. They go on elsewhere."""

import pytest
from playwright.sync_api import expect

from tests.browser.pressing import press
from tests.factories.guidelines import CourseVersionFactory
from tests.factories.programs import ProfileFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_somebody_takes_a_course_on_a_telephone(page_at, axe):
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring", time_zone="UTC")
    version = CourseVersionFactory(course__program=program, required=True, valid_days=365)
    ana = ProfileFactory(membership__program=program, membership__user__name="Ana Reyes", seeks_mentoring=True).membership
    page = page_at(360, as_=ana)

    page.goto("/p/northside/")
    page.get_by_role("link", name="Learn", exact=True).click()
    page.get_by_role("link", name="Look at the course").click()
    page.get_by_role("link", name="Begin").click()
    expect(page.get_by_role("heading", name="Count to five")).to_be_visible()
    press(page, "Go on")

    press(page, "See what it leads to")
    expect(page.get_by_text("Pick one. You can pick again as often as you like.").first).to_be_visible()
    page.get_by_label("Wait", exact=True).check()
    press(page, "See what it leads to")
    expect(page.get_by_text("Sam begins to talk.")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="It is out")).to_be_visible()
    page.get_by_role("link", name="Save and leave").click()

    page = page_at(360, as_=ana)
    page.goto(f"/p/northside/learn/{version.course_id}/")
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="It is out")).to_be_visible()

    page.get_by_label("Listen", exact=True).check()
    press(page, "See what it leads to")
    page.get_by_role("link", name="Go on").click()
    page.get_by_label("A few words to yourself").fill("On Monday.")
    press(page, "Go on")
    page.get_by_label("Whoever asks again").check()
    press(page, "Look at the answer")
    expect(page.get_by_text("There is more to it", exact=True)).to_be_visible()
    page.get_by_label("Whoever counts to five").check()
    press(page, "Try this answer")
    page.get_by_role("link", name="On from here").click()

    expect(page.get_by_text("You finished this course on")).to_be_visible()
    page.get_by_role("link", name="See your certificate").click()
    expect(page.get_by_text("Ana Reyes", exact=True)).to_be_visible()
    press(page, "Make a link")
    page.get_by_role("link", name="Open the page that others see").click()
    expect(page.get_by_role("heading", name="This certificate is valid")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
