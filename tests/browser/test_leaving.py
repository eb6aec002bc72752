"""Leaving quickly ends on a neutral page, signed out, and the way back tells nothing."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.shortcuts import render
from django.urls import path
from playwright.sync_api import expect

from mentoring.urls import urlpatterns as of_the_site
from tests.factories.programs import MembershipFactory

# A safe page with nothing on it but what its base gives.
urlpatterns = [path("safe/", lambda request: render(request, "base_safe.html")), *of_the_site]
pytestmark = pytest.mark.urls(__name__)


class Neutral(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Weather</title><h1>Rain</h1>")

    def log_message(self, *arguments):
        """Says nothing."""


@pytest.fixture
def neutral_page(settings):
    """A page on another server, as the one that a program picks."""
    with HTTPServer(("127.0.0.1", 0), Neutral) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.LEAVE_URL = f"http://127.0.0.1:{server.server_port}/"
        yield settings.LEAVE_URL
        server.shutdown()


@pytest.mark.parametrize("script", [True, False])
def test_one_press_signs_out_and_leads_to_a_neutral_page(page_at, neutral_page, script):
    page = page_at(360, as_=MembershipFactory().user, java_script_enabled=script)
    page.goto("/safe/")

    page.get_by_role("button", name="Leave this page now").click()

    page.wait_for_url(neutral_page)
    expect(page.get_by_role("heading", name="Rain")).to_be_visible()
    page.goto("/accounts/me/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_the_way_back_leads_to_the_front_door(page_at, neutral_page):
    page = page_at(360, as_=MembershipFactory().user)
    page.goto("/safe/")
    page.get_by_role("button", name="Leave this page now").click()
    page.wait_for_url(neutral_page)

    page.go_back()

    expect(page).not_to_have_url(re.compile("/safe/"))
    expect(page.locator("body")).to_be_attached()
    expect(page.get_by_role("button", name="Leave this page now")).to_have_count(0)


def test_a_safe_page_stops_nobody(page_at, axe):
    page = page_at(360, as_=MembershipFactory().user)
    page.goto("/safe/")

    page.locator("main").evaluate("main => main.innerHTML = '<h1>Whom to turn to</h1>'")

    axe(page)
