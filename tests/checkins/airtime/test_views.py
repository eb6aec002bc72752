import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from checkins.airtime import services
from matching.joint.models import Answer
from tests.checkins.pages import address, people_around
from tests.factories.checkins import SessionFactory

pytestmark = pytest.mark.django_db

SAID = {"talked": "me", "decided": "even"}


@pytest.fixture
def around():
    return people_around(active=True, first__user__called="Amara", second__user__called="Jonas")


@pytest.fixture
def session(around):
    return SessionFactory(pairing=around.pairing, starts_at=timezone.now() - timedelta(days=1))


def page_of(session):
    return address("airtime", session.pairing.program, session.pairing_id, session.pk)


def test_both_say_it_apart_and_then_both_see_it(as_member, around, session):
    one, other = as_member(around.half), as_member(around.other_half)

    first = one.post(page_of(session), SAID, follow=True)
    assert "You both see it once Jonas has said it too." in first.text
    assert "Amara says" not in other.get(page_of(session)).text
    second = other.post(page_of(session), {"talked": "me", "decided": "even"}, follow=True)

    assert "Now you both see it." in second.text
    assert "Amara says: mostly Amara" in other.get(page_of(session)).text
    assert "Jonas says: mostly Jonas" in one.get(page_of(session)).text


def test_nothing_is_ticked_in_advance_and_it_says_who_sees_it(as_member, around, session):
    page = as_member(around.half).get(page_of(session)).text

    assert "checked" not in page
    assert "only you until you have both answered; from then on you and Jonas." in page


def test_what_one_has_said_can_be_changed_until_the_other_has(as_member, around, session):
    browser = as_member(around.half)
    browser.post(page_of(session), SAID)

    assert browser.get(page_of(session)).text.count("checked") == 2
    browser.post(page_of(session), SAID | {"talked": "other"})

    assert Answer.objects.get().said["talked"] == "other"


@pytest.mark.parametrize("missing", ["talked", "decided"])
def test_what_is_missing_is_said_and_the_rest_kept(missing, as_member, around, session):
    answer = as_member(around.half).post(page_of(session), {name: value for name, value in SAID.items() if name != missing})

    assert "Choose an answer to" in answer.text
    assert answer.text.count("checked") == 1
    assert not Answer.objects.exists()


def test_pressing_twice_says_it_once(as_member, around, session):
    browser, key = as_member(around.half), uuid.uuid4()

    answers = [browser.post(page_of(session), SAID | {"once": key}) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Answer.objects.count() == 1


def test_who_comes_too_late_is_told_so(as_member, around):
    old = SessionFactory(pairing=around.pairing, starts_at=timezone.now() - timedelta(days=15))
    browser = as_member(around.half)

    assert "for two weeks after a session" in browser.get(page_of(old)).text
    answer = browser.post(page_of(old), SAID).text

    assert "Nothing was changed." in answer
    assert not Answer.objects.exists()


def test_a_meeting_of_another_pairing_is_not_found_under_this_one(as_member, around):
    foreign = SessionFactory()

    page = address("airtime", around.pairing.program, around.pairing.pk, foreign.pk)

    assert as_member(around.half).get(page).status_code == 404


def test_nobody_but_the_two_comes_in(as_member, around, session):
    for half in around.pairing.halves:
        services.say(session=session, by=half, talked="even", decided="even", now=timezone.now())

    for person in (around.neighbour, around.coordinator, around.admin, around.outsider):
        browser = as_member(person)
        assert browser.get(page_of(session)).status_code == 404
        assert browser.post(page_of(session), SAID).status_code == 404


def test_staff_see_nothing_of_it_on_the_page_of_facts(as_member, around, session):
    browser = as_member(around.coordinator)
    page = address("pairing", around.pairing.program, around.pairing.pk)
    before = browser.get(page).text

    for half in around.pairing.halves:
        services.say(session=session, by=half, talked="even", decided="even", now=timezone.now())

    def plain(text):
        return [line for line in text.splitlines() if "csrf" not in line.lower()]

    assert plain(browser.get(page).text) == plain(before)


def test_the_page_costs_the_same_for_one_meeting_and_for_many(as_member, around, session, costs_the_same):
    browser = as_member(around.half)

    costs_the_same(lambda: browser.get(page_of(session)), grow=lambda: SessionFactory.create_batch(20, pairing=around.pairing), at_most=12)


def test_the_pairs_page_asks_about_the_last_session_and_leads_to_a_form_that_can_be_sent(as_member, around, session):
    browser = as_member(around.half)

    page = browser.get(address("pairing", around.pairing.program, around.pairing.pk)).text

    [panel] = re.findall(r'<section class="[^"]*" aria-labelledby="airtime">.*?</section>', page, re.DOTALL)
    assert "Say how it was" in panel
    assert page_of(session) in panel
    [form] = re.findall(r"<form [^>]*method=\"post\".*?</form>", browser.get(page_of(session)).text.partition("<main")[2], re.DOTALL)
    assert "csrfmiddlewaretoken" in form
    assert 'name="once"' in form
