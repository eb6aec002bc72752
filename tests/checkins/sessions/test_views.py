import html
import re
import uuid
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from checkins.agendas.models import AgendaItem
from checkins.sessions.models import Session, SessionOption
from mentoring.kernel.times import is_left_out
from tests.checkins.pages import address, people_around
from tests.factories.checkins import AgendaItemFactory, SessionAccountFactory, SessionFactory, SessionOptionFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
HALF_PAST_ONE = time(1, 30)


def log_page(pairing):
    return address("session-log", pairing.program, pairing.pk)


def list_page(pairing):
    return address("sessions", pairing.program, pairing.pk)


def session_page(name, session):
    return address(name, session.pairing.program, session.pairing_id, session.pk)


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


def test_a_half_logs_in_their_own_time_and_says_what_they_got_to(as_member):
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


def test_the_second_of_two_who_log_the_same_meeting_sees_what_is_there(as_member):
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


# --- suggesting, picking, moving, cancelling ---


@pytest.fixture
def around():
    return people_around(
        active=True,
        first__user__called="Amara",
        first__user__time_zone="Europe/London",
        second__user__called="Jonas",
        second__user__time_zone="America/New_York",
    )


def seen_in(page, name):
    return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])


def in_days(days, hour=12):
    return (timezone.now() + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def times_typed(*days, start="16:00", **changes):
    typed = {"minutes": "45", "place": "in_person", "where": "Library café"}
    for position, day in enumerate(days, start=1):
        typed |= {f"day_{position}": (timezone.now() + timedelta(days=day)).date().isoformat(), f"start_{position}": start}
    return typed | changes


def suggested(around, *days):
    session = SessionFactory(pairing=around.pairing, proposed=True)
    for position, day in enumerate(days or (3,), start=1):
        SessionOptionFactory(session=session, position=position, starts_at=in_days(day))
    return session


def planned(around, days=3, **what):
    return SessionFactory(pairing=around.pairing, planned=True, starts_at=in_days(days), **what)


def test_three_times_are_suggested_in_ones_own_time_and_seen_in_the_others(around, as_member):
    answer = as_member(around.half).post(
        address("session-propose", around.pairing.program, around.pairing.pk), times_typed(3, 4, 5, start="16:00"), follow=True
    )

    assert "Jonas gets a message" in answer.text
    session = Session.objects.get()
    moments = [option.starts_at for option in session.options.order_by("position")]
    assert [moment.astimezone(LONDON).strftime("%H:%M") for moment in moments] == ["16:00"] * 3
    seen = as_member(around.other_half).get(session_page("session", session)).text
    for moment in moments:
        assert moment.astimezone(NEW_YORK).strftime("%-d %B, %H:%M") in seen
    assert "in your time: New York" in seen


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"day_1": "2020-01-01"}, "This time has passed"),
        ({"day_1": ""}, "Fill in “Date”"),
        ({"day_1": "9999-12-31", "start_1": "23:59"}, "more than a year away"),
        ({"day_2": "2999-01-01"}, "Say when it starts"),
        ({"start_2": "16:00"}, "Choose the day"),
        ({"minutes": "2400"}, "from 5 to 480"),
        ({"day_1": "2999-01-01"}, "more than a year away"),
        ({"where": "x" * 301}, "at most 300"),
        ({"where": "nothing\x00"}, "Null characters"),
    ],
)
def test_times_that_cannot_be_are_said_and_all_that_was_typed_is_kept(changes, said, around, as_member):
    typed = times_typed(5, **{"where": "Keep this café", **changes})

    answer = as_member(around.half).post(address("session-propose", around.pairing.program, around.pairing.pk), typed)

    assert answer.status_code == 200
    assert said in answer.text
    assert typed["where"].replace("\x00", "")[:14] in answer.text
    assert not Session.objects.exists()


def test_a_day_before_all_days_is_said_to_be_too_far_away(as_member):
    around = people_around(active=True, first__user__time_zone="Asia/Kolkata")

    answer = as_member(around.half).post(
        address("session-propose", around.pairing.program, around.pairing.pk), times_typed(day_1="0001-01-01", start_1="00:00")
    )

    assert "a day nearer to today" in answer.text


def test_a_time_that_clocks_leave_out_is_said_and_not_moved_in_silence(around, as_member):
    next_days = [timezone.now().date() + timedelta(days=ahead) for ahead in range(1, 366)]
    forward_on = next(day for day in next_days if is_left_out(day, HALF_PAST_ONE, "Europe/London"))

    answer = as_member(around.half).post(
        address("session-propose", around.pairing.program, around.pairing.pk),
        times_typed(5, day_1=forward_on.isoformat(), start_1="01:30"),
    )

    assert f"Clocks go forward on {forward_on.day} {forward_on:%B}, and 01:30 is left out" in answer.text
    assert not Session.objects.exists()


def test_the_same_time_three_times_is_no_choice(around, as_member):
    answer = as_member(around.half).post(address("session-propose", around.pairing.program, around.pairing.pk), times_typed(5, 5, 5))

    assert answer.text.count("You suggest this time twice") >= 2
    assert not Session.objects.exists()


