"""The files are read back with another library, which knows nothing of ours."""

import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import formataddr

import pytest
import vobject
from dateutil import rrule
from hypothesis import given
from hypothesis import strategies as st

from checkins.sessions import calendar, repeating
from checkins.sessions.models import Series, Session
from mentoring.kernel import times
from tests.times import NOON

CHANGING = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "Europe/Dublin"]
ZONES = sorted(name for _group, zones in times.zones() for name, _label in zones)


def session_at(starts_at, **what):
    return Session(starts_at=starts_at, minutes=45, **{"uid": uuid.uuid4(), "place": Session.Place.IN_PERSON, **what})


def written(session, method=calendar.REQUEST, zone="Europe/London", **what):
    people = {"organizer": "Northside <mail@example.org>", "attendee": "Amara Okoye <amara@example.org>", **what}
    return calendar.entry(session, method=method, zone=zone, now=NOON, people=calendar.People(**people))


def read(text):
    return vobject.readOne(text)


def moments(text):
    """When it begins and ends, by the rules in the file alone: a calendar that does not know the zone's name sees no other."""
    entry = read(text)
    rules = entry.vtimezone.tzinfo if "vtimezone" in entry.contents else None
    for line in (entry.vevent.dtstart, entry.vevent.dtend):
        value = line.value
        is_utc = value.tzinfo is not None and value.utcoffset() == timedelta(0) and f"{value:%Y%m%dT%H%M%SZ}" in text
        yield value if is_utc else value.replace(tzinfo=rules).astimezone(UTC)


@given(
    zone=st.sampled_from(ZONES),
    starts_at=st.datetimes(
        min_value=datetime(2025, 1, 1),  # noqa: DTZ001
        max_value=datetime(2030, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ).map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_in_every_zone_the_moment_read_back_is_the_one_agreed(zone, starts_at):
    session = session_at(starts_at)

    assert list(moments(written(session, zone=zone))) == [starts_at, session.ends_at]


@pytest.mark.parametrize("zone", CHANGING)
def test_around_every_change_of_clocks_the_moment_read_back_is_the_one_agreed(zone):
    changes = changes_of(zone)
    assert len(changes) >= 2

    for change in changes:
        for minutes in range(-180, 200, 30):
            session = session_at(change + timedelta(minutes=minutes))
            assert list(moments(written(session, zone=zone))) == [session.starts_at, session.ends_at]


@pytest.mark.parametrize("zone", CHANGING)
def test_a_change_of_clocks_is_told_by_the_clock_before_it(zone):
    # RFC 5545, 3.6.5: the onset is a local time by TZOFFSETFROM.
    rules = read(written(session_at(datetime(2026, 6, 1, tzinfo=UTC)), zone=zone)).vtimezone
    told = [*rules.contents.get("standard", []), *rules.contents.get("daylight", [])]
    onsets = {one.dtstart.value.replace(tzinfo=timezone_of(one.tzoffsetfrom.value)).astimezone(UTC) for one in told}

    assert set(changes_of(zone)) <= onsets


def timezone_of(offset):
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5])))


def changes_of(zone):
    """Those of 2026, to the half hour."""
    half_hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * number) for number in range(366 * 48)]
    offsets = [times.local(at, zone).utcoffset() for at in half_hours]
    return [at for at, before, after in zip(half_hours[1:], offsets, offsets[1:], strict=False) if before != after]


def test_it_says_what_calendars_ask_for():
    session = session_at(NOON, where="Library café, 2nd floor; ask for Jo", sequence=3)

    text = written(session)

    assert "\r\n" in text
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    entry = read(text)
    assert (entry.method.value, entry.version.value) == ("REQUEST", "2.0")
    event = entry.vevent
    assert (event.uid.value, event.sequence.value, event.status.value) == (str(session.uid), "3", "CONFIRMED")
    assert (event.summary.value, event.location.value) == ("Mentoring session", "Library café, 2nd floor; ask for Jo")
    assert (event.organizer.value, event.organizer.params["CN"]) == ("mailto:mail@example.org", ["Northside"])
    assert [(one.value, one.params["PARTSTAT"]) for one in event.attendee_list] == [("mailto:amara@example.org", ["ACCEPTED"])]


