"""A file that comes late, as over a slow connection."""

from collections.abc import Callable

from playwright.sync_api import Page, Route


def open_without(page: Page, address: str, file: str) -> Callable[[], None]:
    """Opens the page while that file of it waits. What comes back lets the file come, once something was done on the page."""
    waiting: list[Route] = []
    page.route(file, lambda route: waiting.append(route), times=1)
    with page.expect_request(file):
        page.goto(address, wait_until="commit")
    return lambda: waiting.pop().continue_()
