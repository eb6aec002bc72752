import uuid

import pytest

from tests.checkins.meetings import planned, session_page
from tests.checkins.pages import people_around
from tests.factories.checkins import SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def around():
    return people_around(active=True, first__user__called="Amara", second__user__called="Jonas")


def test_whose_time_has_passed_is_asked_and_either_says_they_did_not_meet(around, as_member):
    session = planned(around, days=-1)
    browser = as_member(around.other_half)

    assert "Did you meet?" in browser.get(session_page("session", session)).text
    page = browser.get(session_page("session-missed", session)).text
    assert "checked" not in page
    browser.post(session_page("session-missed", session), {"absent": "first"})

    text = as_member(around.half).get(session_page("session", session)).text
    assert "You could not make it." in text
    assert "Jonas noted this" in text
    assert "We did meet: log it" in text


def test_a_form_sent_twice_is_no_error_the_second_time(around, as_member):
    session = planned(around, days=-1)
    browser, typed = as_member(around.half), {"absent": "first", "once": uuid.uuid4()}

    answers = [browser.post(session_page("session-missed", session), typed) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]


def test_it_is_too_late_to_say_it_of_a_meeting_that_was_cancelled(around, as_member):
    session = SessionFactory(pairing=around.pairing, cancelled=True)

    answer = as_member(around.half).get(session_page("session-missed", session), follow=True)

    assert "Here is how it stands" in answer.text
