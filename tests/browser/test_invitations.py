"""From the link of a mail into the program, in a browser that minds where a press comes from."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from programs.invitations.tokens import token_for
from programs.memberships.models import Membership
from tests.factories.programs import InvitationFactory, ProfileQuestionFactory


@pytest.mark.parametrize("script", [True, False])
def test_one_press_joins_and_the_profile_can_be_saved(page_at, looks_right, script):
    invitation = InvitationFactory(expires_at=timezone.now() + timedelta(days=3))
    ProfileQuestionFactory(program=invitation.program, text="Which year are you in?", kind="one", choices=["First", "Second"])
    page = page_at(360, java_script_enabled=script)
    page.goto(reverse("programs:invitation", args=[token_for(invitation.pk)]))
    if script:
        looks_right(page, "invitation")

    page.get_by_role("button", name="Join").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("My profile")
    if script:
        looks_right(page, "my-profile")
    expect(page.get_by_label("No answer")).to_be_checked()
    page.get_by_label("Find somebody").check()
    page.get_by_role("button", name="Save my profile").click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    assert Membership.objects.get(user__email=invitation.email).profile.seeks_mentoring
