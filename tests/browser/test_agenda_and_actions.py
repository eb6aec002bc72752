"""Two people, each in a browser of their own, at one agenda and one list of actions."""

import pytest
from playwright.sync_api import expect

from checkins.actions.models import ActionItem
from checkins.agendas.models import AgendaItem
from tests.browser.pressing import press
from tests.factories.checkins import AgendaItemFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pairing():
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring")
    return PairingFactory(
        active=True,
        program=program,
        first=MembershipFactory(program=program, user__name="Amara Okoye"),
        second=MembershipFactory(program=program, user__name="Jonas Lind"),
    )


def test_two_who_edit_one_topic_at_once_see_both_texts_and_lose_nothing(page_at, axe, pairing):
    topic = AgendaItemFactory(pairing=pairing, text="The poster", points="Who prints it?")
    agenda = f"/p/northside/pairings/{pairing.pk}/agenda/"
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)
    for page, link in ((amara, "Edit"), (jonas, "Write points")):
        page.goto(agenda)
        axe(page)
        page.get_by_role("link", name=link).click()
        axe(page)

    jonas.get_by_label("Points for when you meet").fill("Who prints it? I could.")
    jonas.get_by_role("button", name="Save").click()
    expect(jonas.get_by_text("The topic is saved")).to_be_visible()

    amara.get_by_label("Topic").fill("What to leave out of the poster")
    amara.get_by_label("Points for when you meet").fill("Who prints it? In which size?")
    amara.get_by_role("button", name="Save").click()

    expect(amara.get_by_role("heading", name="Two versions of one topic")).to_be_visible()
    expect(amara.get_by_text("Who prints it? I could.")).to_be_visible()
    expect(amara.get_by_label("Points for when you meet")).to_have_value("Who prints it? In which size?")
    expect(amara.get_by_label("Topic")).to_have_value("What to leave out of the poster")
    axe(amara)

    amara.get_by_label("Points for when you meet").fill("Who prints it? Jonas could. In which size?")
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_text("The topic is saved")).to_be_visible()
    jonas.reload()
    expect(jonas.get_by_text("Who prints it? Jonas could. In which size?")).to_be_visible()
    topic.refresh_from_db()
    assert (topic.text, topic.version) == ("What to leave out of the poster", 3)


def test_two_who_change_the_order_at_once_both_find_their_move(page_at, axe, pairing):
    for text in ("First", "Second", "Third"):
        AgendaItemFactory(pairing=pairing, text=text)
    agenda = f"/p/northside/pairings/{pairing.pk}/agenda/"
    amara, jonas = page_at(360, as_=pairing.first, java_script_enabled=False), page_at(360, as_=pairing.second)
    for page in (amara, jonas):
        page.goto(agenda)

    press(amara, "Move down: First")
    jonas.get_by_role("button", name="Move up: Third").click()

    expect(jonas.get_by_role("button", name="Move up: First")).to_be_visible()
    assert list(AgendaItem.objects.open().for_list().values_list("text", flat=True)) == ["Second", "Third", "First"]

    # With script a topic is dragged as well, to where a line shows it will go.
    rows = jonas.locator("ol.agenda > li")
    rows.nth(2).locator("[data-drag-handle]").hover()
    jonas.mouse.down()
    top = rows.nth(0).bounding_box()
    jonas.mouse.move(top["x"] + 20, top["y"] + 2, steps=4)
    expect(rows.nth(0)).to_have_class("takes-before")
    jonas.mouse.up()
    expect(rows.nth(0)).to_contain_text("First")
    expect(jonas.get_by_role("button", name="Move down: First")).to_be_visible()
    axe(jonas)
    amara.reload()
    expect(amara.locator("ol.agenda > li").nth(0)).to_contain_text("First")
    expect(amara.locator("[data-drag-handle]").first).to_be_hidden()


def test_an_action_is_asked_for_taken_on_and_done(page_at, axe, pairing):
    actions = f"/p/northside/pairings/{pairing.pk}/actions/"
    amara, jonas = page_at(360, as_=pairing.first), page_at(360, as_=pairing.second)
    amara.goto(actions)
    axe(amara)
    amara.get_by_role("link", name="Add an action").click()
    axe(amara)
    amara.get_by_label("What is to be done?").fill("Record a two-minute talk")
    amara.get_by_role("radio", name="Jonas A request").check()
    amara.get_by_role("button", name="Add action").click()
    expect(amara.get_by_text("It stands only once Jonas says yes.")).to_be_visible()

    jonas.goto(actions)
    axe(jonas)
    jonas.get_by_role("button", name="Take it on").click()
    jonas.get_by_label("You: Record a two-minute talk").check()
    jonas.get_by_role("button", name="Save").click()
    expect(jonas.get_by_text("You marked it as done on")).to_be_visible()

    amara.reload()
    expect(amara.get_by_text("Jonas marked it as done on")).to_be_visible()
    axe(amara)
    assert ActionItem.objects.get().done_by == pairing.second
