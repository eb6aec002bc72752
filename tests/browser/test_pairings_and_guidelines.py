"""Introducing two people, their answers, and the guidelines, as they look and work in a browser."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from guidelines.versions.models import Reading
from matching.pairings.models import Pairing
from programs.memberships import services as memberships
from programs.profiles.models import ProfileAnswer, ProfileQuestion
from programs.readiness import services as readiness
from programs.setup import services as setup
from tests.factories.guidelines import read_through
from tests.factories.programs import ProfileFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff Hohenlohe"


@pytest.fixture
def program(noon):
    priya = UserFactory(name="Priya Raman", may_create_programs=True)
    return setup.create_program(by=priya, template="first-year-buddies", name="Northside", time_zone="Europe/London", now=noon)


@pytest.fixture
def priya(program):
    return program.memberships.select_related("user").get(user__name="Priya Raman")


@pytest.fixture
def person(program, noon):
    """Somebody who has joined, answered every question, and has only the guidelines left to do."""

    def join(name, **what):
        member = memberships.join(program=program, user=UserFactory(name=name), is_participant=True, now=noon)
        profile = ProfileFactory(membership=member, **what)
        for question in ProfileQuestion.objects.filter(program=program):
            value = question.choices[:2] if question.choices else ["English"] if question.kind == "languages" else "I like to cook."
            ProfileAnswer.objects.create(profile=profile, question=question, value=value)
        for key in ("profile", "training"):
            readiness.settle(membership=member, key=key, now=noon)
        return member

    return join


@pytest.fixture
def two(person):
    return person("Maya Silva"), person(LONG_NAME, mentor=True)


@pytest.mark.parametrize(("width", "script"), [(1280, True), (360, False)])
def test_two_people_are_introduced_and_their_pairing_begins(page_at, looks_right, program, priya, two, width, script):
    mentee, mentor = two
    if not script:
        # What looks at a page is script too.
        looks_right = _do_not_look
    staff = page_at(width, as_=priya, java_script_enabled=script)
    staff.goto(reverse("matching:pairings", args=[program.slug]))
    expect(staff.get_by_role("heading", name="No pairings yet")).to_be_visible()
    looks_right(staff, "pairings-none")

    staff.get_by_role("link", name="Introduce two people").click()
    looks_right(staff, "introduce-first")
    staff.get_by_role("link", name="Choose Maya Silva").click()
    looks_right(staff, "introduce-second")
    staff.get_by_role("link", name=f"Choose {LONG_NAME}").click()
    looks_right(staff, "introduce-both")
    staff.get_by_role("button", name="Ask both of them").click()
    expect(staff.get_by_text("are asked by mail")).to_be_visible()
    looks_right(staff, "pairings")

    pairing = Pairing.objects.get()
    for half in (mentee, mentor):
        own = page_at(width, as_=half, java_script_enabled=script)
        own.goto(reverse("matching:proposal", args=[program.slug, pairing.pk]))
        yes, no = (own.get_by_role("button", name=name) for name in ("Yes, I would like to", "Not this time"))
        if script:
            for what in ("background-color", "color", "border-color", "font-weight", "height"):
                assert style(yes, what) == style(no, what)
        looks_right(own, f"introduction-of-{half.pk}")
        yes.click()
        looks_right(own, f"introduction-answered-by-{half.pk}")

    own.get_by_role("link", name="Read the guidelines and agree to them").click()
    looks_right(own, "guidelines")
    own.get_by_role("link", name="Read: What mentoring is").click()
    looks_right(own, "topic")
    own.get_by_role("radio").first.check()
    own.get_by_role("button", name="See where it leads").click()
    expect(own.get_by_role("heading", name="You picked")).to_be_visible()
    looks_right(own, "topic-picked")
    own.get_by_role("link", name="Next: Time").click()
    Reading.objects.all().delete()
    read_through(mentor)
    own.goto(reverse("guidelines:read", args=[program.slug]))
    looks_right(own, "guidelines-read")
    own.get_by_label("I have read version 1").check()
    own.get_by_role("button", name="Agree to the guidelines").click()
    expect(own.get_by_text("Thank you. You agreed to version 1.")).to_be_visible()
    own.goto(reverse("matching:proposal", args=[program.slug, pairing.pk]))
    expect(own.get_by_text("You have done everything.")).to_be_visible()
    looks_right(own, "introduction-waits")

    readiness.settle(membership=mentee, key="guidelines", now=pairing.proposed_at)
    own.reload()
    expect(own).to_have_url(re.compile(reverse("checkins:pairing", args=[program.slug, pairing.pk])))


def _do_not_look(page: Page, name: str) -> None:
    pass


def style(button, what: str) -> str:
    return button.evaluate("(element, what) => getComputedStyle(element)[what]", what)


def test_guidelines_are_written_published_and_asked_of_everybody(page_at, looks_right, program, priya, two):
    staff = page_at(1280, as_=priya)
    staff.goto(reverse("guidelines:edit", args=[program.slug]))
    looks_right(staff, "guidelines-edit")

    staff.get_by_role("link", name="2. Time, lateness and notice").click()
    staff.get_by_label("The rule", exact=True).fill("Tell each other **a day** before.\n\n- Early\n- Late\n")
    staff.get_by_role("button", name="Show how it reads").click()
    expect(staff.get_by_text("How it reads. This is not saved yet.")).to_be_visible()
    looks_right(staff, "guidelines-preview")
    staff.get_by_role("button", name="Save the topic").click()
    looks_right(staff, "guidelines-draft")
    staff.get_by_role("button", name="Publish version 2").click()
    expect(staff.get_by_role("alert").get_by_role("link")).to_have_text(
        "Say in a sentence what changed, so that people know what to look for."
    )
    looks_right(staff, "guidelines-publish-wrong")
    staff.get_by_label("What changed, in a sentence?").fill("A day is enough.")
    staff.get_by_role("button", name="Publish version 2").click()
    expect(staff.get_by_text("0 of 2 participants agreed to version 2")).to_be_visible()
    looks_right(staff, "guidelines-readers")
    staff.get_by_role("button", name="Remind them now").click()
    expect(staff.get_by_text("2 letters are on their way.")).to_be_visible()
