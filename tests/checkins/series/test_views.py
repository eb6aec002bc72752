import re
from datetime import timedelta

import pytest
import vobject
from django.utils import timezone

from checkins.series import services
from checkins.sessions import services as sessions
from checkins.sessions.models import Series, Session
from tests.checkins.meetings import agreed_series, planned_in, session_page
from tests.checkins.pages import address, people_around
from tests.factories.programs import HolidayFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def around():
    return people_around(
        active=True,
        first__user__called="Amara",
        first__user__time_zone="Europe/London",
        second__user__called="Jonas",
        second__user__time_zone="Asia/Kolkata",
    )


def typed(**changes):
    day = (timezone.now() + timedelta(days=3)).date().isoformat()
    told = {"day_1": day, "start_1": "16:00", "minutes": "45", "place": "in_person", "every": "week", "times": "4"}
    return told | changes


def suggest(around, as_member, **changes):
    return as_member(around.half).post(address("session-propose", around.pairing.program, around.pairing.pk), typed(**changes), follow=True)


def page_of_sessions(around):
    return address("sessions", around.pairing.program, around.pairing.pk)


def end_page(series):
    return address("series-end", series.pairing.program, series.pairing_id, series.pk)


def test_one_suggests_a_series_and_the_other_sees_every_date_by_their_own_clock_before_saying_yes_once(around, as_member):
    day = timezone.now().date() + timedelta(days=17)
    HolidayFactory(program=around.pairing.program, first_day=day, last_day=day)
    suggest(around, as_member)
    session, other = Session.objects.get(), as_member(around.other_half)

    seen = other.get(session_page("session", session)).text

    assert "Every week, 4 times." in seen
    assert "yes to the whole series" in seen
    assert seen.count("21:30") + seen.count("22:30") - seen.count("Pick this time") >= 3
    assert f"{day:%A} {day.day} {day:%B}" in seen
    assert "the clock in London" in seen
    option = session.options.get()
    answer = other.post(session_page("session-pick", session), {"option": option.pk, "dates": mark_in(seen)}, follow=True)
    assert "Agreed: a series from" in answer.text
    assert len(planned_in(Series.objects.get())) == 3


def mark_in(page):
    return re.search(r'name="dates" value="(\w+)"', page)[1]


def test_nobody_says_yes_to_dates_that_have_changed_since_they_saw_them(around, as_member, noon, time_machine):
    time_machine.move_to(noon, tick=False)
    suggest(around, as_member)
    session, other = Session.objects.get(), as_member(around.other_half)
    seen = other.get(session_page("session", session)).text
    day = timezone.now().date() + timedelta(days=17)
    HolidayFactory(program=around.pairing.program, first_day=day, last_day=day)

    answer = other.post(session_page("session-pick", session), {"option": session.options.get().pk, "dates": mark_in(seen)}, follow=True)

    assert "all the dates as they are now" in answer.text
    assert not planned_in(Series.objects.get())


def test_a_page_that_does_not_show_every_date_leads_to_the_one_that_does(around, as_member):
    suggest(around, as_member)

    page = as_member(around.other_half).get(address("pairing", around.pairing.program, around.pairing.pk)).text

    assert "Look at every date, then pick" in page
    assert "Pick this time" not in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"times": ""}, "Say how many times, or choose a last day"),
        ({"until": "2099-01-01"}, "a number or a last day, not both"),
        ({"every": "once"}, "Choose how often you repeat it"),
        ({"times": "27"}, "from 2 to 26"),
        ({"times": "26", "every": "two_weeks"}, "half a year at most"),
        ({"times": "", "until": "2020-01-01"}, "2 to 26 sessions"),
        ({"every": "daily"}, "Select a valid choice"),
    ],
)
def test_a_series_that_cannot_be_is_said_and_what_was_typed_is_kept(changes, said, around, as_member):
    answer = suggest(around, as_member, where="Keep this café", **changes)

    assert said in answer.text
    assert "Keep this café" in answer.text
    assert not Session.objects.exists()


def test_the_pairs_page_shows_the_next_one_alone_and_leads_to_the_rest(around, as_member):
    series = agreed_series(around.pairing, timezone.now())
    rest = planned_in(series)[1:]

    text = as_member(around.other_half).get(address("pairing", around.pairing.program, around.pairing.pk)).text

    assert "3 more are planned" in text
    assert page_of_sessions(around) in text
    assert not [one for one in rest if session_page("session", one) in text]


def test_the_page_of_sessions_shows_all_of_it_and_costs_the_same_for_two_and_for_twenty(around, as_member, queries_of, noon, time_machine):
    time_machine.move_to(noon, tick=False)
    browser = as_member(around.half)
    short = agreed_series(around.pairing, noon)
    for_few = queries_of(lambda: browser.get(page_of_sessions(around)))
    Session.objects.all().delete()
    short.delete()

    long = agreed_series(around.pairing, noon, short.repeats._replace(times=20))

    assert queries_of(lambda: browser.get(page_of_sessions(around))) == for_few
    text = browser.get(page_of_sessions(around)).text
    assert all(session_page("session", one) in text for one in planned_in(long))
    assert end_page(long) in text


@pytest.mark.parametrize("who", ["half", "other_half"])
def test_either_ends_it_and_sees_first_what_goes(who, around, as_member):
    series = agreed_series(around.pairing, timezone.now())
    browser = as_member(getattr(around, who))

    assert "4 sessions will be cancelled" in browser.get(end_page(series)).text
    answer = browser.post(end_page(series), follow=True)

    assert "The series has ended" in answer.text
    assert not planned_in(series)
    assert "still to come" in browser.get(end_page(series), follow=True).text


def test_what_went_with_a_series_does_not_fill_the_list_of_what_was(around, as_member):
    now = timezone.now()
    series = agreed_series(around.pairing, now)
    alone = planned_in(series)[0]
    sessions.cancel(session=alone, by=around.half, now=now)

    services.end(series=series, by=around.half, now=now + timedelta(minutes=1))

    text = as_member(around.other_half).get(page_of_sessions(around)).text
    assert [one for one in Session.objects.filter(series=series) if session_page("session", one) in text] == [alone]


def test_the_series_of_others_is_nowhere(around, as_member):
    series = agreed_series(around.pairing, timezone.now())

    for person in (around.neighbour, around.outsider, around.coordinator):
        assert as_member(person).post(end_page(series)).status_code == 404

    assert len(planned_in(series)) == 4


def test_the_file_to_fetch_is_the_whole_series(around, as_member):
    series = agreed_series(around.pairing, timezone.now())

    text = as_member(around.half).get(session_page("session-calendar", planned_in(series)[2])).text

    entry = vobject.readOne(text)
    assert (entry.method.value, entry.vevent.uid.value, entry.vevent.rrule.value) == ("PUBLISH", str(series.uid), "FREQ=WEEKLY;COUNT=4")
