"""Two people decide something together, each in a window of their own at the same time."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from matching.facts.models import Fact
from tests.browser.pressing import press
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pairing():
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring", time_zone="UTC")
    return PairingFactory(
        active=True,
        program=program,
        first=MembershipFactory(program=program, user__name="Amara Okoye"),
        second=MembershipFactory(program=program, user__name="Jonas Lind"),
        proposed_at=timezone.now(),
    )


def test_one_proposes_the_other_suggests_something_else_both_agree_and_one_reopens_it(page_at, axe, pairing):
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)
    decisions = f"/p/northside/pairings/{pairing.pk}/decisions/"
    amara.goto(decisions)
    axe(amara)
    amara.get_by_role("link", name="Propose a decision").click()
    amara.get_by_label("What do you want to decide together?").fill("Meet every week")
    axe(amara)
    amara.get_by_role("button", name="Propose it").click()
    expect(amara.get_by_text("Waiting for Jonas")).to_be_visible()

    jonas.goto(decisions)
    axe(jonas)
    jonas.get_by_role("link", name="Meet every week", exact=True).click()
    axe(jonas)
    answers = (("button", "Agree"), ("link", "Suggest something else"), ("button", "Don’t agree"))
    looks = [style(jonas.get_by_role(role, name=re.compile(f"^{words}"))) for role, words in answers]
    assert looks[0] == looks[1] == looks[2]
    jonas.get_by_role("link", name="Suggest something else").click()
    axe(jonas)
    jonas.get_by_label("What do you want to decide together?").fill("Meet every two weeks")
    jonas.get_by_role("button", name="Propose it").click()
    expect(jonas.get_by_text("Waiting for Amara")).to_be_visible()

    amara.goto(decisions)
    waiting = amara.get_by_role("region", name="Waiting for you")
    waiting.get_by_role("button", name=re.compile("^Agree")).click()
    expect(amara.get_by_text("Agreed by both")).to_be_visible()
    axe(amara)
    jonas.reload()
    expect(jonas.get_by_text("Agreed by both")).to_be_visible()
    assert Fact.objects.get(kind=Fact.Kind.DECISION_STOOD).by == pairing.second

    jonas.get_by_role("button", name="Reopen it").click()
    expect(jonas.get_by_text("You reopened it on")).to_be_visible()
    amara.reload()
    expect(amara.get_by_text("Jonas reopened it on")).to_be_visible()
    axe(amara)


def style(button):
    wanted = ("background-color", "color", "border-color", "font-weight", "height")
    return button.evaluate("(element, wanted) => wanted.map(name => getComputedStyle(element)[name])", list(wanted))


def test_two_write_down_goals_and_edit_the_one_of_both_at_the_same_time(page_at, axe, pairing):
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)
    goals = f"/p/northside/pairings/{pairing.pk}/goals/"
    amara.goto(goals)
    axe(amara)
    amara.get_by_role("link", name="Add your first goal").click()
    amara.get_by_label("What would you like to learn or reach?").fill("Give a talk together")
    amara.get_by_label("Of both of us").check()
    axe(amara)
    press(amara, "Add this goal")
    # It is a goal of both once the other says yes.
    jonas.goto(goals)
    jonas.get_by_role("button", name=re.compile("^I want it too")).click()
    expect(jonas.get_by_text("Give a talk together").first).to_be_visible()

    for half, page in (("Amara", amara), ("Jonas", jonas)):
        page.goto(goals)
        page.get_by_role("link", name=re.compile("^Edit")).click()
        page.get_by_label("Why does it matter?").fill(f"What {half} thinks")
    axe(jonas)
    amara.get_by_role("button", name="Save this goal").click()
    expect(amara.get_by_text("What Amara thinks")).to_be_visible()
    jonas.get_by_role("button", name="Save this goal").click()
    expect(jonas.get_by_role("heading", name="Two texts of one goal")).to_be_visible()
    axe(jonas)
    expect(jonas.get_by_text("What Amara thinks")).to_be_visible()
    why = jonas.get_by_label("Why does it matter?")
    expect(why).to_have_value("What Jonas thinks")
    why.fill("What Amara thinks, and what Jonas thinks")
    jonas.get_by_role("button", name="Save this goal").click()
    expect(jonas).to_have_url(re.compile(goals))
    expect(jonas.get_by_text("and what Jonas thinks")).to_be_visible()
