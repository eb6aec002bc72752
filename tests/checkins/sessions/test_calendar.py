"""The files are read back with another library, which knows nothing of ours."""

import uuid
from datetime import UTC, datetime, timedelta, timezone
from email.utils import formataddr

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from checkins.sessions import calendar
from checkins.sessions.models import Session
from mentoring.kernel import times
from tests.times import NOON

CHANGING = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago", "Europe/Dublin"]
ZONES = sorted(name for _group, zones in times.zones() for name, _label in zones)


def session_at(starts_at, **what):
    return Session(starts_at=starts_at, minutes=45, **{"uid": uuid.uuid4(), "place": Session.Place.IN_PERSON, **what})


def written(session, method=calendar.REQUEST, zone="Europe/London", **what):
    people = {"organizer": "Northside <mail@example.org>", "attendee": "Amara Okoye <amara@example.org>"}
    return calendar.entry(session, method=method, zone=zone, now=NOON, **{**people, **what})


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
