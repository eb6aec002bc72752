"""The pieces themselves, in a real browser: nobody is stopped, nothing is blocked, nothing scrolls sideways."""

import pytest
from playwright.sync_api import expect

WIDTHS = (360, 1280)
ADDRESS = "/dev/components/"

pytestmark = pytest.mark.urls("tests.development_urls")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_every_component_can_be_used_by_everybody(page_at, axe, picture, width, scheme):
    page = page_at(width, color_scheme=scheme)

    page.goto(ADDRESS)

    picture(page, f"components-{scheme}")
    axe(page)


@pytest.mark.parametrize("width", [320, *WIDTHS])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_no_page_scrolls_sideways(page_at, picture, width, direction):
    page = page_at(width)
    page.goto(ADDRESS)

    page.evaluate("direction => document.documentElement.dir = direction", direction)

    picture(page, f"components-{direction}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_content_policy_blocks_nothing(page_at):
    page = page_at(1280)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))

    policy = page.goto(ADDRESS).headers["content-security-policy"]

    assert "unsafe-inline" not in policy
    assert said == []


def test_our_font_is_the_one_that_is_read(page_at):
    page = page_at(1280)
    page.goto(ADDRESS)

    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('17px \"Atkinson Hyperlegible\"'))")
    assert page.evaluate("[...document.fonts].filter((face) => face.status === 'loaded').map((face) => face.weight).sort()") == [
        "400",
        "700",
    ]


def test_a_saved_choice_beats_the_system(page_at):
    page = page_at(1280, color_scheme="light")
    page.goto(ADDRESS)
    by_system = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    page.goto(f"{ADDRESS}?theme=dark")

    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != by_system


def test_nothing_to_press_is_too_small(page_at):
    page = page_at(360)
    page.goto(ADDRESS)

    small = page.evaluate(
        """() => [...document.querySelectorAll(".button, .input, .choice, .check, .tick-cell, .back, .tabs a, .fold > summary, .errors a")]
            .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 43.5)
            .map((element) => element.outerHTML.slice(0, 120))"""
    )

    assert small == []


@pytest.mark.parametrize(("wish", "width"), [({"forced_colors": "active"}, 360), ({"contrast": "more"}, 1280)])
def test_wishes_of_the_system_are_kept(page_at, axe, picture, width, wish):
    page = page_at(width, **wish)

    page.goto(ADDRESS)

    picture(page, "components-" + "-".join(wish))
    axe(page)


def test_paper_drops_what_can_only_be_pressed_and_keeps_who_sees_it(page_at, picture):
    page = page_at(1280)
    page.goto(ADDRESS)

    page.emulate_media(media="print")

    picture(page, "components-print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator(".button").first).to_be_hidden()
    expect(page.locator(".seen").first).to_be_visible()
    expect(page.locator(".notice").first).to_be_visible()
