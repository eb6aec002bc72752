import html
import re
import uuid
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from checkins.agendas.models import AgendaItem
from checkins.decisions.models import Decision
from checkins.sessions.models import Session
from mentoring.kernel.times import is_left_out
from tests.checkins.meetings import in_days, planned, seen_in, session_page, suggested
from tests.checkins.pages import address, people_around
from tests.factories.checkins import (
    AbsenceFactory,
    AgendaItemFactory,
    NotReachedFactory,
    SessionAccountFactory,
    SessionFactory,
    SessionOptionFactory,
)
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
HALF_PAST_ONE = time(1, 30)


@pytest.fixture
def around():
    return people_around(
        active=True,
        first__user__called="Amara",
        first__user__time_zone="Europe/London",
        second__user__called="Jonas",
        second__user__time_zone="America/New_York",
    )


def log_page(pairing):
    return address("session-log", pairing.program, pairing.pk)


def list_page(pairing):
    return address("sessions", pairing.program, pairing.pk)


def told(**changes):
    yesterday = timezone.now() - timedelta(days=1)
    return {"day": yesterday.date().isoformat(), "start": "16:00", "minutes": "45", "place": "video", "led_by": "both", **changes}


def test_the_form_comes_filled_in_so_that_saving_it_is_enough(as_member):
    around = people_around()
    browser = as_member(around.half)
    page = browser.get(log_page(around.pairing)).text

    filled = {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1] for name in ("day", "start", "minutes")}
    chosen = {name: re.search(rf'name="{name}" value="([^"]+)"[^>]*checked', page)[1] for name in ("place", "led_by")}
    browser.post(log_page(around.pairing), filled | chosen)

    session = Session.objects.get()
    assert session.minutes == 60
    assert timedelta(0) <= timezone.now() - session.ends_at < timedelta(minutes=16)


def test_it_comes_as_long_and_in_the_same_way_as_the_last_time(as_member):
    around = people_around()
    SessionFactory(pairing=around.pairing, minutes=90, place=Session.Place.PHONE)

    page = as_member(around.half).get(log_page(around.pairing)).text

    assert re.search(r'name="minutes"[^>]*value="90"', page)
    assert re.search(r'value="phone"[^>]*checked', page)
    assert "How did you meet?" in page


def test_a_half_logs_in_their_own_time_and_says_what_they_got_to(as_member, noon, time_machine):
    time_machine.move_to(noon, tick=False)
    around = people_around(active=True, first__user__time_zone="America/New_York")
    reached, left = AgendaItemFactory.create_batch(2, pairing=around.pairing, author=around.other_half)

    answer = as_member(around.half).post(
        log_page(around.pairing),
        told(day="2026-03-12", start="16:00", reached=[reached.pk], talked_about="It went well."),
        follow=True,
    )

    session = Session.objects.get()
    assert session.starts_at.isoformat() == "2026-03-12T20:00:00+00:00"
    assert (session.logged_by, session.talked_about, list(session.topics.all())) == (around.half, "It went well.", [reached])
    assert list(AgendaItem.objects.open()) == [left]
    assert f"{around.other_half.user.short_name} sees it too" in answer.text


def test_pressing_twice_logs_one(as_member):
    around = people_around()
    browser, form = as_member(around.half), told(once=uuid.uuid4())

    for _press in range(2):
        assert browser.post(log_page(around.pairing), form).status_code == 302

    assert Session.objects.count() == 1


def test_the_second_of_two_who_log_the_same_meeting_sees_what_is_there(as_member, noon, time_machine):
    time_machine.move_to(noon, tick=False)
    around = people_around()
    topic = AgendaItemFactory(pairing=around.pairing)
    as_member(around.half).post(log_page(around.pairing), told(reached=[topic.pk]))

    answer = as_member(around.other_half).post(log_page(around.pairing), told(start="16:15", reached=[topic.pk], talked_about="My words"))

    assert answer.status_code == 200
    assert f"{around.half.user.short_name} has logged this meeting already" in answer.text
    assert session_page("session", Session.objects.get()) in answer.text
    assert "My words" in answer.text
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"minutes": "4"}, "from 5 to 480"),
        ({"minutes": "four"}, "from 5 to 480"),
        ({"day": "2999-01-01"}, "has not come yet"),
        ({"day": ""}, "Fill in “Date”"),
        ({"day": "9999-12-31", "start": "23:00"}, "a day nearer to today"),
        ({"day": "2020-01-01"}, "more than a year ago"),
        ({"start": "25:00"}, "valid time"),
        ({"place": "moon"}, "valid choice"),
        ({"led_by": ""}, "Choose an answer to “Who led?”"),
        ({"next_time": "x" * 301}, "at most 300"),
        ({"next_time_on_agenda": "on"}, "Write what you want to put on the agenda"),
        ({"reached": ["999999999"]}, "valid choice"),
    ],
)
def test_what_cannot_be_saved_is_said_and_everything_typed_is_kept(changes, said, as_member):
    around = people_around(active=True, first__user__time_zone="America/New_York")
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


