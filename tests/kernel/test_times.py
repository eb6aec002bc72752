from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentoring.kernel import times

HALF_PAST_TWO = time(2, 30)
ZONES = sorted(name for _, zones in times.zones() for name, _ in zones)


def test_a_time_is_where_the_clock_shows_it():
    assert times.at_local(date(2026, 1, 15), time(9), "Europe/London") == datetime(2026, 1, 15, 9, tzinfo=UTC)
    assert times.at_local(date(2026, 7, 15), time(9), "Europe/London") == datetime(2026, 7, 15, 8, tzinfo=UTC)
    assert times.at_local(date(2026, 7, 15), time(9), "Asia/Kathmandu") == datetime(2026, 7, 15, 3, 15, tzinfo=UTC)


def test_a_time_that_is_left_out_is_taken_by_the_offset_before():
    moment = times.at_local(date(2026, 3, 29), HALF_PAST_TWO, "Europe/Berlin")

    assert moment == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert times.local(moment, "Europe/Berlin").time() == time(3, 30)


def test_a_time_that_no_clock_shows_is_known():
    assert times.is_left_out(date(2026, 3, 29), HALF_PAST_TWO, "Europe/Berlin")
    assert not times.is_left_out(date(2026, 3, 29), HALF_PAST_TWO, "UTC")
    assert not times.is_left_out(date(2026, 10, 25), HALF_PAST_TWO, "Europe/Berlin")


@pytest.mark.parametrize("fold", [0, 1])
def test_a_time_that_comes_twice_is_the_first(fold):
    moment = times.at_local(date(2026, 10, 25), HALF_PAST_TWO.replace(fold=fold), "Europe/Berlin")

    assert moment == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_day_that_a_zone_leapt_over_is_the_day_after():
    # Samoa went from the 29th of December 2011 straight to the 31st.
    moment = times.at_local(date(2011, 12, 30), time(12), "Pacific/Apia")

    assert times.local_day(moment, "Pacific/Apia") == date(2011, 12, 31)


def test_a_day_begins_at_one_where_clocks_go_forward_at_midnight():
    begin = times.start_of(date(2026, 4, 24), "Africa/Cairo")

    assert times.local(begin, "Africa/Cairo").time() == time(1)
    assert times.local_day(begin - timedelta(microseconds=1), "Africa/Cairo") == date(2026, 4, 23)


def test_the_same_moment_is_another_day_elsewhere():
    moment = datetime(2026, 3, 16, 11, tzinfo=UTC)

    assert times.local_day(moment, "Pacific/Kiritimati") == date(2026, 3, 17)
    assert times.local_day(moment, "Pacific/Pago_Pago") == date(2026, 3, 16)


def showing(wall: datetime, zone: str) -> list[datetime]:
    """All moments at which a clock in the zone shows this, found by asking only what the clock shows when."""
    about = wall.replace(tzinfo=UTC)
    offsets = {(about + timedelta(hours=hours)).astimezone(ZoneInfo(zone)).utcoffset() for hours in range(-36, 37, 3)}
    moments = {about - offset for offset in offsets if offset is not None}
    return sorted(moment for moment in moments if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall)


def transitions(zone: str, years: range) -> list[datetime]:
    """The first moment of each new offset, to the minute."""
    found = []
    day = datetime(years.start, 1, 1, tzinfo=UTC)
    while day.year < years.stop:
        after = day + timedelta(days=1)
        if offset(day, zone) != offset(after, zone):
            early, late = day, after
            while late - early > timedelta(minutes=1):
                middle = early + (late - early) / 2
                middle = middle.replace(second=0, microsecond=0)
                early, late = (middle, late) if offset(middle, zone) == offset(day, zone) else (early, middle)
            found.append(late)
        day = after
    return found


def offset(moment: datetime, zone: str) -> timedelta:
    found = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found


def test_every_zone_every_transition(soak):
    """Around each change of the clocks, each quarter of an hour is the moment that reckoning from the clock alone gives."""
    zones = ZONES if soak else [*ZONES[::7], "Australia/Lord_Howe", "Africa/Casablanca", "America/Scoresbysund", "Antarctica/Troll"]
    years = range(2026, 2028) if soak else range(2026, 2027)
    changes = 0
    for zone in zones:
        for change in transitions(zone, years):
            changes += 1
            before, after = offset(change - timedelta(minutes=1), zone), offset(change, zone)
            wall = (change + before).replace(tzinfo=None)
            for quarters in range(-10, 11):
                shown = wall + timedelta(minutes=15 * quarters)
                moments = showing(shown, zone)
                expected = moments[0] if moments else (shown - before).replace(tzinfo=UTC)

                assert times.at_local(shown.date(), shown.time(), zone) == expected, (zone, shown)
                assert len(moments) <= 2
                if not moments:
                    # Left out: the clock then shows it later by just as much as it leapt.
                    assert times.local(expected, zone).replace(tzinfo=None) == shown + (after - before)
    assert changes > (200 if soak else 20)


@given(
    zone=st.sampled_from(ZONES),
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_moment_lies_within_its_own_day(zone, moment):
    day = times.local_day(moment, zone)

    assert times.start_of(day, zone) <= moment
    # One leap over a whole day in history has its own test above; otherwise the next day is not far.
    assert times.start_of(day + timedelta(days=1), zone) > moment


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/London", "Europe/London"),
        ("  europe/LONDON\t", "Europe/London"),
        ("America/New York", "America/New_York"),
        ("US/Eastern", "America/New_York"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("Japan", "Asia/Tokyo"),
        ("GB", "Europe/London"),
        ("Etc/UTC", "UTC"),
        ("gmt", "UTC"),
        ("", None),
        ("Mars/Olympus", None),
        ("EST", None),
        ("CET", None),
        ("EST5EDT", None),
        ("Etc/GMT+5", None),
        ("+02:00", None),
        ("localtime", None),
        ("Factory", None),
        ("../../etc/passwd", None),
        ("Europe/London\0", None),
    ],
)
def test_what_somebody_types_is_a_current_zone_or_none(typed, name):
    assert times.zone_named(typed) == name


def test_the_list_for_forms_holds_each_current_zone_once_and_can_be_used():
    groups = dict(times.zones())

    assert ("Europe/London", "London") in groups["Europe"]
    assert ("America/Argentina/Buenos_Aires", "Argentina: Buenos Aires") in groups["America"]
    assert len(ZONES) == len(set(ZONES)) > 400
    assert set(ZONES) <= available_timezones()
    assert not {"US/Eastern", "Asia/Calcutta", "EST", "Etc/GMT+5"} & set(ZONES)
    assert all(times.zone_named(zone) == zone for zone in ZONES)


def test_every_zone_of_the_data_is_current_mapped_or_refused_for_a_reason():
    refused = {zone for zone in available_timezones() if times.zone_named(zone) is None}

    assert all(times.zone_named(zone) in ZONES for zone in available_timezones() - refused)
    assert {zone for zone in refused if "/" in zone and not zone.startswith("Etc/")} == set()


@pytest.mark.parametrize(
    ("zone", "place"), [("Europe/London", "London"), ("America/Argentina/Salta", "Salta"), ("America/New_York", "New York"), ("UTC", "UTC")]
)
def test_people_call_a_zone_by_its_place(zone, place):
    assert times.place_of(zone) == place


def test_a_zone_that_nobody_knows_is_none():
    assert times.is_zone("Europe/London")
    assert not any(times.is_zone(name) for name in ("Mars/Olympus", "", "../../etc/passwd", "/etc/passwd", "a\x00b", "Europe"))
