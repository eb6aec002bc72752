"""My mail: what comes, when, and a pause."""

from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.addresses import fingerprint_of
from mentoring.kernel.outbox.models import OutboxMessage, SuspendedAddress
from mentoring.kernel.wishes import services as wishes
from mentoring.kernel.wishes.models import MailTimes, MailWish
from tests.factories.programs import MembershipFactory, UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

MINE, PAUSE, AGAIN = "/mail/", "/mail/pause/", "/mail/begin-again/"
NAMES = [category.name for category in kinds.categories()]


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ana():
    return UserFactory(email="ana@example.org", time_zone="Pacific/Auckland")


@pytest.fixture
def browser(ana, as_member):
    return as_member(ana)


def of(person):
    return wishes.of([person.pk])[person.pk]


def chosen(**different):
    return {"categories": NAMES, "quiet_from": "21:00", "quiet_until": "08:00"} | different


def suspend(person, address=None):
    SuspendedAddress.objects.create(recipient=person, fingerprint=fingerprint_of(address or person.email), reply="550", suspended_at=NOON)


def test_every_category_has_a_switch_with_a_sentence_about_it(browser):
    page = browser.get(MINE).text

    assert len(NAMES) >= 5
    for category in kinds.categories():
        assert str(category.label) in page
        assert str(category.about) in page
        assert f'value="{category.name}"' in page


def test_what_is_switched_off_stops_and_what_waits_of_it_is_taken_back(ana, browser):
    outbox.owe(kind="checkin-due", subject_id=1, recipient=ana, due_at=NOON + timedelta(days=1), now=NOON)

    browser.post(MINE, chosen(categories=[name for name in NAMES if name != "check-ins"]))

    assert of(ana).unwanted == {"check-ins"}
    assert OutboxMessage.objects.get().state == OutboxMessage.State.CANCELLED


def test_what_is_switched_on_again_is_wanted(ana, browser):
    wishes.choose(recipient=ana, category="meetings", is_wanted=False, now=NOON)

    browser.post(MINE, chosen())

    assert of(ana).unwanted == frozenset()


def test_saving_what_is_there_already_writes_no_wish(ana, browser):
    browser.post(MINE, chosen(quiet_from="00:00", quiet_until="00:00"))

    assert not MailWish.objects.exists()
    assert not MailTimes.objects.exists()


def test_hours_and_one_mail_a_day_are_kept(ana, browser):
    browser.post(MINE, chosen(quiet_from="20:30", quiet_until="07:15", gathers="on"))

    assert (of(ana).quiet_from, of(ana).quiet_until, of(ana).gathers) == (time(20, 30), time(7, 15), True)
    page = browser.get(MINE).text
    assert 'value="20:30"' in page
    assert "checked" in page.split('name="gathers"')[1].split(">")[0]


def test_hours_that_are_none_are_said_beside_their_field_and_keep_the_rest(ana, browser):
    answer = browser.post(MINE, chosen(quiet_from="25:00", categories=["meetings"]))

    assert answer.status_code == 200
    assert "id_quiet_from_error" in answer.text
    assert "Error: My mail" in answer.text
    assert not MailWish.objects.exists()


def test_a_category_that_nobody_declares_is_refused(ana, browser):
    assert browser.post(MINE, chosen(categories=["everything"])).status_code == 200
    assert not MailWish.objects.exists()


# At noon in London it is one o'clock of the next day in Auckland, where clocks are thirteen hours ahead.
@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ({"until": "tomorrow"}, "2026-03-18T00:00"),
        ({"until": "week"}, "2026-03-24T00:00"),
        ({"until": "fortnight"}, "2026-03-31T00:00"),
        ({"day": "2026-03-20"}, "2026-03-20T00:00"),
        ({"day": "2026-06-15"}, "2026-06-15T00:00"),
    ],
)
def test_a_pause_lasts_until_a_day_begins_by_ones_own_clock(ana, browser, until, expected):
    browser.post(PAUSE, until)

    from zoneinfo import ZoneInfo

    assert of(ana).snoozed_until.astimezone(ZoneInfo("Pacific/Auckland")).strftime("%Y-%m-%dT%H:%M") == expected