def test_a_planned_session_is_logged_with_what_was_planned_filled_in(around, as_member):
    session = planned(around, days=-1, minutes=30, place="phone", led_by=around.other_half)
    browser = as_member(around.half)
    page = browser.get(session_page("session-log-planned", session)).text

    filled = {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1] for name in ("day", "start", "minutes")}
    chosen = {name: re.search(rf'name="{name}" value="([^"]+)"[^>]*checked', page)[1] for name in ("place", "led_by")}
    browser.post(session_page("session-log-planned", session), filled | chosen)

    held = Session.objects.get()
    assert (held.pk, held.state, held.starts_at, held.minutes, held.place) == (session.pk, "held", session.starts_at, 30, "phone")
    assert (held.led_by, held.logged_by) == (around.other_half, around.half)


def test_the_other_adds_their_own_words_and_both_versions_stay(around, as_member):
    session = SessionFactory(pairing=around.pairing, talked_about="It was about the poster.", starts_at=in_days(-2))

    page = as_member(around.other_half).get(session_page("session-account", session)).text
    typed = {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1] for name in ("day", "start", "minutes")}
    as_member(around.other_half).post(
        session_page("session-account", session), {**typed, "words": "It was about the talk.", "is_different": "on"}
    )

    text = as_member(around.half).get(session_page("session", session)).text
    for said in ("It was about the poster.", "It was about the talk.", "Jonas remembers it differently"):
        assert said in text
    assert not session.accounts.get().has_change


def test_another_length_counts_once_the_other_agrees(around, as_member):
    session = SessionFactory(pairing=around.pairing, starts_at=in_days(-2), minutes=45)
    account = SessionAccountFactory(session=session, minutes=90)

    text = as_member(around.half).get(session_page("session", session)).text
    assert "it lasted 90 minutes" in text
    as_member(around.half).post(session_page("session-account-agree", session), {"seen_at": seen_in(text, "seen_at")})

    session.refresh_from_db()
    account.refresh_from_db()
    assert (session.minutes, account.minutes, account.words) == (90, 90, "As I remember it.")
    text = as_member(around.other_half).get(session_page("session", session)).text
    assert "45 minutes, In person" in text
    assert "You both agreed to this" in text


def test_who_led_as_the_other_wrote_down_says_so_with_one_press(around, as_member):
    session = SessionFactory(pairing=around.pairing, led_by=around.other_half)
    browser = as_member(around.other_half)
    assert "Yes, I led" in browser.get(session_page("session", session)).text
    assert "Yes, I led" not in as_member(around.half).get(session_page("session", session)).text

    browser.post(session_page("session-led", session))

    assert "Yes, I led" not in browser.get(session_page("session", session)).text


def test_who_led_and_how_they_met_is_remembered_otherwise_in_the_form(around, as_member):
    session = SessionFactory(pairing=around.pairing, starts_at=in_days(-2), led_by=around.half)
    browser, page = as_member(around.other_half), session_page("session-account", session)
    typed = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', browser.get(page).text)[1] for name in ("day", "start", "minutes")}

    browser.post(page, typed | {"words": "", "place": "phone", "led_by": "me"})

    assert session.accounts.get().told == (None, None, "phone", "second")
    text = as_member(around.half).get(session_page("session", session)).text
    assert "Jonas led." in text
    assert "this is how you met: Phone" in text


def test_nobody_agrees_to_their_own_version(around, as_member):
    session = SessionFactory(pairing=around.pairing, minutes=45)
    SessionAccountFactory(session=session, minutes=90)

    assert as_member(around.other_half).post(session_page("session-account-agree", session)).status_code == 404


