import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from checkins.agendas.models import AgendaItem
from checkins.sessions.models import Session
from tests.checkins.pages import address, people_around
from tests.factories.checkins import AgendaItemFactory, SessionFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db


def log_page(pairing):
    return address("session-log", pairing.program, pairing.pk)


def list_page(pairing):
    return address("sessions", pairing.program, pairing.pk)


def told(**changes):
    yesterday = timezone.now() - timedelta(days=1)
    return {"day": yesterday.date().isoformat(), "start": "16:00", "minutes": "45", "place": "video", **changes}


def test_the_form_comes_filled_in_so_that_saving_it_is_enough(as_member):
    around = people_around()
    browser = as_member(around.half)
    page = browser.get(log_page(around.pairing)).text

    filled = {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1] for name in ("day", "start", "minutes")}
    browser.post(log_page(around.pairing), {**filled, "place": "in_person"})

    session = Session.objects.get()
    assert session.minutes == 60
    assert timedelta(0) <= timezone.now() - session.ended_at < timedelta(minutes=16)


def test_it_comes_as_long_and_in_the_same_way_as_the_last_time(as_member):
    around = people_around()
    SessionFactory(pairing=around.pairing, minutes=90, place=Session.Place.PHONE)

    page = as_member(around.half).get(log_page(around.pairing)).text

    assert re.search(r'name="minutes"[^>]*value="90"', page)
    assert re.search(r'value="phone"[^>]*checked', page)


def test_a_half_logs_in_their_own_time_and_says_what_they_got_to(as_member):
    around = people_around(active=True, first__user__time_zone="America/New_York")
    reached, left = AgendaItemFactory.create_batch(2, pairing=around.pairing, author=around.other_half)

    answer = as_member(around.half).post(
        log_page(around.pairing),
        told(day="2026-03-12", start="16:00", reached=[reached.pk], talked_about="It went well."),
        follow=True,
    )

    session = Session.objects.get()
    assert session.started_at.isoformat() == "2026-03-12T20:00:00+00:00"
    assert (session.logged_by, session.talked_about, list(session.topics.all())) == (around.half, "It went well.", [reached])
    assert list(AgendaItem.objects.open()) == [left]
    assert f"{around.other_half.user.short_name} sees it too" in answer.text


def test_pressing_twice_logs_one(as_member):
    around = people_around()
    browser, form = as_member(around.half), told(once=uuid.uuid4())

    for _press in range(2):
        assert browser.post(log_page(around.pairing), form).status_code == 302

    assert Session.objects.count() == 1


def test_the_second_of_two_who_log_the_same_meeting_sees_what_is_there(as_member):
    around = people_around()
    topic = AgendaItemFactory(pairing=around.pairing)
    as_member(around.half).post(log_page(around.pairing), told(reached=[topic.pk]))

    answer = as_member(around.other_half).post(log_page(around.pairing), told(start="16:15", reached=[topic.pk], talked_about="My words"))

    assert answer.status_code == 200
    assert f"{around.half.user.short_name} has logged this meeting already" in answer.text
    assert list_page(around.pairing) in answer.text
    assert "My words" in answer.text
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"minutes": "4"}, "from 5 to 480"),
        ({"minutes": "four"}, "from 5 to 480"),
        ({"day": "2999-01-01"}, "has not come yet"),
        ({"day": ""}, "Fill in “Date”"),
        ({"start": "25:00"}, "valid time"),
        ({"place": "moon"}, "valid choice"),
        ({"next_time": "x" * 301}, "at most 300"),
        ({"next_time_on_agenda": "on"}, "Write what you want to put on the agenda"),
        ({"reached": ["999999999"]}, "valid choice"),
    ],
)
def test_what_cannot_be_saved_is_said_and_everything_typed_is_kept(changes, said, as_member):
    around = people_around()
    AgendaItemFactory(pairing=around.pairing)

    answer = as_member(around.half).post(log_page(around.pairing), told(talked_about="Keep this.", **changes))

    assert answer.status_code == 200
    assert said in answer.text
    assert "Keep this." in answer.text
    assert not Session.objects.exists()


def test_a_topic_of_another_pair_is_an_invalid_choice(as_member):
    around = people_around()
    AgendaItemFactory(pairing=around.pairing)
    foreign = AgendaItemFactory()

    answer = as_member(around.half).post(log_page(around.pairing), told(reached=[foreign.pk]))

    assert "valid choice" in answer.text
    assert foreign.text not in answer.text


@pytest.mark.parametrize(("state", "said"), [("paused", "This pairing is paused"), ("closed", "This pairing has ended")])
def test_a_pairing_that_has_stopped_says_so_and_keeps_what_was_typed(state, said, as_member):
    around = people_around(**{state: True})
    browser = as_member(around.half)

    assert said in browser.get(log_page(around.pairing)).text
    answer = browser.post(log_page(around.pairing), told(talked_about="How exams went")).text

    assert "while it is active" in answer
    assert "How exams went" in answer
    assert not Session.objects.exists()


def test_past_sessions_are_read_by_the_two_also_when_it_has_ended(as_member):
    around = people_around(closed=True)
    SessionFactory(pairing=around.pairing, talked_about="What we said.")

    for half in (around.half, around.other_half):
        assert "What we said." in as_member(half).get(list_page(around.pairing)).text


def test_before_the_first_session_it_says_what_to_do(as_member):
    around = people_around()

    assert "No session so far" in as_member(around.half).get(list_page(around.pairing)).text


def test_nobody_but_the_two_comes_in(as_member):
    around = people_around()

    for person in (around.neighbour, around.coordinator, around.admin, around.outsider):
        browser = as_member(person)
        for page in (log_page(around.pairing), list_page(around.pairing)):
            assert browser.get(page).status_code == 404
        assert browser.post(log_page(around.pairing), told()).status_code == 404


def test_a_pairing_that_has_not_begun_has_no_sessions(as_member):
    pairing = PairingFactory()

    assert as_member(pairing.first).get(list_page(pairing)).status_code == 404


def test_the_pages_cost_the_same_for_one_session_and_for_many(as_member, costs_the_same):
    around = people_around()
    browser = as_member(around.half)

    def grow(number=19):
        for session in SessionFactory.create_batch(number, pairing=around.pairing):
            session.topics.set(AgendaItemFactory.create_batch(2, pairing=around.pairing, discussed=True))
        AgendaItemFactory.create_batch(number, pairing=around.pairing)

    grow(1)
    costs_the_same(lambda: browser.get(list_page(around.pairing)), grow=grow)
    costs_the_same(lambda: browser.get(log_page(around.pairing)), grow=grow)