@pytest.mark.parametrize("until", [{}, {"day": ""}, {"day": "2026-03-17"}, {"day": "2026-06-16"}, {"day": "soon"}, {"until": "never"}])
def test_a_pause_without_a_day_that_can_be_is_refused_beside_the_field(ana, browser, until):
    answer = browser.post(PAUSE, until)

    assert answer.status_code == 200
    assert "id_day_error" in answer.text
    assert not MailTimes.objects.exists()


def test_a_pause_is_said_and_ends_at_a_press(ana, browser):
    browser.post(PAUSE, {"until": "tomorrow"})
    assert "Nothing that can wait comes before Wednesday 18 March." in browser.get(MINE).text

    browser.post(AGAIN)

    assert of(ana).snoozed_until is None
    assert "Begin again now" not in browser.get(MINE).text


def test_a_pause_that_is_over_is_said_no_more(ana, browser):
    browser.post(PAUSE, {"until": "tomorrow"})

    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        assert "Begin again now" not in browser.get(MINE).text


def test_the_page_costs_the_same_however_much_was_chosen(ana, browser, costs_the_same):
    def grow():
        for name in NAMES:
            wishes.choose(recipient=ana, category=name, is_wanted=False, now=NOON)

    costs_the_same(lambda: browser.get(MINE), grow=grow, at_most=8)


def test_the_account_and_both_menus_lead_here(ana, browser, as_member):
    assert f'href="{MINE}"' in browser.get("/accounts/me/").text
    for member, page in ((MembershipFactory(), "checkins:home"), (MembershipFactory(coordinator=True), "programs:people")):
        assert f'href="{MINE}"' in as_member(member).get(reverse(page, args=[member.program.slug])).text


# --- mail that comes back ---


def seen_anew(browser):
    """As if they had been away for a while: then a visit is noted."""
    session = browser.session
    session["seen_at"] -= 3600
    session.save()
    return browser


def test_mail_that_comes_back_is_said_with_what_to_do(ana, browser):
    suspend(ana)

    page = browser.get(MINE).text

    assert "Our mail does not reach you" in page
    assert "ana@example.org" in page
    assert 'href="/accounts/email/"' in page


@pytest.mark.parametrize("page", ["/accounts/me/", "/programs/", "/accounts/email/", "/no/such/page/"])
def test_every_page_says_that_mail_comes_back(ana, browser, page):
    suspend(ana)
    seen_anew(browser)

    assert "Our mail to <bdi>ana@example.org</bdi> comes back" in browser.get(page).text


def test_the_notice_costs_no_query(ana, browser, queries_of):
    browser.get("/accounts/me/")
    before = queries_of(lambda: browser.get("/accounts/me/"))
    suspend(ana)
    seen_anew(browser).get("/accounts/me/")

    assert queries_of(lambda: browser.get("/accounts/me/")) == before


def test_a_new_address_takes_the_notice_away_at_once(ana, browser):
    suspend(ana)
    seen_anew(browser).get("/accounts/me/")
    ana.email = "ana@new.example.org"
    ana.save()

    assert "comes back" not in browser.get("/accounts/me/").text


def test_who_can_be_reached_again_and_looks_at_their_mail_sees_the_notice_no_more(ana, browser):
    suspend(ana)
    seen_anew(browser).get("/accounts/me/")
    SuspendedAddress.objects.all().delete()

    browser.get(MINE)

    assert "comes back" not in browser.get("/accounts/me/").text


def test_who_can_be_reached_sees_no_notice(ana, browser):
    suspend(UserFactory())

    assert "comes back" not in seen_anew(browser).get("/accounts/me/").text
    assert "does not reach" not in browser.get(MINE).text


def test_it_is_known_from_the_first_page_after_signing_in(ana, client):
    suspend(ana)
    client.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert "comes back" in client.get("/accounts/me/").text
