"""Two people agree on a time, move it, meet, and write it down: each in a browser of their own."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from checkins.sessions.models import Session
from tests.browser.pressing import press
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_agree_on_a_time_move_it_meet_and_remember_it_differently(page_at, axe):
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring")
    pair = PairingFactory(
        active=True,
        program=program,
        first=MembershipFactory(program=program, user__name="Amara Okoye"),
        second=MembershipFactory(program=program, user__name="Jonas Lind"),
    )
    pages = f"/p/northside/pairings/{pair.pk}/sessions/"
    amara, jonas = page_at(360, as_=pair.first), page_at(1280, as_=pair.second)
    in_days = [(timezone.now() + timedelta(days=days)).date() for days in (3, 4, 5, 9)]

    amara.goto(pages)
    amara.get_by_role("link", name="Suggest a time").click()
    for position, day in enumerate(in_days[:3], start=1):
        amara.locator(f"#id_day_{position}").fill(day.isoformat())
        amara.locator(f"#id_start_{position}").fill("16:00")
    amara.get_by_label("Where, or the link to the call").fill("Library café")
    axe(amara)
    press(amara, "Suggest these times")

    jonas.goto(pages)
    axe(jonas)
    jonas.get_by_role("button", name="Pick this time").nth(1).click()
    axe(jonas)
    expect(jonas.get_by_text("Amara said yes")).to_be_visible()

    jonas.get_by_role("link", name="Move it").click()
    jonas.locator("#id_day_1").fill(in_days[3].isoformat())
    jonas.locator("#id_start_1").fill("10:00")
    press(jonas, "Suggest these times")

    session = Session.objects.get()
    for page in (amara, jonas):
        page.goto(f"{pages}{session.pk}/")
        expect(page.get_by_role("heading", name="A new time is suggested")).to_be_visible()
    press(amara, "Pick this time")
    moved_to = f"{in_days[3]:%A} {in_days[3].day} {in_days[3]:%B}, 10:00"
    for page in (amara, jonas):
        page.goto(pages)
        expect(page.get_by_text(moved_to).first).to_be_visible()

    # Time passes: it is an hour since they met.
    Session.objects.update(starts_at=timezone.now() - timedelta(hours=1, minutes=30))
    amara.goto(f"{pages}{session.pk}/")
    axe(amara)
    amara.get_by_role("link", name="Yes, log it").click()
    amara.get_by_label("A note to remember it by").fill("We went through the poster.")
    axe(amara)
    amara.get_by_role("button", name="Save this session").click()
    expect(amara.get_by_text("The session is saved")).to_be_visible()

    jonas.goto(f"{pages}{session.pk}/")
    jonas.get_by_role("link", name="Add my words").click()
    jonas.get_by_label("What would you add?").fill("It was the talk, and it was longer.")
    jonas.get_by_label("I remember it differently").check()
    jonas.get_by_label("Minutes").fill("90")
    press(jonas, "Save my words")

    amara.reload()
    axe(amara)
    expect(amara.get_by_text("We went through the poster.")).to_be_visible()
    expect(amara.get_by_text("Jonas remembers it differently")).to_be_visible()
    amara.get_by_role("button", name="I agree").click()
    expect(amara.get_by_text("The session says so now.")).to_be_visible()
    session.refresh_from_db()
    assert (session.state, session.minutes) == ("held", 90)


def test_two_say_each_in_their_own_words_that_they_did_not_meet(page_at, axe):
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring")
    pair = PairingFactory(
        active=True,
        program=program,
        first=MembershipFactory(program=program, user__name="Amara Okoye"),
        second=MembershipFactory(program=program, user__name="Jonas Lind"),
    )
    session = SessionFactory(pairing=pair, planned=True, starts_at=timezone.now() - timedelta(days=1))
    pair_page = f"/p/northside/pairings/{pair.pk}/"
    amara, jonas = page_at(360, as_=pair.first), page_at(1280, as_=pair.second)

    amara.goto(pair_page)
    amara.get_by_role("link", name="No, we did not meet").click()
    axe(amara)
    amara.get_by_label("Jonas could not come").check()
    amara.get_by_role("button", name="Save this").click()
    expect(amara.get_by_text("As you say it, Jonas could not come.")).to_be_visible()

    jonas.goto(pair_page)
    axe(jonas)
    expect(jonas.get_by_text("As Amara says it, you could not come.")).to_be_visible()
    jonas.get_by_role("link", name="I’d say it differently").click()
    jonas.get_by_label("Something came up for both of us").check()
    press(jonas, "Save this")

    for page, words in ((jonas, "As you say it, something came up"), (amara, "As Jonas says it, something came up")):
        page.goto(f"{pair_page}sessions/{session.pk}/")
        axe(page)
        expect(page.get_by_text(words)).to_be_visible()
    jonas.goto(pair_page)
    expect(jonas.get_by_text("As Amara says it")).to_have_count(0)