def test_a_cancellation_takes_the_same_entry_out():
    session = session_at(NOON, sequence=4)

    entry = read(written(session, method=calendar.CANCEL))

    assert (entry.method.value, entry.vevent.status.value, entry.vevent.uid.value) == ("CANCEL", "CANCELLED", str(session.uid))


def test_a_file_to_fetch_names_nobody():
    text = written(session_at(NOON), method=calendar.PUBLISH, attendee="")

    assert "ATTENDEE" not in text


@pytest.mark.parametrize("name", ['A "B" C', "a;b,c:d", "line\r\nATTENDEE:mailto:evil@example.org", "أمارا"])
def test_nobodys_name_adds_a_line(name):
    text = written(session_at(NOON, where=name), attendee=formataddr((name.replace("\r\n", " "), "amara@example.org")))

    event = read(text).vevent
    assert [one.value for one in event.attendee_list] == ["mailto:amara@example.org"]
    assert event.location.value.replace("\n", "") == name.replace("\r\n", "")


@pytest.mark.parametrize("name", ["José Núñez", "Förderung"])
def test_a_name_outside_ascii_stands_there_as_people_write_it(name):
    text = written(session_at(NOON), organizer=formataddr((name, "a@example.org")), attendee=formataddr((name, "b@example.org")))

    event = read(text).vevent
    assert event.organizer.params["CN"] == [name]
    assert event.attendee.params["CN"] == [name]


def test_what_cannot_be_seen_is_left_out_of_where():
    assert read(written(session_at(NOON, where="Room\x07 4\x1b"))).vevent.location.value == "Room 4"


def test_a_meeting_without_a_time_is_in_no_calendar():
    with pytest.raises(ValueError, match="without a time"):
        written(session_at(None))


# --- a series ---


def series_of(zone="Europe/London", first=datetime(2026, 3, 10, 15, 30, tzinfo=UTC), every="week", how_often=5, **what):
    rule = repeating.rule_of(every, times.local_day(first, zone), how_often)
    series = Series(
        pk=1, every=every, starts_at=first, zone=zone, rule=rule, minutes=45, place="video", where="https://meet.example", **what
    )
    moments = repeating.meetings(rule, first, zone).moments
    return series, [in_series(series, moment) for moment in moments]


def in_series(series, recurs_at, **what):
    told = {"starts_at": recurs_at, "place": series.place, "where": series.where, "state": "planned", **what}
    return Session(series=series, recurs_at=recurs_at, minutes=45, **told)


def written_series(series, sessions, method=calendar.REQUEST):
    people = calendar.People("Northside <mail@example.org>", "Amara Okoye <amara@example.org>")
    return calendar.entry_of_series(series, sessions, method=method, people=people, now=NOON)


def repeated(text):
    """All moments that another program reads from the rule and what is left out of it, by the rules of the clock in the file alone."""
    entry = read(text)
    whole = next(event for event in entry.vevent_list if "rrule" in event.contents)
    rules = entry.vtimezone.tzinfo if "vtimezone" in entry.contents else UTC
    start = whole.dtstart.value.replace(tzinfo=None)
    # A calendar repeats what the clock shows.
    found = rrule.rruleset()
    found.rrule(rrule.rrulestr(whole.rrule.value, dtstart=start))
    for line in whole.contents.get("exdate", []):
        for moment in line.value:
            found.exdate(moment.replace(tzinfo=None))
    return [moment.replace(tzinfo=rules).astimezone(UTC) for moment in found]


def changed_in(text):
    """The meetings that are told on their own: when each was to be, and the event."""
    events = [event for event in read(text).vevent_list if "recurrence-id" in event.contents]
    return {read_moment(text, event.recurrence_id): event for event in events}


