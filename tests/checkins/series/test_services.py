from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from checkins.series import services as series_services
from checkins.sessions import services
from checkins.sessions.models import Repeats, Series, Session
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from matching.pauses import services as pauses
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.checkins.meetings import agree, agreed_series, facts_of, owed, planned_in, propose
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import HolidayFactory, MembershipFactory

pytestmark = pytest.mark.django_db

State = Session.State
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def pairing():
    return PairingFactory(active=True, first__user__time_zone="Europe/London", second__user__time_zone="America/New_York")


def test_nothing_is_planned_until_the_other_half_agrees_once_and_then_all_is(pairing, noon):
    session = propose(pairing, noon, 3, repeats=Repeats("week", times=5))
    assert not Session.objects.filter(state=State.PLANNED).exists()

    services.pick(option=session.options.get(), by=pairing.second, now=noon)

    planned = planned_in(session.series)
    assert [one.starts_at.strftime("%-d %b %H:%M") for one in planned] == [
        "19 Mar 12:00",
        "26 Mar 12:00",
        # Clocks in London went forward.
        "2 Apr 11:00",
        "9 Apr 11:00",
        "16 Apr 11:00",
    ]
    assert {one.starts_at.astimezone(LONDON).strftime("%a %H:%M") for one in planned} == {"Thu 12:00"}
    assert {(one.proposed_by_id, one.minutes, one.where, one.place) for one in planned} == {
        (pairing.first_id, 45, "Library café", "in_person")
    }


def test_nobody_agrees_to_their_own_series(pairing, noon):
    session = propose(pairing, noon, 3, repeats=Repeats("week", times=5))

    with pytest.raises(Refused):
        services.pick(option=session.options.get(), by=pairing.first, now=noon)

    assert not planned_in(session.series)


def test_it_goes_by_the_clock_of_whoever_suggested_the_time_that_is_picked(pairing, noon):
    session = propose(pairing, noon, 3, repeats=Repeats("week", times=4))
    services.suggest(session=session, by=pairing.second, options=[noon + timedelta(days=5)], now=noon)

    services.pick(option=session.options.open().get(), by=pairing.first, now=noon)

    series = Series.objects.get()
    assert series.zone == "America/New_York"
    assert len({one.starts_at.astimezone(ZoneInfo(series.zone)).strftime("%H:%M") for one in planned_in(series)}) == 1


def test_they_take_turns_in_leading(pairing, noon):
    leaders = [one.led_by_id for one in planned_in(agreed_series(pairing, noon))]

    assert set(leaders[::2]) | set(leaders[1::2]) == {pairing.first_id, pairing.second_id}
    assert len(set(leaders[::2])) == len(set(leaders[1::2])) == 1


def test_until_a_day_is_as_often_as_it_comes_up_to_that_day(pairing, noon):
    until = (noon + timedelta(days=3 + 14)).date()

    assert len(planned_in(agreed_series(pairing, noon, Repeats("week", until=until)))) == 3


def test_what_falls_in_a_holiday_of_the_program_is_left_out(pairing, noon):
    day = (noon + timedelta(days=10)).date()
    HolidayFactory(program=pairing.program, first_day=day, last_day=day)
    HolidayFactory(first_day=day + timedelta(days=7), last_day=day + timedelta(days=7))

    planned = planned_in(agreed_series(pairing, noon))

    assert [(one.starts_at.date() - noon.date()).days for one in planned] == [3, 17, 24]


def test_one_mail_goes_to_each_for_all_of_it_and_one_suggestion_is_a_fact(pairing, noon):
    agreed_series(pairing, noon)

    assert {message.recipient for message in owed(services.SERIES_AGREED)} == {half.user for half in pairing.halves}
    assert owed(services.SERIES_AGREED).count() == 2
    assert not owed(services.AGREED).exists()
    assert facts_of(Fact.Kind.TIME_PROPOSED) == [pairing.first_id]


@pytest.mark.parametrize(
    ("repeats", "said"),
    [
        (Repeats("week", times=1), "2 to 26 sessions"),
        (Repeats("week", times=27), "2 to 26 sessions"),
        (Repeats("week", until=date(2026, 3, 20)), "2 to 26 sessions"),
        (Repeats("week", until=date(9999, 12, 31)), "2 to 26 sessions"),
        (Repeats("two_weeks", times=26), "half a year at most"),
        (Repeats("month", times=9), "half a year at most"),
        (Repeats("month", until=date(2026, 12, 31)), "half a year at most"),
    ],
)
def test_a_series_is_neither_too_short_nor_too_long(repeats, said, pairing, noon):
    with pytest.raises(Refused, match=said):
        propose(pairing, noon, 3, repeats=repeats)

    assert not Series.objects.exists()


def test_a_series_that_meets_on_what_is_planned_is_refused_when_suggested_and_when_picked(pairing, noon):
    session = propose(pairing, noon, 3, repeats=Repeats("week", times=3))
    later = SessionFactory(pairing=pairing, planned=True, starts_at=noon + timedelta(days=17, minutes=-75))
    later.minutes = 30
    later.save()

    with pytest.raises(Refused, match="a meeting at that time"):
        services.pick(option=session.options.get(), by=pairing.second, now=noon)
    services.decline(session=session, by=pairing.second, now=noon)
    with pytest.raises(Refused, match="a meeting at that time"):
        propose(pairing, noon, 3, repeats=Repeats("week", times=3))


