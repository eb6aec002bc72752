"""Two people, each at their own telephone: they write to each other, and say apart who talked and who decided."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from checkins.threads.models import Message
from tests.browser.pressing import press
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pairing():
    program = ProgramFactory(slug="northside")
    return PairingFactory(
        active=True,
        program=program,
        first=MembershipFactory(program=program, user__name="Amara Okoye"),
        second=MembershipFactory(program=program, user__name="Jonas Lind"),
    )


def test_two_people_write_to_each_other(page_at, axe, pairing):
    thread = f"/p/northside/pairings/{pairing.pk}/messages/"
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)

    amara.goto(thread)
    axe(amara)
    amara.get_by_label("Write to Jonas").fill("Would Tuesday at four be good?")
    amara.get_by_role("button", name="Send").click()
    expect(amara.get_by_role("button", name="Take back")).to_be_visible()

    jonas.goto(thread)
    expect(jonas.get_by_text("Would Tuesday at four be good?")).to_be_visible()
    # The page says by itself that it was read.
    expect(jonas.get_by_role("button", name="I have read these")).to_have_count(0)
    assert not Message.objects.unread_by(pairing.second).exists()
    jonas.get_by_label("Write to Amara").fill("It would. See https://example.org/room/" + "x" * 80)
    jonas.get_by_role("button", name="Send").click()
    axe(jonas)

    amara.goto(thread)
    expect(amara.get_by_text("It would.")).to_be_visible()
    axe(amara)
    assert amara.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_script_a_button_says_that_it_was_read(page_at, pairing):
    Message.objects.create(pairing=pairing, author=pairing.first, text="Are you there?", sent_at=timezone.now())
    jonas = page_at(360, as_=pairing.second, java_script_enabled=False)

    jonas.goto(f"/p/northside/pairings/{pairing.pk}/messages/")
    jonas.get_by_role("button", name="I have read these").click()

    expect(jonas.get_by_text("Are you there?")).to_be_visible()
    expect(jonas.get_by_role("button", name="I have read these")).to_have_count(0)


def test_two_people_say_apart_who_talked_and_only_then_see_it(page_at, axe, pairing):
    session = SessionFactory(pairing=pairing, starts_at=timezone.now() - timedelta(days=1))
    address = f"/p/northside/pairings/{pairing.pk}/sessions/{session.pk}/airtime/"
    amara, jonas = page_at(360, as_=pairing.first), page_at(360, as_=pairing.second)

    def say(page, talked, decided):
        page.goto(address)
        axe(page)
        page.get_by_role("group", name="Who talked, roughly?").get_by_text(talked).click()
        page.get_by_role("group", name="Who decided, roughly?").get_by_text(decided).click()
        press(page, "Save what I say")

    say(amara, "Mostly Jonas", "About even")
    expect(amara.get_by_text("It is saved. You both see it once Jonas has said it too.")).to_be_visible()
    jonas.goto(address)
    expect(jonas.get_by_text("Amara says")).to_have_count(0)

    say(jonas, "About even", "About even")
    expect(jonas.get_by_text("Now you both see it.")).to_be_visible()
    for page, line in ((amara, "Jonas says: about even."), (jonas, "Amara says: mostly you.")):
        page.goto(address)
        expect(page.get_by_text(line)).to_be_visible()
        expect(page.get_by_text("You both say: about even.")).to_be_visible()
        axe(page)
