"""From a file to invitations, as it looks and works in a browser."""

import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from mentoring.kernel.jobs import services as jobs
from programs.invitations.models import Invitation
from programs.setup import services as setup
from tests.factories.programs import CohortFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

MESSY = Path(__file__).parents[1] / "programs" / "roster" / "data" / "messy.csv"


def test_a_coordinator_imports_a_list_of_people(page_at, looks_right, noon):
    priya = UserFactory(verified=True, name="Priya Raman", may_create_programs=True)
    program = setup.create_program(by=priya, template="first-year-buddies", name="Northside", time_zone="Europe/London", now=noon)
    CohortFactory(program=program, name="Autumn 2026")
    page = page_at(360, as_=program.memberships.select_related("user").get())

    def run_and_look_again() -> None:
        """The first page that waits is seen to lead on by itself; the others are not waited for."""
        jobs.run_next(now=noon)
        page.reload()

    page.goto(reverse("programs:import", args=[program.slug]))
    page.get_by_label("Which file?").set_input_files(MESSY)
    looks_right(page, "import-upload")
    page.get_by_role("button", name="Go on to the columns").click()
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    looks_right(page, "import-reading")
    jobs.run_next(now=noon)
    expect(page.get_by_label("E-mail address", exact=True)).to_have_value("email")
    expect(page.get_by_label("Year", exact=True).locator("option:checked")).to_have_text("Which year are you in?")

    page.get_by_label("Pronouns", exact=True).select_option("email")
    page.get_by_role("button", name="Look at every row").click()
    expect(page).to_have_title(re.compile("^Error: "))
    looks_right(page, "import-columns")
    page.get_by_label("Pronouns", exact=True).select_option("pronouns")
    page.get_by_label("Into which cohort?").select_option(label="Autumn 2026")
    page.get_by_role("button", name="Look at every row").click()
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    run_and_look_again()

    expect(page.get_by_role("heading", name="people will be invited")).to_be_visible()
    page.get_by_role("link", name=re.compile("^With a mistake")).click()
    expect(page.get_by_text("“not-an-address” is not an address.")).to_be_visible()
    page.get_by_role("button", name="Invite").click()
    looks_right(page, "import-preview")
    page.get_by_label("with a mistake out").check()
    page.get_by_role("button", name="Invite").click()

    expect(page.get_by_role("button", name="Stop it")).to_be_visible()
    looks_right(page, "import-progress")
    run_and_look_again()
    expect(page.get_by_text("people were invited.")).to_be_visible()
    looks_right(page, "import-result")
    assert Invitation.objects.filter(program=program, cohort__name="Autumn 2026").count() == 3
    page.goto(reverse("programs:import", args=[program.slug]))
    looks_right(page, "import-files")

    page.get_by_label("Which file?").set_input_files({"name": "photo.csv", "mimeType": "text/csv", "buffer": b"PK\x03\x04"})
    page.get_by_role("button", name="Go on to the columns").click()
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    run_and_look_again()
    expect(page.get_by_text("This file is damaged.")).to_be_visible()
    expect(page.get_by_role("link", name="Choose a file")).to_be_visible()
    looks_right(page, "import-unreadable")