def test_a_series_over_a_time_that_clocks_leave_out_is_refused_in_words(pairing, noon):
    first = datetime(2026, 3, 22, 1, 30, tzinfo=LONDON)

    with pytest.raises(Refused, match="Clocks go forward on 29 March, and 01:30 is left out"):
        propose(pairing, noon, options=[first], repeats=Repeats("week", times=3))


def test_two_have_one_series_at_a_time_and_single_meetings_beside_it(pairing, noon):
    series = agreed_series(pairing, noon)
    with pytest.raises(Refused, match="a series already"):
        propose(pairing, noon, 5, repeats=Repeats("week", times=3))

    for day in (4, 5, 6, 8, 9):
        agree(pairing, noon, day)
    with pytest.raises(Refused, match="5 meetings planned"):
        propose(pairing, noon, 12)

    series_services.end(series=series, by=pairing.first, now=noon)
    Session.objects.filter(series=None).delete()
    propose(pairing, noon, 5, repeats=Repeats("week", times=3))


def test_one_is_moved_and_one_cancelled_without_the_others(pairing, noon):
    planned = planned_in(agreed_series(pairing, noon))
    before = {one.pk: (one.starts_at, one.state, one.sequence) for one in planned}

    services.suggest(session=planned[1], by=pairing.first, options=[planned[1].starts_at + timedelta(days=1)], now=noon)
    services.pick(option=planned[1].options.get(), by=pairing.second, now=noon)
    services.cancel(session=planned[2], by=pairing.second, now=noon)

    after = {one.pk: (one.starts_at, one.state, one.sequence) for one in Session.objects.all()}
    assert {key for key in before if before[key] != after[key]} == {planned[1].pk, planned[2].pk}
    planned[1].refresh_from_db()
    assert planned[1].recurs_at == before[planned[1].pk][0]


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_ends_what_is_left_with_one_mail_and_it_is_one_act(half, pairing, noon):
    series = agreed_series(pairing, noon)
    by, later = getattr(pairing, half), noon + timedelta(days=4)
    moved = planned_in(series)[2]
    services.suggest(session=moved, by=pairing.first, options=[moved.starts_at + timedelta(days=1)], now=later)

    for _press in range(2):
        series_services.end(series=series, by=by, now=later)

    assert [one.state for one in Session.objects.filter(series=series).order_by("recurs_at")] == [
        "planned",
        "cancelled",
        "cancelled",
        "cancelled",
    ]
    assert set(Session.objects.filter(state="cancelled").values_list("closed_by", flat=True)) == {by.pk}
    assert not moved.options.open().exists()
    assert owed(services.SERIES_ENDED).count() == 2
    assert not owed(services.CANCELLED).exists()
    assert not owed(services.SUGGESTED, state="pending").exists()
    assert facts_of(Fact.Kind.SESSION_CANCELLED) == [by.pk]


def test_nobody_else_ends_it_and_nobody_where_nothing_is_left(pairing, noon):
    series = agreed_series(pairing, noon)

    for by in (pairing.coordinator, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused):
            series_services.end(series=series, by=by, now=noon)
    with pytest.raises(Refused):
        series_services.end(series=series, by=pairing.first, now=noon + timedelta(days=60))

    assert len(planned_in(series)) == 4


def test_a_pairing_that_stops_calls_off_what_is_left_by_nobody_and_with_one_mail(pairing, noon):
    series = agreed_series(pairing, noon)
    single = agree(pairing, noon, 5)

    pauses.pause(pairing=pairing, by=pairing.first, now=noon)

    assert set(Session.objects.values_list("state", "closed_by")) == {("cancelled", None)}
    assert owed(services.SERIES_ENDED).count() == 2
    assert {message.subject_id for message in owed(services.CANCELLED)} == {single.pk}
    series.refresh_from_db()
    assert (series.ended_at, series.ended_by) == (noon, None)
    assert not facts_of(Fact.Kind.SESSION_CANCELLED)


def test_a_mail_about_all_of_it_that_has_not_left_is_taken_back_when_it_ends(pairing, noon):
    series = agreed_series(pairing, noon)

    series_services.end(series=series, by=pairing.second, now=noon)

    assert not owed(services.SERIES_AGREED, state="pending").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_it_and_move_one_in_one_second_one_comes_after_the_other(pairing, noon):
    series = agreed_series(pairing, noon)
    one = planned_in(series)[1]
    services.suggest(session=one, by=pairing.first, options=[one.starts_at + timedelta(days=1)], now=noon)
    option = one.options.get()

    at_once(
        lambda: series_services.end(series=series, by=pairing.first, now=noon),
        lambda: services.pick(option=option, by=pairing.second, now=noon),
    )

    assert not Session.objects.filter(state="planned").exists()
    assert Pairing.objects.get().state == "active"
