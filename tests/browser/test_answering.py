"""A check-in from beginning to end on a telephone, with one thumb: signed in and by the link of a mail, with script and without."""

import re
import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from checkins.answers.models import Answer
from checkins.care.models import Task
from checkins.plans import services as plans
from tests.browser.pressing import press
from tests.browser.slow import open_without
from tests.factories.checkins import AnswerLinkFactory, CheckInFactory
from tests.factories.matching import PairingFactory

ANSWERS = ("Some", "A lot", "Not at ease at all", "Yes", "As we are", "About right")
A_MINUTE = 60
# Where a thumb reaches: a target at least as high as this.
LEAST_HEIGHT = 44


@pytest.fixture
def asked():
    """Amara's short check-in with the questions that a program starts with: seven."""
    pairing = PairingFactory(active=True, first__user__name="Amara Okoye", second__user__name="Jonas Lindqvist")
    now = timezone.now()
    plan = plans.start(program=pairing.program, by=pairing.proposed_by, now=now - timedelta(days=60))
    return CheckInFactory(
        pairing=pairing,
        plan=plan,
        number=10,
        opens_at=now - timedelta(hours=2),
        closes_at=now + timedelta(days=9),
        due_on=now.date(),
    )


@pytest.mark.parametrize(("way", "script"), [("signed in", True), ("by link", True), ("by link", False)])
def test_a_check_in_is_answered_in_less_than_a_minute(page_at, axe, asked, way, script):
    is_by_link = way == "by link"
    page = page_at(360, as_=None if is_by_link else asked.membership, java_script_enabled=script)
    AnswerLinkFactory(check_in=asked, token="sent")
    start = reverse("checkins:answer-link", args=["sent"]) if is_by_link else _page(asked)
    looks = axe if script else lambda page: None
    taps = 0

    began = time.monotonic()
    page.goto(start)
    for number, answer in enumerate(ANSWERS, start=1):
        expect(page.get_by_text(f"question {number} of 7")).to_be_visible()
        page.get_by_label(answer, exact=True).tap()
        page.get_by_role("button", name="Save and go on").tap()
        taps += 2
    page.get_by_role("button", name="Nothing to add").tap()
    taps += 1
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    took = time.monotonic() - began

    assert taps == 13
    assert took < A_MINUTE / 2, "The other half of the minute is for reading."
    assert Answer.objects.filter(check_in=asked).count() == 7
    looks(page)
    said = page.locator("main")
    if is_by_link:
        expect(said).not_to_contain_text("Not at ease at all")
        expect(said).not_to_contain_text("Jonas")
    else:
        expect(said).to_contain_text("Not at ease at all")
        expect(page.get_by_role("link", name="See who is there for you")).to_be_visible()

    # Back to one answer, forward and back again; another answer replaces it.
    page.get_by_role("link", name=re.compile("Change.*How much at ease")).tap()
    expect(page.get_by_text("question 3 of 7")).to_be_visible()
    looks(page)
    page.get_by_role("link", name="Question 4").tap()
    expect(page.get_by_text("question 4 of 7")).to_be_visible()
    page.get_by_role("link", name="Question 3").tap()
    expect(page.get_by_label("Not at ease at all")).to_be_checked(checked=not is_by_link)
    page.get_by_label("Often uneasy", exact=True).tap()
    words = page.get_by_label("In your own words")
    if not script and is_by_link:
        page.get_by_text("Add a few words").tap()
    expect(words).to_be_visible()
    words.fill("Since the last time.")
    page.get_by_role("button", name="Save and go on").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    answer = Answer.objects.get(check_in=asked, question__construct="comfort")
    assert (answer.value, answer.words) == (2, "Since the last time.")


def test_a_low_answer_that_is_chosen_before_a_slow_script_comes_opens_the_place_for_words(page_at, asked):
    page = page_at(360, as_=asked.membership)
    let_it_come = open_without(page, f"{_page(asked)}?question=3", "**/few-words*.js")
    page.get_by_label("Not at ease at all", exact=True).tap()
    expect(page.get_by_label("In your own words")).to_be_hidden()

    let_it_come()

    expect(page.get_by_label("In your own words")).to_be_visible()


@pytest.mark.parametrize("way", ["signed in", "by link"])
def test_every_button_can_be_reached_with_a_thumb(page_at, axe, asked, way):
    AnswerLinkFactory(check_in=asked, token="sent")
    page = page_at(360, as_=asked.membership if way == "signed in" else None)
    page.goto(_page(asked) if way == "signed in" else reverse("checkins:answer-link", args=["sent"]))
    axe(page)

    boxes = [target.bounding_box() for target in page.locator("main .choice, main button").all()]
    assert len(boxes) >= 5 + 4
    assert min(box["height"] for box in boxes) >= LEAST_HEIGHT - 4
    assert min(box["height"] for box in boxes[:5]) >= LEAST_HEIGHT
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_goes_on_at_another_device_where_it_was_left(page_at, asked):
    telephone, desk = page_at(360, as_=asked.membership), page_at(1280, as_=asked.membership)
    telephone.goto(_page(asked))
    telephone.get_by_label("Some", exact=True).tap()
    telephone.get_by_role("button", name="Save and leave").tap()
    expect(telephone.get_by_role("heading", level=1)).to_contain_text("Amara")

    desk.goto(reverse("checkins:home", args=[asked.pairing.program.slug]))
    desk.get_by_role("link", name="Go on with the check-in").click()

    expect(desk.get_by_text("question 2 of 7")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_call_is_asked_for_and_taken_back_and_tomorrow_is_soon_enough(page_at, axe, asked, script):
    page = page_at(360, as_=asked.membership, java_script_enabled=script)
    page.goto(_page(asked))
    page.get_by_label("None", exact=True).tap()
    page.get_by_role("button", name="Please call me").tap()
    expect(page.get_by_text("It is asked")).to_be_visible()
    expect(page.get_by_label("None", exact=True)).to_be_checked()
    if script:
        axe(page)
    assert Task.objects.get().kind == Task.Kind.PLEASE_CALL
    page.goto(reverse("checkins:pairing", args=[asked.pairing.program.slug, asked.pairing.pk]))
    expect(page.get_by_text("You asked for a call on")).to_be_visible()
    if script:
        axe(page)
    page.get_by_role("button", name="Take it back").tap()
    expect(page.get_by_text("Nobody calls you about it.")).to_be_visible()

    page.goto(_page(asked))
    page.get_by_role("button", name="remind me tomorrow").tap()
    expect(page.get_by_text("We remind you tomorrow")).to_be_visible()
    assert not Answer.objects.exists()


def test_all_my_answers_and_a_link_that_is_over_are_clear_pages(page_at, looks_right, asked):
    page = page_at(360, as_=asked.membership)
    mine = reverse("checkins:my-answers", args=[asked.pairing.program.slug, asked.pairing.pk])
    page.goto(mine)
    looks_right(page, "my-answers")
    page.get_by_role("link", name=re.compile("Answer it")).click()
    page.get_by_label("A lot", exact=True).check()
    press(page, "Save and leave")
    page.goto(mine)
    expect(page.get_by_text("A lot")).to_be_visible()
    looks_right(page, "my-answers-given")

    AnswerLinkFactory(check_in=asked, token="old", expires_at=timezone.now())
    page.goto(reverse("checkins:answer-link", args=["old"]))
    expect(page.get_by_role("heading", level=1)).to_have_text("This link is over")
    looks_right(page, "link-over")


def _page(check_in):
    return reverse("checkins:checkin", args=[check_in.pairing.program.slug, check_in.pk])
