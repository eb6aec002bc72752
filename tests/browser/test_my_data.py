"""A person fetches all that is held about them, and then has it erased; an admin looks at what became of it."""

import io
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from mentoring.kernel.jobs import services as jobs
from programs.people.models import User
from tests.factories.programs import MembershipFactory

FOR_ADMINS = ("programs:trail", "programs:retention", "matching:team", "guidelines:privacy", "programs:who-sees-what")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.django_db(transaction=True)
def test_somebody_fetches_their_data_and_is_erased(page_at, axe, settings, tmp_path):
    settings.TOMBSTONES = tmp_path / "erased.txt"
    member = MembershipFactory(user__name="Jonas Lindqvist")
    page = page_at(360, as_=member)
    page.goto(reverse("people:account"))
    page.get_by_role("link", name="My data").click()
    page.get_by_role("button", name="Make my copy").click()
    expect(page.get_by_text("The work goes on.")).to_be_visible()

    jobs.run_next(timezone.now())
    page.goto(reverse("programs:my-data"))
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Fetch it").click()
    archive = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert "Jonas Lindqvist" in archive.read("what-is-held.html").decode()

    page.get_by_role("link", name="See what would go").click()
    axe(page)
    assert fits(page)
    page.get_by_label("I have read what goes and what stays").check()
    page.get_by_role("button", name="Erase everything about me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It has begun")
    axe(page)
    jobs.run_next(timezone.now())
    assert User.objects.get(pk=member.user_id).full_name == "Former member"

    admin = MembershipFactory(program=member.program, admin=True)
    desk = page_at(360, as_=admin)
    for name in FOR_ADMINS:
        desk.goto(reverse(name, args=[admin.program.slug]))
        axe(desk)
        assert fits(desk), name
