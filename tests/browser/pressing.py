"""Pressing a button for good: what comes next in a test is after the server's answer."""

from playwright.sync_api import Locator, Page


def press(page: Page, button: str | Locator) -> None:
    """Presses the button of that name, and returns when the server has answered.

    A `click` may return while the form is on its way; another `goto` would call it back, and another person would come too early.
    """
    found = page.get_by_role("button", name=button) if isinstance(button, str) else button
    with page.expect_response(lambda response: response.request.method == "POST"):
        found.click()