def test_of_two_who_log_the_same_meeting_the_second_joins_with_their_own_words(around, as_member):
    topic = AgendaItemFactory(pairing=around.pairing)
    session = SessionFactory(pairing=around.pairing, starts_at=in_days(-1), minutes=45, talked_about="First words")
    began = timezone.localtime(session.starts_at + timedelta(minutes=20), NEW_YORK)
    typed = told(
        day=began.date().isoformat(), start=f"{began:%H:%M}", reached=[topic.pk], talked_about="My words", next_time="The interview"
    )
    browser = as_member(around.other_half)
    asked = browser.post(log_page(around.pairing), typed).text
    assert "It is the same meeting" in asked
    assert "It was another meeting" not in asked

    answer = browser.post(log_page(around.pairing), typed | {"about": "same"}, follow=True)

    assert "Your words stand beside those of Amara" in answer.text
    for said in ("First words", "My words", "For next time: The interview"):
        assert said in answer.text
    session.refresh_from_db()
    account = session.accounts.get()
    assert (session.minutes, account.starts_at) == (45, session.starts_at + timedelta(minutes=20))
    assert list(session.topics.all()) == [topic]


def test_another_meeting_of_the_same_day_is_logged_when_they_say_so(around, as_member):
    SessionFactory(pairing=around.pairing, starts_at=in_days(-1), minutes=30)
    began = timezone.localtime(in_days(-1, 13), NEW_YORK)
    typed = told(day=began.date().isoformat(), start=f"{began:%H:%M}", talked_about="Another one")
    browser = as_member(around.other_half)
    assert "It was another meeting" in browser.post(log_page(around.pairing), typed).text

    browser.post(log_page(around.pairing), typed | {"about": "another"})

    assert Session.objects.held().count() == 2


def test_the_same_meeting_logged_again_with_nothing_to_add_is_no_error(around, as_member):
    session = SessionFactory(pairing=around.pairing, starts_at=in_days(-1), minutes=45)
    began = timezone.localtime(session.starts_at, NEW_YORK)
    typed = told(day=began.date().isoformat(), start=f"{began:%H:%M}", about="same")

    answer = as_member(around.other_half).post(log_page(around.pairing), typed)

    assert answer.url.partition("#")[0] == session_page("session", session)


def test_a_tick_for_the_agenda_counts_when_the_other_was_quicker_to_log(around, as_member):
    session = SessionFactory(pairing=around.pairing, starts_at=in_days(-1), minutes=45)
    began = timezone.localtime(session.starts_at, NEW_YORK)
    typed = told(day=began.date().isoformat(), start=f"{began:%H:%M}", about="same", next_time="The interview", next_time_on_agenda="on")

    as_member(around.other_half).post(log_page(around.pairing), typed)

    assert AgendaItem.objects.open().get().text == "The interview"


def test_of_two_windows_the_second_shows_both_texts_and_saves_when_sent_again(around, as_member):
    session = SessionFactory(pairing=around.pairing, missed=True, starts_at=in_days(-2))
    browser, page = as_member(around.other_half), session_page("session-account", session)
    browser.post(page, {"words": "The talk", "seen_at": ""})

    answer = browser.post(page, {"words": "The poster", "seen_at": ""})

    assert answer.status_code == 409
    assert "The talk" in answer.text
    assert "The poster" in answer.text
    again = {"words": "The talk and the poster", "seen_at": seen_in(answer.text, "seen_at")}
    assert browser.post(page, again).status_code == 302
    assert session.accounts.get().words == "The talk and the poster"


def test_words_are_changed_from_the_page_as_it_came(around, as_member):
    session = SessionFactory(pairing=around.pairing, missed=True, starts_at=in_days(-2))
    SessionAccountFactory(session=session, author=around.half)
    browser, page = as_member(around.half), session_page("session-account", session)

    browser.post(page, {"words": "The poster", "seen_at": seen_in(browser.get(page).text, "seen_at")})

    assert session.accounts.get().words == "The poster"


def test_the_list_has_what_is_planned_and_what_was_with_who_and_when(around, as_member):
    planned(around)
    suggested(around, 9)
    SessionFactory(pairing=around.pairing, talked_about="What we said.")
    AbsenceFactory(session__pairing=around.pairing)

    text = as_member(around.half).get(list_page(around.pairing)).text

    for said in ("Look at it, move or cancel", "Jonas has not answered yet", "What we said.", "As you say it, Jonas could not come."):
        assert said in text


def test_agreeing_without_having_seen_the_version_changes_nothing(around, as_member):
    session = SessionFactory(pairing=around.pairing, minutes=45)
    SessionAccountFactory(session=session, minutes=90)

    answer = as_member(around.half).post(session_page("session-account-agree", session), {"seen_at": "x"}, follow=True)

    assert "changed meanwhile" in answer.text
    session.refresh_from_db()
    assert session.minutes == 45


