"""What two people and their coordinator do in an ordinary fortnight, on a telephone and at a desk."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from checkins.agendas.models import AgendaItem
from checkins.answers.models import Answer
from checkins.plans import services as plans
from checkins.plans.models import CheckInPlan
from checkins.reminders.services import plan_due
from checkins.sessions.models import Session
from tests.browser.pressing import press
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pairing():
    now = timezone.now()
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring", time_zone="UTC")
    coordinator = MembershipFactory(coordinator=True, program=program, user__name="Priya Raman")
    plans.start(program=program, by=coordinator, now=now - timedelta(days=30))
    CheckInPlan.objects.update(asks_after_meetings=False)
    pair = PairingFactory(
        active=True,
        program=program,
        proposed_by=coordinator,
        first=MembershipFactory(program=program, user__name="Amara Okoye"),
        second=MembershipFactory(program=program, user__name="Jonas Lind"),
        proposed_at=now - timedelta(days=15),
        activated_at=now - timedelta(days=15),
    )
    assert plan_due(now) == 2
    return pair


def test_a_half_adds_a_topic_logs_a_session_and_answers_on_a_telephone(page_at, axe, pairing):
    page = page_at(360, as_=pairing.first)
    page.goto("/p/northside/")
    axe(page)

    page.get_by_role("link", name="You and Jonas").click()
    page.get_by_label("Add a topic").fill("What to leave out of the poster")
    page.get_by_role("button", name="Add topic").click()
    axe(page)
    expect(page.get_by_text("You added this")).to_be_visible()

    # What is likely stands there already: a tick and a button are enough.
    page.get_by_role("link", name="Log a session").click()
    page.get_by_label("What to leave out of the poster").check()
    axe(page)
    page.get_by_role("button", name="Save this session").click()
    expect(page.get_by_text("The session is saved")).to_be_visible()
    assert Session.objects.get().topics.get() == AgendaItem.objects.get()

    page.goto(f"/p/northside/pairings/{pairing.pk}/")
    page.get_by_role("link", name="Start the check-in").click()
    for answer in ("A lot", "A lot", "Not at ease at all", "Yes", "As we are"):
        page.get_by_label(answer, exact=True).check()
        page.get_by_role("button", name="Save and go on").click()
    # Of the questions that take turns.
    page.get_by_role("button", name="I would rather not say").click()
    page.get_by_role("button", name="Nothing to add").click()
    axe(page)
    expect(page.get_by_role("heading", name="Thank you, Amara")).to_be_visible()
    expect(page.get_by_role("link", name="See who is there for you")).to_be_visible()
    assert Answer.objects.count() == 7


def test_a_coordinator_sees_who_needs_them_and_why_at_a_desk(page_at, axe, pairing):
    half = page_at(360, as_=pairing.second)
    half.goto(f"/p/northside/check-ins/{pairing.second.check_ins.get().pk}/?question=3")
    half.get_by_label("Not at ease at all").check()
    press(half, "Save and go on")

    page = page_at(1280, as_=pairing.proposed_by)
    page.goto("/p/northside/today/")
    axe(page)
    page.get_by_role("link", name="Jonas does not feel at ease", exact=False).first.click()
    axe(page)
    expect(page.get_by_text("Call both within two days")).to_be_visible()
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_role("heading", name="Nobody needs you today")).to_be_visible()
    axe(page)

    page.get_by_role("link", name="All check-ins").click()
    axe(page)
    page.get_by_role("link", name="How often, and what is asked").click()
    axe(page)
    expect(page.get_by_text(", 09:00").first).to_be_visible()
