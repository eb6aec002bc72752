"""What is said when something is wrong: in plain words, to everybody, and with a way on."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.shortcuts import render
from django.urls import path
from playwright.sync_api import expect

from mentoring.urls import handler400, handler403, handler404, handler500
from mentoring.urls import urlpatterns as of_the_site
from tests.factories.programs import UserFactory

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def fails(error):
    def view(request):
        raise error

    return view


urlpatterns = [
    path("bad/", fails(BadRequest())),
    path("not-yours/", fails(PermissionDenied())),
    path("broken/", fails(RuntimeError("on purpose"))),
    path("too-often/", lambda request: render(request, "429.html", status=429)),
    *of_the_site,
]
pytestmark = pytest.mark.urls(__name__)

PAGES = {
    "/bad/": (400, "We could not read that"),
    "/not-yours/": (403, "This page isn’t here"),
    "/nowhere/": (404, "This page isn’t here"),
    "/too-often/": (429, "That was a lot at once"),
    "/broken/": (500, "Something broke on our side"),
}


@pytest.mark.parametrize("address", PAGES)
def test_what_is_said_stops_nobody_and_leads_on(page_at, looks_right, address):
    status, words = PAGES[address]
    page = page_at(360, as_=UserFactory(), color_scheme="dark" if status % 2 else "light")

    response = page.goto(address)

    assert response.status == status
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    expect(page.get_by_role("link", name="Go to your home page")).to_have_attribute("href", "/")
    looks_right(page, f"error-{status}")


def test_a_page_that_was_open_too_long_says_so(page_at, looks_right):
    page = page_at(360)
    page.goto("/accounts/login/")
    page.context.clear_cookies()

    page.locator("form[method=post]").first.evaluate("form => form.submit()")

    expect(page.get_by_role("heading", name="This page was open too long")).to_be_visible()
    looks_right(page, "open-too-long")