@pytest.mark.parametrize("name", ["session", "sessions"])
def test_new_times_for_a_meeting_that_has_passed_are_shown_once_where_it_is_asked_about(name, around, as_member):
    session = planned(around, days=-1)
    SessionOptionFactory(session=session, starts_at=in_days(4))
    page = session_page("session", session) if name == "session" else list_page(around.pairing)

    text = as_member(around.other_half).get(page).text

    assert text.count("Pick this time") == 1
    assert "Yes, log it" in text
    assert "we want to move it" not in text


def test_links_to_one_of_several_say_which_one(around, as_member):
    session = planned(around, days=-1)

    text = as_member(around.half).get(list_page(around.pairing)).text

    when = timezone.localtime(session.starts_at, LONDON).strftime("%A %-d %B, %H:%M")
    assert text.count(f'<span class="hidden-visually">: {when}</span>') == 3


def test_the_second_page_of_what_was_speaks_of_nothing_planned(around, as_member):
    SessionFactory.create_batch(21, pairing=around.pairing)

    text = as_member(around.half).get(list_page(around.pairing), {"page": 2}).text

    assert "Past sessions" in text
    assert "<h2>Planned</h2>" not in text


def test_in_a_pairing_that_stopped_what_nobody_logged_is_still_shown_without_buttons(as_member):
    around = people_around(closed=True)
    planned(around, days=-1)

    text = as_member(around.half).get(list_page(around.pairing)).text

    assert "nobody has written down what became of it" in text
    assert "Yes, log it" not in text


@pytest.mark.parametrize("name", ["session", "sessions", "session-log"])
def test_it_says_all_that_coordinators_see(name, around, as_member):
    session = SessionFactory(pairing=around.pairing, talked_about="The poster")
    pages = {"session": session_page("session", session), "sessions": list_page(around.pairing), "session-log": log_page(around.pairing)}

    text = html.unescape(as_member(around.half).get(pages[name]).text)

    assert "who suggested, led, moved or cancelled it or could not come" in text


def test_the_page_of_a_session_costs_the_same_for_little_and_for_much(around, as_member, costs_the_same):
    session = planned(around)
    browser = as_member(around.half)

    def grow():
        SessionFactory.create_batch(20, pairing=around.pairing)
        for position in (1, 2, 3):
            SessionOptionFactory(session=session, position=position, starts_at=in_days(5 + position), proposed_by=around.other_half)

    costs_the_same(lambda: browser.get(session_page("session", session)), grow=grow)


def test_words_for_a_meeting_that_was_cancelled_lead_to_how_it_stands(around, as_member):
    session = SessionFactory(pairing=around.pairing, cancelled=True)

    answer = as_member(around.half).get(session_page("session-account", session), follow=True)

    assert "Here is how it stands" in answer.text


@pytest.mark.parametrize("words", ["🎉👩🏽‍🚀 done", "שלום, ‎the poster‎ مرحبا", "<b>bold</b> & 'quotes'"])
def test_words_in_any_script_are_kept_as_they_were_typed(words, around, as_member):
    browser = as_member(around.half)

    browser.post(log_page(around.pairing), told(talked_about=words, next_time=words))

    session = Session.objects.get()
    assert (session.talked_about, session.next_time) == (words, words)
    text = as_member(around.other_half).get(session_page("session", session)).text
    assert html.unescape(text).count(words) == 2
    assert "<b>bold" not in text


@pytest.mark.parametrize("words", ["x" * 1_000_000, "nothing\x00"])
def test_a_megabyte_or_what_cannot_be_kept_is_refused_in_words_and_stays_in_the_form(words, around, as_member):
    session = SessionFactory(pairing=around.pairing)
    forms = {
        log_page(around.pairing): told(talked_about=words),
        session_page("session-account", session): {"words": words, "day": "2026-03-12", "start": "16:00", "minutes": "45"},
    }
    browser = as_member(around.half)

    for page, typed in forms.items():
        answer = browser.post(page, typed)
        assert answer.status_code == 200
        assert "at most 10000 characters" in answer.text or "Null characters" in answer.text
        assert words.replace("\x00", "")[:100] in answer.text
    assert Session.objects.count() == 1
    assert not session.accounts.exists()


