"""Examples worked out by hand, on paper before the oracle was asked. 1 January 2026 is a Thursday, 5 January a Monday.

Moments are in UTC. Ada is the half that is looked at; where nothing else is said she lives by UTC, her quiet hours are 21:00 to 08:00,
and the pair starts on Monday 5 January at noon in a program that lives by UTC and asks at 09:00.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from tests.checkins.reminders.year.oracle import Mail, Reminder, due_days, expected, mails_to
from tests.checkins.reminders.year.scenario import (
    CHECKINS,
    SOMETHING_ELSE,
    Answer,
    Holiday,
    Pair,
    Person,
    Plan,
    Program,
    Written,
    Year,
    make_year,
)

NEVER_QUIET = {"quiet_from": time(0), "quiet_until": time(0)}
WEEKLY = "FREQ=WEEKLY"
EVERY_TWO_WEEKS = "FREQ=WEEKLY;INTERVAL=2"
ASKED_ONCE = 2  # days open: no day for a second reminder


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def started(day: str) -> datetime:
    return utc(f"{day} 12:00:30")


def a_pair(key: str = "pair", started_at: str = "2026-01-05 12:00:30", program: str = "program", **details) -> Pair:
    return Pair(key, program, "ada", f"other-half-of-{key}", utc(started_at), **details)


def a_program(rule: str = EVERY_TWO_WEEKS, key: str = "program", zone: str = "UTC", holidays: tuple[Holiday, ...] = (), **plan) -> Program:
    return Program(key, zone, Plan(rule, **plan), holidays)


def mail_of(
    *,
    until: str,
    programs: tuple[Program, ...] = (a_program(),),
    pairs: tuple[Pair, ...] = (a_pair(),),
    answers: Written = Written(),  # noqa: B008, frozen
    zone: str = "UTC",
    **ada,
) -> list[tuple[str, ...]]:
    """What Ada gets before midnight of `until`: of each mail its minute, then its items as "pair form day slot"."""
    begins = utc("2026-01-01 00:00")
    people = (Person("ada", zone, **ada), *(Person(pair.second, "UTC") for pair in pairs))
    year = Year(begins, (utc(f"{until} 00:00") - begins).days, programs, people, pairs, answers)
    return [
        (f"{mail.at:%Y-%m-%d %H:%M}", *(f"{pair} {form} {day:%m-%d} {slot}" for pair, form, day, slot in mail.items))
        for mail in expected(year)
        if mail.person == "ada"
    ]


# Due days


@pytest.mark.parametrize(
    ("rule", "start", "days"),
    [
        # S is 5 January, named by the rule but not asked.
        ("FREQ=WEEKLY;INTERVAL=2", "2026-01-05", "01-19 02-02 02-16 03-02 03-16 03-30"),
        ("FREQ=WEEKLY;INTERVAL=4", "2026-01-05", "02-02 03-02 03-30"),
        ("FREQ=DAILY;INTERVAL=10", "2026-01-05", "01-15 01-25 02-04 02-14 02-24 03-06 03-16 03-26"),
        # From a Wednesday: its own week (of 5 January) still has the Thursday, the next is that of 19 January.
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-01-07", "01-08 01-19 01-22 02-02 02-05 02-16 02-19 03-02 03-05 03-16 03-19 03-30"),
        # A week ends on Sunday: from Sunday 11 January, the Monday after is of the next week and left out.
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-01-11", "01-19 02-02 02-16 03-02 03-16 03-30"),
        # February has no 31st, and neither has April.
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-05", "01-31 03-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-05", "01-31 02-28 03-31"),
        ("FREQ=MONTHLY", "2026-01-31", "03-31"),
        ("FREQ=MONTHLY", "2026-01-05", "02-05 03-05"),
        # Months are counted from January: January, March.
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15", "2026-01-05", "01-15 03-15"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-01-05", "01-15 02-01 02-15 03-01 03-15"),
        # Mondays: 5 January is the first one and S; 2 February and 2 March are the next first ones.
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-01-05", "02-02 03-02"),
        # Fridays: 30 January, 27 February and 27 March are the last ones.
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-05", "01-30 02-27 03-27"),
        # S is the first of three.
        ("FREQ=WEEKLY;COUNT=3", "2026-01-05", "01-12 01-19"),
        # S is a Monday and not named: three Tuesdays.
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "2026-01-05", "01-06 01-13 01-20"),
        # The last day is included.
        ("FREQ=WEEKLY;UNTIL=20260119", "2026-01-05", "01-12 01-19"),
        ("FREQ=WEEKLY;UNTIL=20260118", "2026-01-05", "01-12"),
    ],
)
def test_a_rule_names_its_days(rule, start, days):
    found = due_days(a_program(rule), date.fromisoformat(start), until=date(2026, 3, 31))

    assert " ".join(f"{day:%m-%d}" for day in found) == days


def test_a_day_in_a_holiday_is_skipped_and_not_moved():
    # The first and the last day of the holiday are due days, both belong to it.
    holidays = (Holiday(date(2026, 1, 12), date(2026, 1, 19)),)

    found = due_days(a_program(WEEKLY, holidays=holidays), date(2026, 1, 5), until=date(2026, 2, 2))

    assert found == [date(2026, 1, 26), date(2026, 2, 2)]


def test_a_skipped_day_uses_up_the_count():
    # The four are 5, 12, 19 and 26 January.
    holidays = (Holiday(date(2026, 1, 12), date(2026, 1, 12)),)

    found = due_days(a_program("FREQ=WEEKLY;COUNT=4", holidays=holidays), date(2026, 1, 5), until=date(2026, 12, 31))

    assert found == [date(2026, 1, 19), date(2026, 1, 26)]


def test_the_start_is_the_day_by_the_clock_of_the_program():
    # Noon of Monday is 02:00 of Tuesday on Kiritimati (+14): the due day is a Tuesday.
    programs = (a_program(zone="Pacific/Kiritimati", open_days=ASKED_ONCE),)

    assert mail_of(programs=programs, until="2026-02-01") == [("2026-01-20 09:00", "pair short 01-20 0")]


# Opening, closing and reminders


def test_three_reminders_and_then_no_more():
    assert mail_of(until="2026-02-10") == [
        ("2026-01-19 09:00", "pair short 01-19 0"),
        ("2026-01-22 09:00", "pair short 01-19 1"),
        ("2026-01-26 09:00", "pair short 01-19 2"),
        ("2026-02-02 09:00", "pair short 02-02 0"),
        ("2026-02-05 09:00", "pair short 02-02 1"),
        ("2026-02-09 09:00", "pair short 02-02 2"),
    ]


def test_the_year_ends_before_the_minute_of_its_end():
    programs = (a_program(at_time=time(0), open_days=ASKED_ONCE),)

    assert mail_of(programs=programs, until="2026-01-19", **NEVER_QUIET) == []
    assert mail_of(programs=programs, until="2026-01-20", **NEVER_QUIET) == [("2026-01-19 00:00", "pair short 01-19 0")]


def test_the_next_opening_closes_the_one_before():
    # The third reminder of the 12th would be due on the 19th at 09:00, when the next one opens.
    assert mail_of(programs=(a_program(WEEKLY),), until="2026-01-22") == [
        ("2026-01-12 09:00", "pair short 01-12 0"),
        ("2026-01-15 09:00", "pair short 01-12 1"),
        ("2026-01-19 09:00", "pair short 01-19 0"),
    ]


def test_a_skipped_day_closes_nothing():
    # Open to the end of 22 January; the next one opens on the 26th.
    programs = (a_program(WEEKLY, holidays=(Holiday(date(2026, 1, 19), date(2026, 1, 19)),)),)

    assert mail_of(programs=programs, until="2026-01-26") == [
        ("2026-01-12 09:00", "pair short 01-12 0"),
        ("2026-01-15 09:00", "pair short 01-12 1"),
        ("2026-01-19 09:00", "pair short 01-12 2"),
    ]


@pytest.mark.parametrize(("open_days", "slots"), [(2, 1), (3, 2), (6, 2), (7, 3)])
def test_it_is_open_to_the_end_of_its_last_day(open_days, slots):
    mails = mail_of(programs=(a_program(open_days=open_days),), until="2026-02-02")

    assert len(mails) == slots


def test_a_reminder_that_may_not_leave_before_the_closing_does_not_leave():
    # At 22:00 it is quiet until 08:00 of the 20th. Open to the end of the 19th, or of the 20th.
    late = {"at_time": time(22)}

    assert mail_of(programs=(a_program(**late, open_days=0),), until="2026-02-02") == []
    assert mail_of(programs=(a_program(**late, open_days=1),), until="2026-02-02") == [("2026-01-20 08:00", "pair short 01-19 0")]


def test_a_pair_that_starts_after_the_opening_of_its_first_day_is_asked_at_once():
    # S is Monday the 5th, the rule names Tuesdays. 09:00 of Tuesday on Kiritimati (+14) is 19:00 of Monday, the pair starts at 23:00:30
    # and the first run after it is at 23:01, which is 13:01 for Ada.
    programs = (a_program("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", open_days=ASKED_ONCE),)
    pairs = (a_pair(started_at="2026-01-05 23:00:30"),)

    assert mail_of(programs=programs, pairs=pairs, zone="Pacific/Kiritimati", until="2026-01-18") == [
        ("2026-01-05 23:01", "pair short 01-06 0"),
    ]


def test_who_has_answered_is_not_reminded():
    answers = Written((Answer("ada", "pair", date(2026, 1, 19), timedelta(hours=5, seconds=30)),))

    assert mail_of(answers=answers, until="2026-02-02") == [("2026-01-19 09:00", "pair short 01-19 0")]


def test_an_answer_after_the_second_reminder_stops_the_third():
    # Half a minute after 09:00 of the 22nd, when the second one leaves.
    answers = Written((Answer("ada", "pair", date(2026, 1, 19), timedelta(days=3, seconds=30)),))

    assert mail_of(answers=answers, until="2026-02-02") == [
        ("2026-01-19 09:00", "pair short 01-19 0"),
        ("2026-01-22 09:00", "pair short 01-19 1"),
    ]


def test_the_answer_of_the_other_half_stops_nothing():
    answers = Written((Answer("other-half-of-pair", "pair", date(2026, 1, 19), timedelta(seconds=30)),))

    assert len(mail_of(answers=answers, until="2026-02-02")) == 3


# Clocks


@pytest.mark.parametrize(
    ("zone", "start", "before", "after"),
    [
        # Berlin, 29 March: 09:00 is 08:00 UTC in winter, 07:00 in summer.
        ("Europe/Berlin", "2026-03-02", "2026-03-16 08:00", "2026-03-30 07:00"),
        # New York, 1 November: 13:00 UTC in summer, 14:00 in winter.
        ("America/New_York", "2026-10-12", "2026-10-26 13:00", "2026-11-09 14:00"),
        # Casablanca is at UTC+1 but for Ramadan (15 February to 22 March), when it is at UTC.
        ("Africa/Casablanca", "2026-01-26", "2026-02-09 08:00", "2026-02-23 09:00"),
        # Lord Howe, 5 April: from +11 to +10:30; 09:00 is 22:00 or 22:30 of the day before.
        ("Australia/Lord_Howe", "2026-03-16", "2026-03-29 22:00", "2026-04-12 22:30"),
        # Chatham, 27 September: from +12:45 to +13:45; 09:00 is 20:15 or 19:15 of the day before.
        ("Pacific/Chatham", "2026-09-07", "2026-09-20 20:15", "2026-10-04 19:15"),
        # Santiago, 5 April: from -3 to -4.
        ("America/Santiago", "2026-03-16", "2026-03-30 12:00", "2026-04-13 13:00"),
        # Kathmandu is at +5:45 all year.
        ("Asia/Kathmandu", "2026-03-16", "2026-03-30 03:15", "2026-04-13 03:15"),
    ],
)
def test_the_time_on_the_wall_stays_when_clocks_change(zone, start, before, after):
    pairs = (a_pair(started_at=f"{start} 12:00:30"),)
    until = f"{utc(after) + timedelta(days=2):%Y-%m-%d}"

    mails = mail_of(programs=(a_program(open_days=ASKED_ONCE),), pairs=pairs, zone=zone, until=until)

    assert [at for at, *_ in mails] == [before, after]


@pytest.mark.parametrize(
    ("zone", "at_time", "start", "moments"),
    [
        # Sunday 29 March: 02:30 does not exist in Berlin. By the offset before (+1) it is 01:30 UTC, 03:30 on the wall.
        ("Europe/Berlin", time(2, 30), "2026-03-22", ["2026-03-29 01:30", "2026-04-05 00:30"]),
        # Sunday 25 October: 02:30 comes twice. The first is still at +2.
        ("Europe/Berlin", time(2, 30), "2026-10-18", ["2026-10-25 00:30", "2026-11-01 01:30"]),
        # Sunday 4 October: Lord Howe skips 02:00 to 02:30. 02:15 by the offset before (+10:30) is 15:45 UTC of Saturday.
        ("Australia/Lord_Howe", time(2, 15), "2026-09-27", ["2026-10-03 15:45", "2026-10-10 15:15"]),
        # Sunday 5 April: 01:30 to 02:00 come twice. The first 01:45 is at +11.
        ("Australia/Lord_Howe", time(1, 45), "2026-03-29", ["2026-04-04 14:45", "2026-04-11 15:15"]),
        # Sunday 29 March: the Azores skip 00:00 to 01:00. Midnight by the offset before (-1) is 01:00 UTC.
        ("Atlantic/Azores", time(0), "2026-03-22", ["2026-03-29 01:00", "2026-04-05 00:00"]),
    ],
)
def test_a_time_the_clock_skips_or_shows_twice(zone, at_time, start, moments):
    programs = (a_program(WEEKLY, at_time=at_time, open_days=ASKED_ONCE),)
    until = f"{utc(moments[-1]) + timedelta(days=1):%Y-%m-%d}"

    # The pair starts at noon UTC, which is Sunday in each of these places and in the program.
    mails = mail_of(programs=programs, pairs=(a_pair(started_at=f"{start} 12:00:30"),), zone=zone, until=until, **NEVER_QUIET)

    assert [at for at, *_ in mails] == moments


def test_who_moves_keeps_the_clock_of_the_check_in_that_is_made():
    # Made in New York 36 hours before 19 January 14:00: on the 18th at 02:00. Then Ada gets to Tokyo (+9), where 14:00 is 23:00 and
    # quiet until 23:00 UTC; so with the second and the third. The next one is made in Tokyo: 09:00 is 00:00 UTC.
    moves = ((utc("2026-01-18 02:00:30"), "Asia/Tokyo"),)

    assert mail_of(zone="America/New_York", moves=moves, until="2026-02-03") == [
        ("2026-01-19 23:00", "pair short 01-19 0"),
        ("2026-01-22 23:00", "pair short 01-19 1"),
        ("2026-01-26 23:00", "pair short 01-19 2"),
        ("2026-02-02 00:00", "pair short 02-02 0"),
    ]


def test_who_moves_before_it_is_made_is_asked_by_the_new_clock():
    moves = ((utc("2026-01-18 01:59:30"), "Asia/Tokyo"),)

    assert mail_of(zone="America/New_York", moves=moves, until="2026-01-20") == [("2026-01-19 00:00", "pair short 01-19 0")]


def test_a_check_in_does_not_close_before_it_was_told_when_the_next_one_opens_early_because_its_person_moved():
    # Of the 12th, in New York, closing on the 19th at 14:00; the second reminder (15th) is snoozed to the 19th 00:00. In Tokyo the next one
    # opens in just that minute.
    programs = (a_program(WEEKLY),)
    moves = ((utc("2026-01-13 12:00:30"), "Asia/Tokyo"),)
    snoozes = ((utc("2026-01-13 12:00:30"), utc("2026-01-19 00:00")),)

    assert mail_of(programs=programs, zone="America/New_York", moves=moves, snoozes=snoozes, until="2026-01-20") == [
        ("2026-01-12 14:00", "pair short 01-12 0"),
        ("2026-01-19 00:00", "pair short 01-12 1", "pair short 01-19 0"),
    ]


def test_a_check_in_does_not_stay_open_when_the_next_one_opens_late_because_its_person_moved():
    # Of the 12th, in Tokyo, closing on the 19th at 00:00 UTC; the second reminder (15th) is snoozed to the 19th 05:00 and comes too late.
    # The next one opens in New York at 14:00.
    moves = ((utc("2026-01-13 12:00:30"), "America/New_York"),)
    snoozes = ((utc("2026-01-13 12:00:30"), utc("2026-01-19 05:00")),)

    assert mail_of(programs=(a_program(WEEKLY),), zone="Asia/Tokyo", moves=moves, snoozes=snoozes, until="2026-01-20") == [
        ("2026-01-12 00:00", "pair short 01-12 0"),
        ("2026-01-19 14:00", "pair short 01-19 0"),
    ]


# Pauses and the end


def test_what_falls_in_a_pause_is_left_out_and_what_is_still_to_come_comes():
    # The second one, of the 22nd, is left out.
    pairs = (a_pair(pauses=((utc("2026-01-20 10:00:30"), utc("2026-01-24 10:00:30")),)),)

    assert mail_of(pairs=pairs, until="2026-02-03") == [
        ("2026-01-19 09:00", "pair short 01-19 0"),
        ("2026-01-26 09:00", "pair short 01-19 2"),
        ("2026-02-02 09:00", "pair short 02-02 0"),
    ]


def test_a_pause_between_making_and_opening_changes_nothing():
    # Made on the 17th at 21:00.
    pairs = (a_pair(pauses=((utc("2026-01-18 09:00:30"), utc("2026-01-18 10:00:30")),)),)

    assert [at for at, _ in mail_of(pairs=pairs, until="2026-02-02")] == ["2026-01-19 09:00", "2026-01-22 09:00", "2026-01-26 09:00"]


def test_who_was_told_of_nothing_before_a_pause_is_told_after_it():
    # Made on the 17th at 21:00; over on the 23rd, when the first two are past.
    pairs = (a_pair(pauses=((utc("2026-01-18 09:00:30"), utc("2026-01-23 10:00:30")),)),)

    assert mail_of(pairs=pairs, until="2026-02-02") == [
        ("2026-01-23 10:01", "pair short 01-19 0"),
        ("2026-01-26 09:00", "pair short 01-19 2"),
    ]


def test_who_was_told_of_nothing_between_two_pauses_is_told_after_both():
    # Over for the first time at 22:00 of the 23rd, when it is quiet, until 23:00. The second time on the 25th.
    first, second = (utc("2026-01-18 09:00:30"), utc("2026-01-23 22:00:30")), (utc("2026-01-23 23:00:30"), utc("2026-01-25 10:00:30"))

    assert mail_of(pairs=(a_pair(pauses=(first, second)),), until="2026-02-02") == [
        ("2026-01-25 10:01", "pair short 01-19 0"),
        ("2026-01-26 09:00", "pair short 01-19 2"),
    ]


def test_who_was_told_before_a_pause_is_not_told_at_once_after_it():
    # Told at 09:00 of the 19th, paused until the 27th, when nothing is to come.
    pairs = (a_pair(pauses=((utc("2026-01-20 09:00:30"), utc("2026-01-27 10:00:30")),)),)

    assert mail_of(pairs=pairs, until="2026-02-02") == [("2026-01-19 09:00", "pair short 01-19 0")]


def test_what_closed_in_a_pause_is_not_asked_again():
    pairs = (a_pair(pauses=((utc("2026-01-18 09:00:30"), utc("2026-01-22 10:00:30")),)),)

    assert mail_of(programs=(a_program(open_days=ASKED_ONCE),), pairs=pairs, until="2026-02-02") == []


def test_who_moves_in_a_pause_is_asked_again_by_the_new_clock():
    # 09:00 of the 26th in Tokyo is 00:00 UTC.
    pairs = (a_pair(pauses=((utc("2026-01-20 09:00:30"), utc("2026-01-24 10:00:30")),)),)
    moves = ((utc("2026-01-21 10:00:30"), "Asia/Tokyo"),)

    assert mail_of(pairs=pairs, moves=moves, until="2026-02-01") == [
        ("2026-01-19 09:00", "pair short 01-19 0"),
        ("2026-01-26 00:00", "pair short 01-19 2"),
    ]


def test_what_is_answered_in_a_pause_is_not_answered():
    pairs = (a_pair(pauses=((utc("2026-01-20 10:00:30"), utc("2026-01-24 10:00:30")),)),)
    answers = Written((Answer("ada", "pair", date(2026, 1, 19), timedelta(days=2, seconds=30)),))

    assert len(mail_of(pairs=pairs, answers=answers, until="2026-02-02")) == 2


def test_what_was_answered_before_a_pause_is_not_asked_again():
    pairs = (a_pair(pauses=((utc("2026-01-20 10:00:30"), utc("2026-01-24 10:00:30")),)),)
    answers = Written((Answer("ada", "pair", date(2026, 1, 19), timedelta(days=1, seconds=30)),))

    assert len(mail_of(pairs=pairs, answers=answers, until="2026-02-02")) == 1


def test_a_pause_before_making_costs_nothing_when_it_is_over_in_time():
    # Over before the 17th 21:00.
    pairs = (a_pair(pauses=((utc("2026-01-10 09:00:30"), utc("2026-01-17 10:00:30")),)),)

    assert mail_of(pairs=pairs, until="2026-01-20") == [("2026-01-19 09:00", "pair short 01-19 0")]


@pytest.mark.parametrize(
    ("resumed_at", "mails"),
    [
        # Made by the run of 12:01 on the 20th; the first reminder is due already and leaves at once.
        (
            "2026-01-20 12:00:30",
            [
                ("2026-01-20 12:01", "pair short 01-19 0"),
                ("2026-01-22 09:00", "pair short 01-19 1"),
                ("2026-01-26 09:00", "pair short 01-19 2"),
            ],
        ),
        # The run of 09:00 on the 21st is the last that makes it.
        (
            "2026-01-21 08:59:30",
            [
                ("2026-01-21 09:00", "pair short 01-19 0"),
                ("2026-01-22 09:00", "pair short 01-19 1"),
                ("2026-01-26 09:00", "pair short 01-19 2"),
            ],
        ),
        ("2026-01-21 09:00:30", []),
    ],
)
def test_a_day_that_fell_in_a_pause_is_caught_up_within_two_days(resumed_at, mails):
    pairs = (a_pair(pauses=((utc("2026-01-10 09:00:30"), utc(resumed_at)),)),)

    assert mail_of(pairs=pairs, until="2026-02-02") == mails


def test_the_end_of_a_pairing_cancels_what_is_pending_and_asks_once_more():
    # Ended on the 21st: the next morning, three and seven days after that day. Nothing on 2 February.
    pairs = (a_pair(ended_at=utc("2026-01-21 10:00:30")),)

    assert mail_of(pairs=pairs, until="2026-02-10") == [
        ("2026-01-19 09:00", "pair short 01-19 0"),
        ("2026-01-22 09:00", "pair closing 01-21 0"),
        ("2026-01-24 09:00", "pair closing 01-21 1"),
        ("2026-01-28 09:00", "pair closing 01-21 2"),
    ]


def test_the_day_of_the_end_is_by_the_clock_of_the_half():
    # 10:00 UTC of the 12th is midnight on Kiritimati (+14): the 13th. The next morning is the 14th, 09:00, 19:00 UTC of the 13th.
    pairs = (a_pair(ended_at=utc("2026-01-12 10:00:30")),)

    assert mail_of(programs=(a_program(open_days=ASKED_ONCE),), pairs=pairs, zone="Pacific/Kiritimati", until="2026-02-10") == [
        ("2026-01-13 19:00", "pair closing 01-13 0"),
    ]


def test_an_answer_to_the_closing_one_stops_its_reminders():
    # Two days after the end.
    pairs = (a_pair(ended_at=utc("2026-01-12 10:00:30")),)
    answers = Written((Answer("ada", "pair", date(2026, 1, 12), timedelta(days=2)),))

    assert mail_of(pairs=pairs, answers=answers, until="2026-02-10") == [("2026-01-13 09:00", "pair closing 01-12 0")]


# Forms


def test_the_long_form_takes_the_place_of_the_first_short_one_after_ninety_days():
    # 5 January + 90 days is Sunday 5 April, + 180 days is Saturday 4 July. The due Mondays after them are 13 April and 6 July.
    mails = mail_of(programs=(a_program(open_days=ASKED_ONCE),), until="2026-09-15")

    assert [item for _, item in mails if "long" in item] == ["pair long 04-13 0", "pair long 07-06 0"]
    assert len(mails) == 18  # from 19 January to 14 September


def test_a_due_day_on_the_very_day_is_long():
    # Ten weeks after 5 January is 16 March, a due day.
    mails = mail_of(programs=(a_program(open_days=ASKED_ONCE, long_every_days=70),), until="2026-04-15")

    assert [item for _, item in mails if "long" in item] == ["pair long 03-16 0"]


def test_a_holiday_moves_the_long_form_to_the_next_due_day():
    holidays = (Holiday(date(2026, 4, 13), date(2026, 4, 13)),)

    mails = mail_of(programs=(a_program(open_days=ASKED_ONCE, holidays=holidays),), until="2026-05-15")

    assert [item for _, item in mails if "long" in item] == ["pair long 04-27 0"]


def test_two_that_are_owed_before_one_due_day_make_one_long_form():
    # Every 20 days: 25 January, 14 February, 6 March, 26 March. Due are 2 February, 2 March, 30 March.
    mails = mail_of(programs=(a_program("FREQ=WEEKLY;INTERVAL=4", open_days=ASKED_ONCE, long_every_days=20),), until="2026-04-10")

    assert [item for _, item in mails] == ["pair long 02-02 0", "pair long 03-02 0", "pair long 03-30 0"]


# Quiet hours


@pytest.mark.parametrize(
    ("at_time", "leaves"),
    [
        (time(7), "2026-01-19 08:00"),
        (time(8), "2026-01-19 08:00"),
        (time(20, 59), "2026-01-19 20:59"),
        (time(21), "2026-01-20 08:00"),
    ],
)
def test_mail_waits_for_the_end_of_the_quiet_hours(at_time, leaves):
    programs = (a_program(at_time=at_time, open_days=ASKED_ONCE),)

    assert mail_of(programs=programs, until="2026-02-02") == [(leaves, "pair short 01-19 0")]


@pytest.mark.parametrize(
    ("quiet_until", "start", "leaves"),
    [
        # 29 March: after 01:59 comes 03:00 (01:00 UTC), which is outside them.
        (time(2, 30), "2026-03-22", "2026-03-29 01:00"),
        # 25 October: the first 02:30 (+2) is outside them.
        (time(2, 30), "2026-10-18", "2026-10-25 00:30"),
        # Until 03:00, both hours are quiet; 03:00 is at +1.
        (time(3), "2026-10-18", "2026-10-25 02:00"),
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(quiet_until, start, leaves):
    # Due at 01:00 in Berlin.
    programs = (a_program(WEEKLY, at_time=time(1), open_days=ASKED_ONCE),)
    until = f"{utc(leaves) + timedelta(days=1):%Y-%m-%d}"

    mails = mail_of(
        programs=programs,
        pairs=(a_pair(started_at=f"{start} 12:00:30"),),
        zone="Europe/Berlin",
        quiet_from=time(23),
        quiet_until=quiet_until,
        until=until,
    )

    assert [at for at, *_ in mails] == [leaves]


def test_an_hour_that_comes_twice_is_quiet_both_times():
    # 25 October, Berlin: due at 01:00, snoozed to 01:00 UTC, which is the second 02:00; the second 02:30 is 01:30 UTC.
    programs = (a_program(WEEKLY, at_time=time(1), open_days=ASKED_ONCE),)
    pairs = (a_pair(started_at="2026-10-18 12:00:30"),)
    snoozes = ((utc("2026-10-20 12:00:30"), utc("2026-10-25 01:00")),)

    mails = mail_of(
        programs=programs,
        pairs=pairs,
        zone="Europe/Berlin",
        quiet_from=time(2),
        quiet_until=time(2, 30),
        snoozes=snoozes,
        until="2026-10-26",
    )

    assert mails == [("2026-10-25 01:30", "pair short 10-25 0")]


# One mail a day


def two_programs(first_at: time, second_at: time) -> dict[str, tuple]:
    """Two pairs of Ada, both due on 19 January."""
    return {
        "programs": (
            a_program(key="one", at_time=first_at, open_days=ASKED_ONCE),
            a_program(key="two", at_time=second_at, open_days=ASKED_ONCE),
        ),
        "pairs": (a_pair("a", program="one"), a_pair("b", program="two")),
    }


def test_what_is_due_in_one_minute_goes_together():
    assert mail_of(**two_programs(time(9), time(9)), until="2026-02-02") == [
        ("2026-01-19 09:00", "a short 01-19 0", "b short 01-19 0"),
    ]


def test_what_is_due_in_quiet_hours_goes_together_after_them():
    assert mail_of(**two_programs(time(6), time(7, 30)), until="2026-02-02") == [
        ("2026-01-19 08:00", "a short 01-19 0", "b short 01-19 0"),
    ]


def test_what_becomes_due_after_the_mail_of_the_day_waits_for_the_next_morning():
    assert mail_of(**two_programs(time(9), time(9, 1)), until="2026-02-02") == [
        ("2026-01-19 09:00", "a short 01-19 0"),
        ("2026-01-20 08:00", "b short 01-19 0"),
    ]


def test_what_waited_goes_with_all_that_is_due_in_that_minute():
    # The third pair started a day later: due on the 20th, at 08:00.
    both = two_programs(time(8), time(10))
    pairs = (*both["pairs"], a_pair("c", program="one", started_at="2026-01-06 12:00:30"))

    assert mail_of(programs=both["programs"], pairs=pairs, until="2026-02-02") == [
        ("2026-01-19 08:00", "a short 01-19 0"),
        ("2026-01-20 08:00", "b short 01-19 0", "c short 01-20 0"),
    ]


def test_without_quiet_hours_the_next_day_starts_at_midnight():
    assert mail_of(**two_programs(time(9), time(10)), **NEVER_QUIET, until="2026-02-02") == [
        ("2026-01-19 09:00", "a short 01-19 0"),
        ("2026-01-20 00:00", "b short 01-19 0"),
    ]


def test_the_next_morning_is_by_the_clock_after_it_has_changed():
    # Saturday 28 March in Berlin: 09:00 is 08:00 UTC; the next 08:00 is 06:00 UTC.
    both = two_programs(time(9), time(10))
    pairs = tuple(a_pair(key, program=program, started_at="2026-03-14 12:00:30") for key, program in (("a", "one"), ("b", "two")))

    assert mail_of(programs=both["programs"], pairs=pairs, zone="Europe/Berlin", until="2026-04-01") == [
        ("2026-03-28 08:00", "a short 03-28 0"),
        ("2026-03-29 06:00", "b short 03-28 0"),
    ]


@pytest.mark.parametrize(
    ("second_at", "leaves"),
    [
        # 14:00 of the 19th in Auckland (+13) is 01:00 UTC and 17:00 of the 18th in Los Angeles (-8): a date without a mail.
        (time(14), "2026-01-19 01:00"),
        # 22:00 in Auckland is 09:00 UTC and 01:00 of the 19th in Los Angeles: a date that had its mail in Auckland. The next allowed
        # minute is 08:00 of the 20th, 16:00 UTC.
        (time(22), "2026-01-20 16:00"),
    ],
)
def test_a_date_that_is_lived_twice_has_one_mail(second_at, leaves):
    # The first leaves at 09:00 of the 19th in Auckland, 20:00 UTC of the 18th; an hour later Ada is in Los Angeles.
    moves = ((utc("2026-01-18 21:00:30"), "America/Los_Angeles"),)

    assert mail_of(**two_programs(time(9), second_at), zone="Pacific/Auckland", moves=moves, until="2026-02-01") == [
        ("2026-01-18 20:00", "a short 01-19 0"),
        (leaves, "b short 01-19 0"),
    ]


def test_who_moves_east_into_the_next_date_can_get_its_mail_on_the_same_day():
    # 09:00 of the 19th in Honolulu (-10) is 19:00 UTC, 14:00 is 00:00 UTC of the 20th, which is 14:00 of the 20th on Kiritimati (+14).
    moves = ((utc("2026-01-19 20:00:30"), "Pacific/Kiritimati"),)

    assert mail_of(**two_programs(time(9), time(14)), zone="Pacific/Honolulu", moves=moves, until="2026-02-01") == [
        ("2026-01-19 19:00", "a short 01-19 0"),
        ("2026-01-20 00:00", "b short 01-19 0"),
    ]


@pytest.mark.parametrize(
    ("at_time", "leaves"),
    [
        (time(7), "2026-01-19 08:00"),
        (time(8), "2026-01-19 08:00"),
        (time(8, 1), "2026-01-20 08:00"),
        (time(9), "2026-01-20 08:00"),
    ],
)
def test_who_gathers_gets_it_at_the_first_allowed_minute_of_a_day(at_time, leaves):
    programs = (a_program(at_time=at_time, open_days=ASKED_ONCE),)

    assert mail_of(programs=programs, gathers=True, until="2026-02-02") == [(leaves, "pair short 01-19 0")]


def test_who_gathers_gets_all_of_a_day_together():
    assert mail_of(**two_programs(time(9), time(18)), gathers=True, until="2026-02-02") == [
        ("2026-01-20 08:00", "a short 01-19 0", "b short 01-19 0"),
    ]


@pytest.mark.parametrize(
    ("until", "leaves"),
    [
        ("2026-01-21 08:00", "2026-01-21 08:00"),
        # The first allowed minute of the 21st was 08:00.
        ("2026-01-21 08:01", "2026-01-22 08:00"),
    ],
)
def test_who_gathers_and_snoozes_gets_it_with_the_next_mail_of_a_day(until, leaves):
    programs = (a_program(open_days=3),)
    snoozes = ((utc("2026-01-18 12:00:30"), utc(until)),)

    assert mail_of(programs=programs, gathers=True, snoozes=snoozes, until="2026-01-23")[0] == (leaves, "pair short 01-19 0")


def test_who_gathers_gets_with_the_next_mail_of_a_day_what_is_made_late():
    # Made at 07:01 of the 20th, or at 10:01; it was due at 09:00 of the 19th.
    early, late = (a_pair(pauses=((utc("2026-01-10 09:00:30"), utc(f"2026-01-20 {at}:30")),)) for at in ("07:00", "10:00"))

    assert mail_of(pairs=(early,), gathers=True, until="2026-01-22") == [("2026-01-20 08:00", "pair short 01-19 0")]
    assert mail_of(pairs=(late,), gathers=True, until="2026-01-22") == [("2026-01-21 08:00", "pair short 01-19 0")]


def test_who_gathers_and_moves_past_the_minute_gets_at_once_what_was_due_by_then():
    # Due at 09:00 in New York, 14:00 UTC, which is 06:00 in Los Angeles. There by 18:00:30 UTC, when it is ten o'clock.
    moves = ((utc("2026-01-19 18:00:30"), "America/Los_Angeles"),)

    assert mail_of(gathers=True, zone="America/New_York", moves=moves, until="2026-01-20") == [
        ("2026-01-19 18:01", "pair short 01-19 0"),
    ]


# What a person does not want, or not now


def test_who_does_not_want_check_ins_gets_none_from_then_on():
    unwanted = ((utc("2026-01-22 08:59:30"), CHECKINS),)

    assert mail_of(unwanted=unwanted, until="2026-02-10") == [("2026-01-19 09:00", "pair short 01-19 0")]


def test_not_wanting_something_else_changes_nothing():
    unwanted = ((utc("2026-01-01 08:59:30"), SOMETHING_ELSE),)

    assert len(mail_of(unwanted=unwanted, until="2026-02-02")) == 3


def test_two_reminders_of_one_check_in_that_were_snoozed_come_together():
    # Due on the 19th and the 22nd, snoozed to the 23rd; the third as ever.
    snoozes = ((utc("2026-01-18 12:00:30"), utc("2026-01-23 15:00")),)

    assert mail_of(snoozes=snoozes, until="2026-02-02") == [
        ("2026-01-23 15:00", "pair short 01-19 0", "pair short 01-19 1"),
        ("2026-01-26 09:00", "pair short 01-19 2"),
    ]


def test_a_snooze_that_ends_in_quiet_hours_ends_with_them():
    snoozes = ((utc("2026-01-18 12:00:30"), utc("2026-01-19 23:00")),)

    assert mail_of(snoozes=snoozes, until="2026-01-21") == [("2026-01-20 08:00", "pair short 01-19 0")]


# The year as a whole


def test_looking_at_every_minute_finds_the_same_as_jumping():
    """The part that jumps, once more in the slowest way there is: through every minute of some days, with nothing reckoned ahead."""
    begins, ends = utc("2026-03-25 00:00"), utc("2026-04-07 00:00")  # when clocks change in most places that change them
    people = [person for person in make_year(seed=3, people=450, days=100).people if acts_between(person, begins, ends)]
    owed = [
        Reminder(("pair", "short", begins.date(), number), since, since + timedelta(minutes=number * 37 % 4000 + 1))
        for number in range(60)
        for since in [begins + timedelta(minutes=number * 1777 % (12 * 24 * 60))]
    ]
    assert sum(bool(person.moves) for person in people) > 3
    assert sum(bool(person.snoozes) for person in people) > 3
    assert sum(person.gathers for person in people) > 1

    for person in people:
        jumped = list(mails_to(person, owed, ends))

        assert jumped == list(minute_by_minute(person, owed, begins, ends))


def acts_between(person: Person, begins: datetime, ends: datetime) -> bool:
    return any(begins < moment < ends for moment, _ in (*person.moves, *person.snoozes))


def minute_by_minute(person: Person, owed: list[Reminder], begins: datetime, ends: datetime):
    coming = sorted(owed, key=lambda reminder: reminder.since, reverse=True)
    waiting, dates = [], set()
    for number in range((ends - begins) // timedelta(minutes=1)):
        minute = begins + timedelta(minutes=number)
        while coming and coming[-1].since <= minute:
            waiting.append(coming.pop())
        waiting = [reminder for reminder in waiting if minute < reminder.until]
        zone = ZoneInfo([person.zone, *(zone for moved_at, zone in person.moves if moved_at < minute)][-1])
        snoozed_until = max([begins, *(until for snoozed_at, until in person.snoozes if snoozed_at < minute)])
        today = minute.astimezone(zone).date()
        if not waiting or today in dates or minute < snoozed_until or is_quiet(person, zone, minute):
            continue
        going = [
            reminder for reminder in waiting if not person.gathers or has_its_turn(person, zone, max(reminder.since, snoozed_until), minute)
        ]
        if going:
            dates.add(today)
            yield Mail(person.key, minute, tuple(sorted(reminder.item for reminder in going)))
            waiting = [reminder for reminder in waiting if reminder not in going]


def is_quiet(person: Person, zone: ZoneInfo, minute: datetime) -> bool:
    wall = minute.astimezone(zone).time()
    if person.quiet_from < person.quiet_until:
        return person.quiet_from <= wall < person.quiet_until
    return not person.quiet_until <= wall < person.quiet_from


@cache
def has_its_turn(person: Person, zone: ZoneInfo, since: datetime, minute: datetime) -> bool:
    """There was a first allowed minute of a date between the two, or one of them is."""
    return any(
        since <= moment <= minute
        for day in (since.astimezone(zone).date(), since.astimezone(zone).date() + timedelta(days=1))
        for moment in [first_allowed(person, zone, day)]
    )


@cache
def first_allowed(person: Person, zone: ZoneInfo, day: date) -> datetime:
    minute = datetime.combine(day, time(0), zone).astimezone(UTC) - timedelta(hours=3)
    while minute.astimezone(zone).date() < day or is_quiet(person, zone, minute):
        minute += timedelta(minutes=1)
    return minute


def test_one_seed_draws_one_year():
    assert make_year(seed=5, people=40, days=90) == make_year(seed=5, people=40, days=90)
    assert make_year(seed=5, people=40, days=90) != make_year(seed=6, people=40, days=90)


def test_a_drawn_year_has_all_that_can_go_wrong():
    year = make_year(seed=8, people=130, days=150)

    mails = expected(year)

    assert {form for mail in mails for _, form, _, _ in mail.items} == {"short", "long", "closing"}
    assert {len(mail.items) for mail in mails} >= {1, 2, 3}
    assert {slot for mail in mails for *_, slot in mail.items} == {0, 1, 2}
    assert any(pair.pauses for pair in year.pairs)
    assert any(pair.ended_at for pair in year.pairs)
    assert len({person.zone for person in year.people}) == 30
    for trait in ("moves", "snoozes", "unwanted", "gathers"):
        assert any(getattr(person, trait) for person in year.people)
