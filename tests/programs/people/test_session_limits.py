"""How long a sign-in lasts."""

import time

import pytest

from tests.factories.programs import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

ACCOUNT = "/accounts/me/"
BY_HTMX = {"HX-Request": "true"}
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


@pytest.fixture
def participant():
    return MembershipFactory(user=UserFactory(verified=True))


@pytest.fixture
def admin():
    return MembershipFactory(admin=True, user=UserFactory(verified=True))


@pytest.fixture
def after(time_machine):
    """`after(3 * HOUR)` moves the clock on."""
    begun = time.time()
    total = 0

    def move(seconds: float) -> None:
        nonlocal total
        total += seconds
        time_machine.move_to(begun + total)

    return move


def test_a_participant_is_signed_out_after_two_weeks_without_a_visit(participant, as_member, after):
    browser = as_member(participant)

    after(13 * DAY)
    assert browser.get(ACCOUNT).status_code == 200
    after(14 * DAY + 1)

    assert browser.get(ACCOUNT)["Location"] == f"/accounts/login/?next={ACCOUNT}"


def test_a_participant_is_signed_out_after_thirty_days_however_often_they_came(participant, as_member, after):
    browser = as_member(participant)
    for _ in range(3):
        after(9 * DAY)
        assert browser.get(ACCOUNT).status_code == 200

    after(3 * DAY + 1)

    assert browser.get(ACCOUNT).status_code == 302


def test_an_admin_is_signed_out_after_half_an_hour_without_a_visit(admin, as_member, after):
    browser = as_member(admin)
    after(20 * MINUTE)
    assert browser.get(ACCOUNT).status_code == 200

    after(30 * MINUTE + 1)

    page = browser.get(ACCOUNT, follow=True)
    assert "You were signed out to keep your account safe" in page.content.decode()


def test_an_admin_is_signed_out_after_twelve_hours_however_busy(admin, as_member, after):
    browser = as_member(admin)
    for _ in range(24):
        after(29 * MINUTE)
        assert browser.get(ACCOUNT).status_code == 200

    after(29 * MINUTE)

    assert browser.get(ACCOUNT).status_code == 302


def test_who_becomes_an_admin_is_held_to_it_within_a_quarter_of_an_hour(participant, as_member, after):
    browser = as_member(participant)
    after(16 * MINUTE)
    browser.get(ACCOUNT)
    participant.is_admin = True
    participant.save()
    after(16 * MINUTE)
    browser.get(ACCOUNT)

    after(31 * MINUTE)

    assert browser.get(ACCOUNT).status_code == 302


def test_a_part_of_a_page_leads_the_whole_page_to_sign_in(admin, as_member, after):
    browser = as_member(admin)
    after(31 * MINUTE)

    answer = browser.get(ACCOUNT, headers=BY_HTMX)

    assert answer["HX-Redirect"] == f"/accounts/login/?next={ACCOUNT}"


def test_what_was_sent_too_late_is_on_the_page_that_says_so_and_not_saved(admin, as_member, after):
    browser = as_member(admin)
    after(31 * MINUTE)

    answer = browser.post(ACCOUNT, {"name": "<b>She sounded</b> tired.", "pronouns": "", "password": "level beam tea pot"})

    assert answer.status_code == 403
    assert "&lt;b&gt;She sounded&lt;/b&gt; tired." in answer.text
    assert "tea pot" not in answer.text
    admin.user.refresh_from_db()
    assert "tired" not in admin.user.name
    assert browser.get(ACCOUNT).status_code == 302


@pytest.mark.parametrize("words", ["她今天很累。我们谈了很久。", "Tired.\r\nSad."])
def test_words_are_kept_in_whatever_script_they_are_written(admin, as_member, after, words):
    browser = as_member(admin)
    after(31 * MINUTE)

    answer = browser.post(ACCOUNT, {"name": words, "pronouns": "they", "before": "What stood there", "once": "a 1"})

    assert answer.status_code == 403
    assert answer.context["written"] == [words]


def test_what_is_sent_after_another_page_has_ended_the_sign_in_is_shown_too(admin, as_member, after):
    browser = as_member(admin)
    after(31 * MINUTE)
    assert browser.get(ACCOUNT).status_code == 302

    answer = browser.post(ACCOUNT, {"name": "She sounded tired."})

    assert answer.status_code == 403
    assert answer.context["written"] == ["She sounded tired."]


def test_htmx_leads_the_whole_page_to_sign_in_after_another_page_has_ended_it(admin, as_member, after):
    browser = as_member(admin)
    after(31 * MINUTE)
    browser.get(ACCOUNT)

    answers = [browser.get(ACCOUNT, headers=BY_HTMX), browser.post(ACCOUNT, {"name": "tired"}, headers=BY_HTMX)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer["HX-Redirect"] for answer in answers] == [f"/accounts/login/?next={ACCOUNT}", "/accounts/login/?next=/"]


def test_a_part_that_htmx_sends_as_the_sign_in_ends_is_told_why_on_the_page_to_sign_in(admin, as_member, after):
    browser = as_member(admin)
    after(31 * MINUTE)

    answer = browser.post(ACCOUNT, {"name": "She sounded tired."}, headers=BY_HTMX)

    assert answer["HX-Redirect"] == "/accounts/login/?next=/"
    assert "You were signed out to keep your account safe" in browser.get("/accounts/login/").text


def test_a_page_costs_nothing_more_for_it(participant, as_member, queries_of):
    browser = as_member(participant)
    first = queries_of(lambda: browser.get(ACCOUNT))

    assert queries_of(lambda: browser.get(ACCOUNT)) == first
