"""A real browser at a real server. `page_at(360)` is a telephone, `page_at(1280)` a desk."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.servers.basehttp import WSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import browser_path

# On a machine that does much else, what comes comes late.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

# A telephone's and a desk's.
HEIGHTS = {360: 740, 1280: 900}
# The faults alone: what passes is not put into words, which takes as long as finding it.
RULES: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}
AXE = Axe().axe_script


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = browser_path.find() or browser_path.playwrights_own(install=False)
    if not path:
        pytest.fail(browser_path.NONE_FOUND + " `make test` finds or installs one by itself.", pytrace=False)
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-gpu"]
    # A page lives for a moment here: to make its script quick for later costs more than it gives, a tenth of all that the browser does.
    at_once = ["--js-flags=--no-opt --no-maglev --always-sparkplug"]
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": path, "args": quiet + at_once + alone}


@pytest.fixture(scope="session", autouse=True)
def _answers_at_once() -> Iterator[None]:
    """Head and body of an answer go out apart, and the second waits 40 ms for word of the first, unless it need not, as for real."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
        yield


@pytest.fixture
def page_at(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """`page_at(360, as_=membership.user)` is a page of its own browser window, signed in or a stranger. More options go to the context."""
    contexts: list[BrowserContext] = []

    def open_page(width: int, as_: Any = None, **options: Any) -> Page:
        size = {"width": width, "height": HEIGHTS.get(width, 800)}
        telephone = {"has_touch": True, "is_mobile": True} if width < 600 else {}
        settled = {"reduced_motion": "reduce", "locale": "en-GB", "timezone_id": "Europe/London"}
        context = browser.new_context(viewport=size, base_url=live_server.url, **{**telephone, **settled, **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if as_ is not None:
            sign_in(context, live_server.url, as_)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def sign_in(context: BrowserContext, url: str, person: Any) -> None:
    """`person` is a Membership, or a User. The browser has the cookie that signing in gives."""
    from django.test import Client

    from tests.conftest import signed_in

    client: Client = signed_in(person)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": url}])


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails where somebody with a screen reader, a keyboard or weak eyes would be stopped, and says where."""

    def look(page: Page) -> None:
        _wait_until_there(page)
        _find_no_fault(page)

    return look


def _wait_until_there(page: Page) -> None:
    """A press that leads to another page may return before that page has a single element."""
    page.wait_for_load_state()


def _find_no_fault(page: Page, *, colours: bool = True) -> None:
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    rules = RULES if colours else RULES | {"rules": {"color-contrast": {"enabled": False}}}
    found = page.evaluate("async (rules) => (await axe.run(rules)).violations", rules)
    told = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(f"    {node['target']}: {node['html'][:200]}\n      {node.get('failureSummary', '')}" for node in violation["nodes"])
        for violation in found
    ]
    assert not told, f"{page.url}\n" + "\n".join(told)


@pytest.fixture
def looks_right(picture: Callable[[Page, str], None]) -> Callable[[Page, str], None]:
    """`looks_right(page, "home")`: on a telephone and at a desk axe finds no fault, nothing has to be moved sideways, and there is one h1.

    It ends as wide as it was. Colours take half of axe's time: they are looked at where most is shown. What only a telephone shows, the
    menu and the buttons at its foot, `axe` looks at on the way of the journeys.
    """

    def look(page: Page, name: str) -> None:
        size = page.viewport_size
        assert size
        _wait_until_there(page)
        for width, height in HEIGHTS.items():
            page.set_viewport_size({"width": width, "height": height})
            picture(page, name)
            sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert sideways <= 0, f"{page.url} scrolls {sideways} px sideways where {width} are shown"
            _find_no_fault(page, colours=width == max(HEIGHTS))
        page.set_viewport_size(size)
        assert page.locator("main").count() == page.locator("h1").count() == 1

    return look


@pytest.fixture
def picture(tmp_path: Path, pytestconfig: pytest.Config) -> Callable[[Page, str], None]:
    """`picture(page, "home")` puts a picture of the whole page among the test's files: with `--pictures`, for who wants to look."""

    def take(page: Page, name: str) -> None:
        if pytestconfig.getoption("pictures"):
            width = (page.viewport_size or {"width": 0})["width"]
            page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)

    return take
