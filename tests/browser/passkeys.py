"""A passkey in a browser, as of a device that knows its person and says yes to whatever it is asked."""

from django.urls import reverse
from playwright.sync_api import Page, expect


def add_passkey(page: Page) -> None:
    """Whoever is signed in there gets one, with which alone they may sign in. The device goes with its page."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("I also want to sign in with it alone").check()
    page.get_by_role("button", name="Add this passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Emergency codes")
