"""What comes by mail: switched off from a mail without signing in, and on again under My mail."""

import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.addresses import fingerprint_of
from mentoring.kernel.outbox.models import OutboxMessage, SuspendedAddress
from mentoring.kernel.wishes import services as wishes
from tests.factories.programs import MembershipFactory


def wishes_of(member):
    return wishes.of([member.user_id])[member.user_id]


@pytest.mark.parametrize("script", [True, False])
def test_mail_is_stopped_from_a_mail_and_taken_up_again(page_at, looks_right, script):
    member = MembershipFactory()
    stranger = page_at(360, java_script_enabled=script)
    stranger.goto(urlsplit(outbox.unsubscribe_address(member.user_id, "check-ins", "meetings")).path)
    if script:
        looks_right(stranger, "stop")

    stranger.get_by_role("button", name="Stop these mails").click()

    expect(stranger.get_by_role("heading", level=1)).to_have_text("These mails are stopped")
    assert wishes_of(member).unwanted == {"check-ins", "meetings"}
    assert stranger.context.cookies() == []
    if script:
        looks_right(stranger, "stopped")

    page = page_at(360, as_=member, java_script_enabled=script)
    page.goto(stranger.get_by_role("link", name="Go to My mail").get_attribute("href"))
    if script:
        looks_right(page, "my-mail")
    meetings = page.get_by_role("checkbox", name=re.compile("^Meetings"))
    expect(meetings).not_to_be_checked()
    meetings.check()
    page.get_by_label("Put it together").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert (wishes_of(member).unwanted, wishes_of(member).gathers) == ({"check-ins"}, True)

    page.get_by_role("button", name="In two weeks").click()
    expect(page.get_by_text("Nothing that can wait comes before")).to_be_visible()
    if script:
        looks_right(page, "snoozed")
    page.get_by_role("button", name="Begin again now").click()
    expect(page.get_by_text("Your mail begins again.")).to_be_visible()
    assert wishes_of(member).snoozed_until is None


def test_who_cannot_be_reached_and_what_staff_see_of_it(page_at, looks_right):
    member = MembershipFactory()
    coordinator = MembershipFactory(program=member.program, coordinator=True)
    now = timezone.now()
    SuspendedAddress.objects.create(recipient=member.user, fingerprint=fingerprint_of(member.user.email), reply="550", suspended_at=now)
    outbox.owe(kind="checkin-due", subject_id=1, recipient=member.user, program_id=member.program_id, now=now)
    OutboxMessage.objects.update(state="dead", ended_at=now, last_error="550 5.1.1 nobody there")

    page = page_at(360, as_=member)
    page.goto("/mail/")
    expect(page.get_by_role("heading", name="Our mail does not reach you")).to_be_visible()
    looks_right(page, "not-reached")

    log = page_at(1280, as_=coordinator)
    log.goto(f"/p/{member.program.slug}/mail/")
    looks_right(log, "mail-log")
    expect(log.get_by_text("Nobody is at that address.")).to_be_visible()
    log.get_by_role("button", name="Send again").click()
    expect(log.get_by_text("It goes out once more.")).to_be_visible()
    expect(log.get_by_role("button", name="Send again")).to_have_count(0)
    looks_right(log, "sent-again")
    log.goto("/mail/stop/not-a-link/")
    expect(log.get_by_role("heading", level=1)).to_have_text("This link is not complete")
    looks_right(log, "no-link")