@pytest.mark.parametrize("name", ["session-log", "session-account"])
def test_a_time_that_clocks_left_out_is_said_and_not_moved_in_silence(name, around, as_member):
    session = SessionFactory(pairing=around.pairing)
    days_before = [timezone.now().date() - timedelta(days=ago) for ago in range(1, 366)]
    forward_on = next(day for day in days_before if is_left_out(day, HALF_PAST_ONE, "Europe/London"))
    page = log_page(around.pairing) if name == "session-log" else session_page(name, session)

    answer = as_member(around.half).post(page, told(day=forward_on.isoformat(), start="01:30", words="Keep this", talked_about="Keep this"))

    assert f"Clocks go forward on {forward_on.day} {forward_on:%B}, and 01:30 is left out" in answer.text
    assert "Keep this" in answer.text
    assert Session.objects.get() == session
    assert not session.accounts.exists()


def test_what_was_decided_is_proposed_with_the_log_and_stands_on_the_page_of_the_meeting(around, as_member):
    as_member(around.half).post(log_page(around.pairing), told(decided="We meet on Mondays"))

    decision = Decision.objects.get()
    assert (decision.proposed_by, decision.state, decision.session) == (around.half, "open", Session.objects.get())
    text = as_member(around.other_half).get(session_page("session", decision.session)).text
    assert "We meet on Mondays" in text
    assert "Waiting for you" in text


def test_what_was_decided_is_proposed_also_when_the_other_was_quicker_to_log(around, as_member):
    session = SessionFactory(pairing=around.pairing, starts_at=in_days(-1), minutes=45)
    began = timezone.localtime(session.starts_at, NEW_YORK)
    typed = told(day=began.date().isoformat(), start=f"{began:%H:%M}", about="same", decided="We meet on Mondays")

    as_member(around.other_half).post(log_page(around.pairing), typed)

    decision = Decision.objects.get()
    assert (decision.proposed_by, decision.session) == (around.other_half, session)


def test_the_question_after_a_meeting_leads_to_a_decision_of_that_meeting(around, as_member):
    session = SessionFactory(pairing=around.pairing)
    browser = as_member(around.half)
    text = browser.get(session_page("session", session)).text
    link = html.unescape(re.search(r'href="([^"]+)">Did you decide something', text)[1])

    browser.post(link, {"text": "We meet on Mondays"})

    assert Decision.objects.get().session == session
    assert "We meet on Mondays" in browser.get(session_page("session", session)).text


# --- put right ---


@pytest.fixture
def logged(around, as_member):
    """Logged by the first half with one topic of two; and what the form to put it right is sent with."""
    reached, left = AgendaItemFactory.create_batch(2, pairing=around.pairing, raised_at=timezone.now() - timedelta(days=3))
    sent = told(talked_about="The poster", next_time="The data", reached=[reached.pk])
    as_member(around.half).post(log_page(around.pairing), sent)
    return Session.objects.get(), {**sent, "reached": [left.pk], "talked_about": "The paper", "seen_at": ""}


def test_the_form_comes_with_what_was_logged(logged, around, as_member):
    session, _changes = logged

    page = as_member(around.half).get(session_page("session-put-right", session)).text

    for words in ("The poster", "The data", 'value="video"'):
        assert words in page
    assert re.search(rf'name="reached" value="{session.topics.get().pk}"[^>]*checked', page)
    assert "decide something" not in page


def test_what_was_logged_by_mistake_is_put_right_and_both_see_that_it_was(logged, around, as_member):
    session, changes = logged
    browser = as_member(around.half)
    assert "Put right what you wrote" in browser.get(session_page("session", session)).text

    browser.post(session_page("session-put-right", session), changes)

    page = as_member(around.other_half).get(session_page("session", session)).text
    assert "The paper" in page
    assert "The poster" not in page
    assert "put right at" in page
    assert "Put right what you wrote" not in page
    assert [topic.pk for topic in session.topics.all()] == changes["reached"]


def test_once_the_other_has_said_something_the_page_leads_back(logged, around, as_member):
    session, changes = logged
    SessionAccountFactory(session=session, author=around.other_half)
    browser, page = as_member(around.half), session_page("session-put-right", session)

    assert browser.get(page).url == session_page("session", session)
    answer = browser.post(page, changes)

    assert "can’t be changed any more" in html.unescape(answer.text)
    assert "The paper" in answer.text
    assert session_page("session-account", session) in answer.text