def test_a_suggestion_sent_twice_is_one(around, as_member):
    browser, typed = as_member(around.half), times_typed(5, once=uuid.uuid4())

    for _press in range(2):
        assert browser.post(address("session-propose", around.pairing.program, around.pairing.pk), typed).status_code == 302

    assert Session.objects.count() == 1


def test_the_other_picks_and_both_see_it(around, as_member):
    session = suggested(around, 3, 4)
    option = session.options.get(position=2)

    answer = as_member(around.other_half).post(session_page("session-pick", session), {"option": option.pk}, follow=True)

    assert "Agreed:" in answer.text
    session.refresh_from_db()
    assert (session.state, session.starts_at) == ("planned", option.starts_at)
    assert "Jonas said yes" in as_member(around.half).get(session_page("session", session)).text


def test_who_suggested_sees_no_button_to_pick(around, as_member):
    session = suggested(around)

    text = as_member(around.half).get(session_page("session", session)).text

    assert "Jonas has not answered yet" in text
    assert "Pick this time" not in text


def test_picking_in_a_tab_that_is_old_says_what_is_there_now(around, as_member):
    session = suggested(around)
    old = session.options.get()
    as_member(around.half).post(session_page("session-suggest", session), times_typed(8))

    answer = as_member(around.other_half).post(session_page("session-pick", session), {"option": old.pk}, follow=True)

    assert "not to be picked any more" in answer.text
    session.refresh_from_db()
    assert session.state == "proposed"


@pytest.mark.parametrize("option", ["", "x", "999999999999999999999", "0", "²"])
def test_a_time_that_is_none_is_not_picked(option, around, as_member):
    session = suggested(around)

    answer = as_member(around.other_half).post(session_page("session-pick", session), {"option": option}, follow=True)

    assert "Pick one of the times" in answer.text


def test_a_time_of_another_pair_is_not_picked(around, as_member):
    foreign = SessionOptionFactory()

    as_member(around.other_half).post(session_page("session-pick", suggested(around)), {"option": foreign.pk})

    assert SessionOption.objects.open().filter(pk=foreign.pk).exists()


def test_the_other_says_no(around, as_member):
    session = suggested(around)

    browser = as_member(around.other_half)
    option = seen_in(browser.get(session_page("session", session)).text, "option")
    answer = browser.post(session_page("session-decline", session), {"option": option}, follow=True)

    assert "off the table" in answer.text
    session.refresh_from_db()
    assert session.state == "cancelled"


def test_a_planned_session_stays_until_the_other_picks_a_new_time(around, as_member):
    session = planned(around)
    old = session.starts_at

    as_member(around.other_half).post(session_page("session-suggest", session), times_typed(8, start="10:00"))

    session.refresh_from_db()
    assert session.starts_at == old
    text = as_member(around.half).get(session_page("session", session)).text
    assert "A new time is suggested" in text
    as_member(around.half).post(session_page("session-pick", session), {"option": session.options.open().get().pk})
    session.refresh_from_db()
    assert (session.starts_at.astimezone(NEW_YORK).hour, session.sequence) == (10, 1)


def test_a_session_is_cancelled_with_a_word_that_the_other_reads(around, as_member):
    session = planned(around)

    as_member(around.half).post(session_page("session-cancel", session), {"word": "My train stands still."})

    text = as_member(around.other_half).get(session_page("session", session)).text
    assert "Amara cancelled it" in text
    assert "My train stands still." in text


def test_where_and_who_leads_is_changed_by_either(around, as_member):
    session = planned(around, led_by=around.half)

    page = as_member(around.other_half).get(session_page("session-change", session)).text
    assert re.search(r'name="led_by" value="other"[^>]*checked', page)
    as_member(around.other_half).post(
        session_page("session-change", session), {"place": "video", "where": "https://meet.example/abc", "led_by": "me"}
    )

    session.refresh_from_db()
    assert (session.led_by, session.place) == (around.other_half, "video")
    assert '<a href="https://meet.example/abc"' in as_member(around.half).get(session_page("session", session)).text


@pytest.mark.parametrize("where", ["http://meet.example/abc", "javascript:alert(1)", "https://a b", 'https://"><script>'])
def test_what_is_no_safe_address_is_no_link(where, around, as_member):
    session = planned(around, where=where)

    text = as_member(around.half).get(session_page("session", session)).text

    assert f'href="{where}' not in text
    assert "<script>" not in text.partition("<main")[2].partition("</main>")[0]


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


def test_the_same_time_in_two_weeks_is_one_press(around, as_member):
    session = planned(around, days=1)

    answer = as_member(around.other_half).post(session_page("session-repeat", session), {"once": uuid.uuid4()}, follow=True)

    assert "Amara gets a message" in answer.text
    again = Session.objects.exclude(pk=session.pk).get()
    assert (again.state, again.proposed_by) == ("proposed", around.other_half)


