"""When a mail that can wait may go, beside a person who looks at the clock every minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentoring.kernel.outbox.timing import Hours, turn_of

MINUTE = timedelta(minutes=1)
# Clocks that change at midnight, by half an hour, by two hours, the other way round, to the day before, or never.
ZONES = [
    "Europe/London",
    "America/New_York",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Santiago",
    "America/Havana",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Africa/Casablanca",
    "Atlantic/Azores",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "UTC",
]
CHANGES = [
    date(2026, 3, 29),
    date(2026, 3, 8),
    date(2026, 4, 24),
    date(2026, 4, 5),
    date(2026, 10, 25),
    date(2026, 10, 30),
    date(2026, 11, 1),
]
times_of_day = st.builds(time, st.integers(0, 23), st.integers(0, 59))
moments = st.builds(
    lambda day, minutes: datetime.combine(day, time(), UTC) + minutes * MINUTE,
    st.sampled_from(CHANGES) | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(-1440, 2880),
)
hours = st.builds(Hours, zone=st.sampled_from(ZONES), quiet_from=times_of_day, quiet_until=times_of_day)


def is_quiet(moment: datetime, hours: Hours) -> bool:
    """Walked through minute by minute on a dial, from one hand to the other."""
    shown = moment.astimezone(ZoneInfo(hours.zone))
    minutes, begin, end = (at.hour * 60 + at.minute for at in (shown, hours.quiet_from, hours.quiet_until))
    return (minutes - begin) % 1440 < (end - begin) % 1440


@settings(max_examples=300, deadline=None)
@given(moments, hours)
@example(datetime(2026, 10, 25, 0, 10, tzinfo=UTC), Hours(zone="Europe/London", quiet_from=time(21), quiet_until=time(1, 30)))
@example(datetime(2026, 10, 25, 1, 10, tzinfo=UTC), Hours(zone="Europe/London", quiet_from=time(21), quiet_until=time(1, 30)))
@example(datetime(2026, 3, 29, 0, 10, tzinfo=UTC), Hours(zone="Europe/London", quiet_from=time(21), quiet_until=time(1, 30)))
def test_the_next_allowed_minute_is_the_first_that_is_not_quiet(moment, hours):
    minute = moment
    while is_quiet(minute, hours):
        minute += MINUTE

    assert hours.next_allowed(moment) == minute


@settings(max_examples=200, deadline=None)
@given(moments, hours)
def test_a_mail_may_be_handed_over_as_long_as_it_stays_allowed_on_that_day(moment, hours):
    moment = hours.next_allowed(moment)
    day = moment.astimezone(ZoneInfo(hours.zone)).date()

    until = hours.good_until(moment + timedelta(seconds=30))

    assert moment + timedelta(seconds=30) < until <= moment + 4 * MINUTE
    minute = moment
    while minute < until:
        assert not is_quiet(minute, hours)
        assert minute.astimezone(ZoneInfo(hours.zone)).date() == day
        minute += MINUTE
    if until < moment + 3 * MINUTE:
        assert is_quiet(until, hours) or until.astimezone(ZoneInfo(hours.zone)).date() != day


@settings(max_examples=200, deadline=None)
@given(moments, hours)
def test_the_first_minute_of_a_day_is_allowed_and_on_that_day(moment, hours):
    day = moment.astimezone(ZoneInfo(hours.zone)).date()

    first = hours.first_allowed_of(day)

    assert not is_quiet(first, hours)
    assert first.astimezone(ZoneInfo(hours.zone)).date() >= day
    before = first - MINUTE
    assert before.astimezone(ZoneInfo(hours.zone)).date() < day or is_quiet(before, hours)


LONDON = Hours(zone="Europe/London", quiet_from=time(21), quiet_until=time(8))
DAY = date(2026, 3, 16)


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due_at", "now", "wished", "turn"),
    [
        (at(12), at(12), {}, at(12)),
        (at(12), at(22), {}, at(8, day=date(2026, 3, 17))),
        (at(12), at(12), {"taken": [DAY]}, at(8, day=date(2026, 3, 17))),
        (at(12), at(12), {"taken": [DAY, date(2026, 3, 17)]}, at(8, day=date(2026, 3, 18))),
        (at(12), at(12), {"snoozed_until": at(15)}, at(15)),
        (at(12), at(12), {"snoozed_until": at(22)}, at(8, day=date(2026, 3, 17))),
        (at(12), at(12), {"snoozed_until": at(9)}, at(12)),
        (at(12), at(12), {"gathers": True}, at(8, day=date(2026, 3, 17))),
        (at(8), at(8), {"gathers": True}, at(8)),
        # The worker was away.
        (at(7), at(11), {"gathers": True}, at(11)),
        (at(7), at(7), {"gathers": True, "snoozed_until": at(9)}, at(8, day=date(2026, 3, 17))),
    ],
)
def test_when_it_is_a_mails_turn(due_at, now, wished, turn):
    assert turn_of(due_at=due_at, now=now, hours=LONDON, **wished) == turn