def read_moment(text, line):
    return line.value.replace(tzinfo=read(text).vtimezone.tzinfo).astimezone(UTC)


@pytest.mark.parametrize("zone", [*CHANGING, "UTC"])
@pytest.mark.parametrize("every", ["week", "two_weeks", "month"])
def test_a_calendar_reads_the_moments_that_are_planned_over_every_change_of_clocks(zone, every):
    for month in (1, 3, 9):
        series, sessions = series_of(zone, times.at_local(date(2026, month, 6), time(15, 30), zone), every, 7 if every == "month" else 12)

        assert repeated(written_series(series, sessions)) == [session.starts_at for session in sessions]


def test_a_series_is_one_entry_for_all_its_meetings_in_the_zone_of_who_suggested_it():
    series, sessions = series_of("America/New_York", how_often=4)

    entry = read(written_series(series, sessions))

    assert entry.method.value == "REQUEST"
    (event,) = entry.vevent_list
    assert (event.uid.value, event.sequence.value, event.rrule.value) == (str(series.uid), "0", "FREQ=WEEKLY;COUNT=4")
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["America/New_York"]
    assert event.location.value == "https://meet.example"


def test_what_is_cancelled_or_in_a_holiday_is_left_out_of_the_rule():
    series, sessions = series_of(how_often=5)
    sessions[1].state = "cancelled"
    del sessions[3]

    assert repeated(written_series(series, sessions)) == [session.starts_at for session in (sessions[0], sessions[2], sessions[3])]


def test_one_that_was_moved_is_told_by_when_it_was_to_be():
    series, sessions = series_of(how_often=3)
    sessions[1].starts_at += timedelta(days=1, hours=2)
    sessions[1].sequence = 1

    text = written_series(series, sessions)

    (event,) = changed_in(text).values()
    assert list(changed_in(text)) == [sessions[1].recurs_at]
    assert read_moment(text, event.dtstart) == sessions[1].starts_at
    assert {one.uid.value for one in read(text).vevent_list} == {str(series.uid)}
    assert event.sequence.value == "1"


@pytest.mark.parametrize(("method", "status"), [(calendar.REQUEST, "CONFIRMED"), (calendar.CANCEL, "CANCELLED")])
def test_the_entry_of_one_in_a_series_names_it_in_the_series(method, status):
    series, sessions = series_of("America/New_York")
    sessions[2].sequence = 3

    text = written(sessions[2], method=method, zone="Asia/Kolkata")

    (event,) = read(text).vevent_list
    assert (event.uid.value, event.status.value, event.sequence.value) == (str(series.uid), status, "3")
    assert read_moment(text, event.recurrence_id) == sessions[2].recurs_at
    assert "rrule" not in event.contents


def test_a_series_that_has_ended_stops_with_the_last_that_stands_under_a_higher_number():
    series, sessions = series_of(how_often=6, sequence=1)
    for session in sessions[2:]:
        session.state = "cancelled"
    sessions[0].state = "held"

    text = written_series(series, sessions)

    assert (read(text).method.value, read(text).vevent.sequence.value) == ("REQUEST", "1")
    assert repeated(text) == [sessions[0].starts_at, sessions[1].starts_at]


def test_a_series_of_which_nothing_stands_is_taken_out_as_a_whole():
    series, sessions = series_of(sequence=1)
    for session in sessions:
        session.state = "cancelled"

    entry = read(written_series(series, sessions))

    (event,) = entry.vevent_list
    assert (entry.method.value, event.status.value, event.uid.value) == ("CANCEL", "CANCELLED", str(series.uid))
    assert "recurrence-id" not in event.contents


def test_a_series_that_nobody_agreed_on_is_in_no_calendar():
    with pytest.raises(ValueError, match="nobody agreed on"):
        written_series(Series(), [])
