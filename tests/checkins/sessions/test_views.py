import re
import uuid
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from checkins.sessions.models import Session, SessionOption
from mentoring.kernel.times import is_left_out
from tests.checkins.meetings import planned, seen_in, session_page, suggested
from tests.checkins.pages import address, people_around
from tests.factories.checkins import SessionFactory, SessionOptionFactory

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


def times_typed(*days, start="16:00", **changes):
    typed = {"minutes": "45", "place": "in_person", "where": "Library café"}
    for position, day in enumerate(days, start=1):
        typed |= {f"day_{position}": (timezone.now() + timedelta(days=day)).date().isoformat(), f"start_{position}": start}
    return typed | changes


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
    assert (session.led_by, session.place) == (around.half, "video")
    assert '<a href="https://meet.example/abc"' in as_member(around.half).get(session_page("session", session)).text


@pytest.mark.parametrize(("answer", "leads"), [("agree", "other_half"), ("decline", "half")])
def test_a_wish_to_lead_in_place_of_the_other_is_answered_by_them(answer, leads, around, as_member):
    session = planned(around, led_by=around.half)
    asks, browser = as_member(around.other_half), as_member(around.half)
    asks.post(session_page("session-change", session), {"place": "video", "where": "", "led_by": "me"})
    assert "has not answered yet" in asks.get(session_page("session", session)).text
    assert "Jonas would like to lead this one" in browser.get(session_page("session", session)).text

    browser.post(session_page(f"session-lead-{answer}", session))

    session.refresh_from_db()
    assert (session.led_by, session.lead_wished_by) == (getattr(around, leads), None)
    assert "would like to lead" not in browser.get(session_page("session", session)).text


@pytest.mark.parametrize("where", ["http://meet.example/abc", "javascript:alert(1)", "https://a b", 'https://"><script>'])
def test_what_is_no_safe_address_is_no_link(where, around, as_member):
    session = planned(around, where=where)

    text = as_member(around.half).get(session_page("session", session)).text

    assert f'href="{where}' not in text
    assert "<script>" not in text.partition("<main")[2].partition("</main>")[0]


def test_the_same_time_in_two_weeks_is_one_press(around, as_member):
    session = planned(around, days=1)

    answer = as_member(around.other_half).post(session_page("session-repeat", session), {"once": uuid.uuid4()}, follow=True)

    assert "Amara gets a message" in answer.text
    again = Session.objects.exclude(pk=session.pk).get()
    assert (again.state, again.proposed_by) == ("proposed", around.other_half)


@pytest.mark.parametrize("name", ["session-cancel", "session-change", "session-suggest"])
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


def test_two_who_change_different_things_of_one_session_both_have_their_way(around, as_member):
    session = planned(around, where="Library café", led_by=around.half)
    page = session_page("session-change", session)
    form = as_member(around.other_half).get(page).text
    was = {name: seen_in(form, name) for name in ("was_place", "was_where", "was_led_by")}
    as_member(around.half).post(page, was | {"place": "video", "where": "https://meet.example/abc", "led_by": "me", "was_led_by": "me"})

    as_member(around.other_half).post(page, was | {"place": was["was_place"], "where": was["was_where"], "led_by": "both"})

    session.refresh_from_db()
    assert (session.place, session.where, session.led_by) == ("video", "https://meet.example/abc", None)


@pytest.mark.parametrize(
    "mine",
    [
        {"place": "in_person", "where": "My own café", "led_by": "other"},
        {"place": "phone", "where": "Library café", "led_by": "other"},
    ],
)
def test_two_who_change_the_same_of_one_session_see_both_and_can_save_again(mine, around, as_member):
    session = planned(around, where="Library café", led_by=around.half)
    page, browser = session_page("session-change", session), as_member(around.other_half)
    names = ("was_place", "was_where", "was_led_by")
    was = {name: seen_in(browser.get(page).text, name) for name in names}
    theirs = {"place": "video", "where": "https://meet.example/abc", "led_by": "other", "was_led_by": "me"}
    as_member(around.half).post(page, was | theirs)

    answer = browser.post(page, was | mine)

    assert answer.status_code == 409
    for words in ("meet.example/abc", "Your turn to lead", mine["where"]):
        assert words in answer.text
    session.refresh_from_db()
    assert (session.place, session.led_by) == ("video", around.other_half)
    again = mine | {name: seen_in(answer.text, name) for name in names}
    assert browser.post(page, again).status_code == 302
    session.refresh_from_db()
    assert (session.place, session.where) == (mine["place"], mine["where"])


def test_what_one_left_alone_comes_back_as_the_other_changed_it(around, as_member):
    session = planned(around, where="Library café", led_by=around.half)
    page, browser = session_page("session-change", session), as_member(around.other_half)
    was = {"was_place": "in_person", "was_where": "Library café"}
    theirs = {"place": "video", "where": "https://meet.example/abc", "led_by": "other", "was_led_by": "me"}
    as_member(around.half).post(page, was | theirs)

    text = browser.post(page, was | {"place": "in_person", "where": "Library café", "led_by": "both", "was_led_by": "other"}).text

    assert re.search(r'name="where"[^>]*value="https://meet.example/abc"|value="https://meet.example/abc"[^>]*name="where"', text)
    assert re.search(r'name="place" value="video"[^>]*checked', text)
    assert re.search(r'name="led_by" value="both"[^>]*checked', text)


def test_two_who_change_a_session_to_the_same_are_of_one_mind(around, as_member):
    session = planned(around, where="Library café")
    page = session_page("session-change", session)
    typed = {"place": "in_person", "where": "The park", "led_by": "both"}
    was = {"was_place": "in_person", "was_where": "Library café", "was_led_by": "both"}
    as_member(around.half).post(page, typed | was)

    assert as_member(around.other_half).post(page, typed | was).status_code == 302


def test_who_suggests_while_the_other_does_sees_what_is_open_and_keeps_what_they_typed(around, as_member):
    open_now = suggested(around).options.get()

    answer = as_member(around.other_half).post(
        address("session-propose", around.pairing.program, around.pairing.pk), times_typed(5, where="My own café")
    )

    assert answer.status_code == 409
    assert "My own café" in answer.text
    assert timezone.localtime(open_now.starts_at, NEW_YORK).strftime("%A %-d %B, %H:%M") in answer.text
    assert session_page("session", open_now.session) in answer.text


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