def test_of_two_windows_the_second_sees_what_the_first_saved_and_can_save_again(logged, around, as_member):
    session, changes = logged
    browser, page = as_member(around.half), session_page("session-put-right", session)
    browser.post(page, {**changes, "talked_about": "From the first window"})

    collided = browser.post(page, changes)

    assert collided.status_code == 409
    for words in ("From the first window", "The paper"):
        assert words in collided.text
    assert re.search(rf'name="reached" value="{changes["reached"][0]}"[^>]*checked', collided.text)
    browser.post(page, {**changes, "seen_at": seen_in(collided.text, "seen_at")})
    session.refresh_from_db()
    assert session.talked_about == "The paper"


@pytest.mark.parametrize("side", ["half", "other_half"])
def test_both_see_who_says_that_a_topic_was_not_talked_about_after_all(side, logged, around, as_member):
    session, _changes = logged
    topic = session.topics.get()
    AgendaItem.objects.filter(pk=topic.pk).update(author=getattr(around, side))

    as_member(getattr(around, side)).post(address("agenda-open-again", session.pairing.program, session.pairing_id, topic.pk))

    says = {"half": "Jonas says this", "other_half": "Amara says this"} | {side: "You say this"}
    for reader, words in says.items():
        for page in (session_page("session", session), address("sessions", session.pairing.program, session.pairing_id)):
            shown = as_member(getattr(around, reader)).get(page).text
            assert f"{words} was not talked about after all" in shown
            assert topic.text in shown


def test_of_a_topic_that_was_taken_back_then_no_word_is_shown(around, as_member):
    session = SessionFactory(pairing=around.pairing)
    one = NotReachedFactory(session=session, topic__withdrawn=True)

    page = as_member(around.half).get(session_page("session", session)).text

    assert "A topic that was taken back" in page
    assert one.topic.text not in page


def test_a_form_from_before_keeps_what_was_typed_when_the_other_took_a_topic_out(logged, around, as_member):
    session, changes = logged
    topic = session.topics.get()
    AgendaItem.objects.filter(pk=topic.pk).update(author=around.other_half)
    as_member(around.other_half).post(address("agenda-open-again", session.pairing.program, session.pairing_id, topic.pk))

    refused = as_member(around.half).post(session_page("session-put-right", session), {**changes, "reached": [topic.pk]})

    assert "can’t be changed any more" in html.unescape(refused.text)
    assert "The paper" in refused.text
    assert re.search(rf'name="reached" value="{topic.pk}"[^>]*checked', refused.text)
    assert not session.topics.exists()


def test_a_form_from_before_shows_what_its_writer_took_out_in_another_window(logged, around, as_member):
    session, changes = logged
    topic, browser = session.topics.get(), as_member(around.half)
    browser.post(address("agenda-open-again", session.pairing.program, session.pairing_id, topic.pk))

    collided = browser.post(session_page("session-put-right", session), {**changes, "reached": [topic.pk]})

    assert collided.status_code == 409
    for words in ("You say this was not talked about after all", "The paper"):
        assert words in collided.text
    assert not session.topics.exists()
    browser.post(session_page("session-put-right", session), {**changes, "seen_at": seen_in(collided.text, "seen_at")})
    session.refresh_from_db()
    assert session.talked_about == "The paper"


# --- the draft that a browser keeps ---


@pytest.mark.parametrize("is_planned", [False, True])
def test_the_address_after_saving_says_which_draft_was_saved(is_planned, around, as_member):
    session = planned(around, days=-1) if is_planned else None
    page = session_page("session-log-planned", session) if session else log_page(around.pairing)
    draft = f"log-{around.pairing.pk}-{session.pk}" if session else f"log-{around.pairing.pk}"
    browser, key = as_member(around.half), uuid.uuid4()
    assert f'data-draft="{around.half.user_id}.{draft}"' in browser.get(page).text

    answers = [browser.post(page, told(once=key)) for _press in range(2)]

    assert {answer.url.partition("#")[2] for answer in answers} == {f"saved-{draft}"}
    assert re.search(rf'data-saved-drafts="[^"]*\b{draft}\b', browser.get(answers[0].url).text)


def test_only_whose_log_it_is_is_told_that_their_draft_was_saved(around, as_member):
    session = SessionFactory(pairing=around.pairing)

    assert "data-saved-drafts" in as_member(around.half).get(session_page("session", session)).text
    assert "data-saved-drafts" not in as_member(around.other_half).get(session_page("session", session)).text


def test_what_the_server_sends_back_is_newer_than_what_was_kept(around, as_member):
    browser = as_member(around.half)

    assert "data-draft-sent" not in browser.get(log_page(around.pairing)).text
    assert "data-draft-sent" in browser.post(log_page(around.pairing), told(minutes="")).text