@pytest.mark.parametrize("name", ["session-cancel", "session-change", "session-missed", "session-suggest", "session-account"])
def test_a_form_for_which_it_is_too_late_leads_to_how_it_stands(name, around, as_member):
    session = SessionFactory(pairing=around.pairing, cancelled=True)

    answer = as_member(around.half).get(session_page(name, session), follow=True)

    assert "Here is how it stands" in answer.text


@pytest.mark.parametrize("name", ["session-cancel", "session-change", "session-suggest"])
def test_nothing_is_changed_in_a_pairing_that_is_paused(name, as_member):
    around = people_around(paused=True)
    session = planned(around)
    browser = as_member(around.half)

    assert "This pairing is paused" in browser.get(session_page(name, session)).text
    typed = times_typed(5, word="Keep this", where="Keep this", led_by="me")
    answer = browser.post(session_page(name, session), typed)
    assert answer.status_code == 200
    session.refresh_from_db()
    assert (session.state, session.where) == ("planned", "")


# --- how the two remember it ---


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
    assert (session.minutes, account.minutes, account.words) == (90, None, "As I remember it.")


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

    assert answer.url == session_page("session", session)


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


# --- pages ---


def test_the_list_has_what_is_planned_and_what_was_with_who_and_when(around, as_member):
    planned(around)
    suggested(around, 9)
    SessionFactory(pairing=around.pairing, talked_about="What we said.")
    SessionFactory(pairing=around.pairing, missed=True, absent="second")

    text = as_member(around.half).get(list_page(around.pairing)).text

    for said in ("Look at it, move or cancel", "Jonas has not answered yet", "What we said.", "Jonas could not make it."):
        assert said in text


def test_two_who_change_different_things_of_one_session_both_have_their_way(around, as_member):
    session = planned(around, where="Library café", led_by=around.half)
    page = session_page("session-change", session)
    form = as_member(around.other_half).get(page).text
    was = {name: seen_in(form, name) for name in ("was_place", "was_where", "was_led_by")}
    as_member(around.half).post(page, was | {"place": "video", "where": "https://meet.example/abc", "led_by": "other"})

    as_member(around.other_half).post(page, was | {"place": was["was_place"], "where": was["was_where"], "led_by": "both"})

    session.refresh_from_db()
    assert (session.place, session.where, session.led_by) == ("video", "https://meet.example/abc", None)


def test_other_times_sent_from_an_old_page_show_what_is_open_and_can_be_sent_again(around, as_member):
    session = suggested(around)
    browser, page = as_member(around.other_half), session_page("session-suggest", session)
    seen = seen_in(browser.get(page).text, "seen")
    as_member(around.half).post(page, times_typed(8))

    answer = browser.post(page, times_typed(9, seen=seen))

    assert answer.status_code == 409
    assert "Other times are open here now" in answer.text
    assert browser.post(page, times_typed(9, seen=seen_in(answer.text, "seen"))).status_code == 302


def test_no_to_times_that_were_replaced_leaves_the_new_ones_open(around, as_member):
    session = suggested(around)
    old = session.options.get()
    as_member(around.half).post(session_page("session-suggest", session), times_typed(8))

    answer = as_member(around.other_half).post(session_page("session-decline", session), {"option": old.pk}, follow=True)

    assert "Other times are open here now" in answer.text
    assert session.options.open().exists()


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


def test_a_form_sent_twice_is_no_error_the_second_time(around, as_member):
    session = planned(around, days=-1)
    browser, typed = as_member(around.half), {"absent": "first", "once": uuid.uuid4()}

    answers = [browser.post(session_page("session-missed", session), typed) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]


def test_no_pressed_twice_says_nothing_else_the_second_time(around, as_member):
    session = suggested(around)
    browser = as_member(around.other_half)
    text = browser.get(session_page("session", session)).text
    form = next(form for form in text.split("<form") if session_page("session-decline", session) in form)
    typed = {name: seen_in(form, name) for name in ("once", "option")}

    for _press in range(2):
        answer = browser.post(session_page("session-decline", session), typed)

    assert "no times to answer" not in browser.get(answer.url).text


def test_the_calendar_file_is_there_while_it_is_planned(around, as_member):
    session = planned(around)
    browser = as_member(around.half)

    answer = browser.get(session_page("session-calendar", session))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"UID:{session.uid}" in answer.text
    assert "METHOD:PUBLISH" in answer.text
    assert browser.get(session_page("session-calendar", suggested(around, 9))).status_code == 404


def test_the_page_of_a_session_costs_the_same_for_little_and_for_much(around, as_member, costs_the_same):
    session = planned(around)
    browser = as_member(around.half)

    def grow():
        SessionFactory.create_batch(20, pairing=around.pairing)
        for position in (1, 2, 3):
            SessionOptionFactory(session=session, position=position, starts_at=in_days(5 + position), proposed_by=around.other_half)

    costs_the_same(lambda: browser.get(session_page("session", session)), grow=grow)
