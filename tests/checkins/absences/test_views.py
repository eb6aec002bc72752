import html
import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.checkins.meetings import planned, seen_in, session_page
from tests.checkins.pages import address, people_around
from tests.factories.checkins import AbsenceFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def around():
    return people_around(active=True, first__user__called="Amara", second__user__called="Jonas")


@pytest.fixture
def asked(around):
    """Amara said an hour ago that Jonas could not come."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    closed = {"closed_at": an_hour_ago, "closed_by": around.half, "starts_at": an_hour_ago - timedelta(days=1)}
    session = SessionFactory(pairing=around.pairing, missed=True, **closed)
    AbsenceFactory(session=session, said_at=an_hour_ago)
    return session


def main_of(text):
    return html.unescape(text.partition("<main")[2].partition("</main>")[0])


def pair_page(pairing):
    return address("pairing", pairing.program, pairing.pk)


def test_whose_time_has_passed_is_asked_and_either_says_they_did_not_meet(around, as_member):
    session = planned(around, days=-1)
    browser = as_member(around.other_half)

    assert "Did you meet?" in browser.get(session_page("session", session)).text
    page = html.unescape(browser.get(session_page("session-missed", session)).text)
    for answer in ("I could not come", "Amara could not come", "Something came up for both of us", "I’d rather not say"):
        assert answer in page
    assert "checked" not in page
    browser.post(session_page("session-missed", session), {"absent": "second"})

    text = main_of(as_member(around.half).get(session_page("session", session)).text)
    assert "As Jonas says it, Jonas could not come." in text
    assert "We did meet: log it" in text


@pytest.mark.parametrize("page", ["pairing", "session"])
def test_the_other_is_asked_and_agrees_with_one_press(page, asked, around, as_member):
    browser = as_member(around.other_half)
    text = main_of(browser.get(pair_page(around.pairing) if page == "pairing" else session_page("session", asked)).text)
    assert "As Amara says it, you could not come." in text
    assert "nothing is noted about you" in text

    answer = browser.post(session_page("session-missed-agree", asked), {"seen_at": seen_in(text, "seen_at")}, follow=True)

    text = main_of(answer.text)
    assert "As Amara says it, you could not come." in text
    assert "As you say it, you could not come." in text
    assert "I say the same" not in text


def test_the_other_says_it_differently_and_both_read_both(asked, around, as_member):
    browser = as_member(around.other_half)
    assert "As Amara says it" in main_of(browser.get(session_page("session-missed", asked)).text)

    browser.post(session_page("session-missed", asked), {"absent": "both", "once": uuid.uuid4()})

    text = main_of(as_member(around.half).get(session_page("session", asked)).text)
    assert "As you say it, Jonas could not come." in text
    assert "As Jonas says it, something came up for both of you." in text


@pytest.mark.parametrize("absent", ["first", "second", "both", "unsaid"])
def test_both_halves_read_each_answer_in_words(absent, around, as_member):
    missed = AbsenceFactory(session__pairing=around.pairing, absent=absent).session

    mine, others = (main_of(as_member(half).get(session_page("session", missed)).text) for half in (around.half, around.other_half))

    said = {
        "first": ("As you say it, you could not come.", "As Amara says it, Amara could not come."),
        "second": ("As you say it, Jonas could not come.", "As Amara says it, you could not come."),
        "both": ("As you say it, something came up for both of you.", "As Amara says it, something came up for both of you."),
        "unsaid": ("You would rather not say how it came.", "Amara would rather not say how it came."),
    }
    assert said[absent][0] in mine
    assert said[absent][1] in others


def test_who_said_it_is_not_asked_and_may_say_it_anew(asked, around, as_member):
    browser = as_member(around.half)

    assert "noted that you two did not meet" not in browser.get(pair_page(around.pairing)).text
    assert "Say it differently" in browser.get(session_page("session", asked)).text
    assert re.search(r'name="absent" value="second"[^>]*checked', browser.get(session_page("session-missed", asked)).text)


def test_after_a_week_nobody_is_asked_any_more(asked, around, as_member):
    asked.closed_at -= timedelta(days=7)
    asked.save()
    browser = as_member(around.other_half)

    assert "noted that you two did not meet" not in browser.get(pair_page(around.pairing)).text
    text = main_of(browser.get(session_page("session", asked)).text)
    assert "I say the same" not in text
    assert "Add my words" in text
    assert "Here is how it stands" in browser.get(session_page("session-missed", asked), follow=True).text


def test_what_was_not_seen_is_not_agreed_to(asked, around, as_member):
    answer = as_member(around.other_half).post(session_page("session-missed-agree", asked), {"seen_at": "x"}, follow=True)

    assert "changed meanwhile" in answer.text
    assert asked.absences.count() == 1


def test_nobody_agrees_to_their_own(asked, around, as_member):
    assert as_member(around.half).post(session_page("session-missed-agree", asked)).status_code == 404


def test_in_a_pairing_that_is_paused_it_is_read_and_not_answered(asked, around, as_member):
    around.pairing.state = "paused"
    around.pairing.save()
    browser = as_member(around.other_half)

    assert "noted that you two did not meet" not in browser.get(pair_page(around.pairing)).text
    text = main_of(browser.get(session_page("session", asked)).text)
    assert "As Amara says it, you could not come." in text
    assert "I say the same" not in text


def test_a_session_logged_after_all_still_tells_what_was_said_before(asked, around, as_member):
    browser, page = as_member(around.other_half), session_page("session-log-planned", asked)
    form = browser.get(page).text
    filled = {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', form)[1] for name in ("day", "start", "minutes")}

    browser.post(page, {**filled, "place": "video", "led_by": "both"})

    text = main_of(as_member(around.half).get(session_page("session", asked)).text)
    assert "Before it was logged:" in text
    assert "As you say it, Jonas could not come." in text


def test_nothing_chosen_is_asked_for(around, as_member):
    answer = as_member(around.half).post(session_page("session-missed", planned(around, days=-1)), {})

    assert "Choose an answer to “How did it come?”" in html.unescape(answer.text)


def test_a_form_sent_twice_is_no_error_the_second_time(around, as_member):
    session = planned(around, days=-1)
    browser, typed = as_member(around.half), {"absent": "first", "once": uuid.uuid4()}

    answers = [browser.post(session_page("session-missed", session), typed) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert session.absences.count() == 1


def test_it_is_too_late_to_say_it_of_a_meeting_that_was_cancelled(around, as_member):
    session = SessionFactory(pairing=around.pairing, cancelled=True)

    answer = as_member(around.half).get(session_page("session-missed", session), follow=True)

    assert "Here is how it stands" in answer.text
