import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkins.absences import services as absences
from checkins.accounts import services as accounts
from checkins.sessions import services
from checkins.sessions.models import Session
from matching.facts.models import Fact
from matching.pairings import services as pairings
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.checkins.meetings import agree, facts_of, owed, propose
from tests.factories.checkins import SessionFactory, SessionOptionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory(active=True, first__user__time_zone="Europe/London", second__user__time_zone="America/New_York")


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_half_suggests_times_and_the_other_hears_of_it(half, pairing, noon):
    by = getattr(pairing, half)

    session = propose(pairing, noon, 5, 3, 4, by=by)

    assert [option.starts_at - noon for option in session.options.order_by("position")] == [timedelta(days=day) for day in (3, 4, 5)]
    assert facts_of(Fact.Kind.TIME_PROPOSED) == [by.pk]
    assert owed(services.SUGGESTED).get().recipient == pairing.other_half(by).user


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "one to three times"),
        ([1, 2, 3, 4], "one to three times"),
        ([1, 1], "are the same"),
        ([0], "has passed"),
        ([-1], "has passed"),
        ([367], "more than a year"),
    ],
)
def test_times_are_one_to_three_different_ones_that_are_still_to_come(options, said, pairing, noon):
    with pytest.raises(Refused, match=said):
        propose(pairing, noon, options=[noon + timedelta(days=day) for day in options])


def test_a_time_at_which_they_meet_already_is_refused(pairing, noon):
    agree(pairing, noon, 3)

    with pytest.raises(Refused, match="have a meeting at that time: Thursday 19 March, 12:00"):
        propose(pairing, noon, options=[noon + timedelta(days=3, minutes=44)])


def test_there_is_one_open_suggestion_at_a_time(pairing, noon):
    propose(pairing, noon)

    with pytest.raises(Refused, match="an open suggestion"):
        propose(pairing, noon, 5, by=pairing.second)


def test_five_meetings_are_planned_at_most(pairing, noon):
    for day in range(1, 6):
        agree(pairing, noon, day)

    with pytest.raises(Refused, match="5 meetings planned"):
        propose(pairing, noon, 7)


def test_the_other_picks_and_both_get_it_for_their_calendars(pairing, noon):
    session = propose(pairing, noon, 3, 4)

    services.pick(option=session.options.get(position=2), by=pairing.second, now=noon)

    session.refresh_from_db()
    assert (session.state, session.starts_at, session.sequence) == ("planned", noon + timedelta(days=4), 0)
    assert not session.options.open().exists()
    assert {message.recipient for message in owed(services.AGREED)} == {pairing.first.user, pairing.second.user}
    assert owed(services.SUGGESTED).get().state == "cancelled"


def test_nobody_agrees_with_themselves(pairing, noon):
    session = propose(pairing, noon)

    with pytest.raises(Refused, match="not to be picked"):
        services.pick(option=session.options.get(), by=pairing.first, now=noon)


def test_a_time_that_has_passed_meanwhile_is_not_picked(pairing, noon):
    session = propose(pairing, noon)

    with pytest.raises(Refused, match="has passed"):
        services.pick(option=session.options.get(), by=pairing.second, now=noon + timedelta(days=3))


def test_picking_twice_changes_nothing(pairing, noon):
    session = propose(pairing, noon)
    option = session.options.get()

    for _press in range(2):
        services.pick(option=option, by=pairing.second, now=noon)

    session.refresh_from_db()
    assert session.sequence == 0
    assert owed(services.AGREED).count() == 2


def test_other_times_take_the_place_of_those_before_and_then_the_first_picks(pairing, noon):
    session = propose(pairing, noon, 3)
    old = session.options.get()

    services.suggest(session=session, by=pairing.second, options=[noon + timedelta(days=6)], now=noon)

    with pytest.raises(Refused, match="not to be picked"):
        services.pick(option=old, by=pairing.second, now=noon)
    agreed = services.pick(option=session.options.open().get(), by=pairing.first, now=noon)
    assert (agreed.starts_at, agreed.proposed_by) == (noon + timedelta(days=6), pairing.second)
    assert facts_of(Fact.Kind.TIME_PROPOSED) == [pairing.first.pk, pairing.second.pk]


def test_who_says_no_ends_the_suggestion_and_the_other_hears_of_it(pairing, noon):
    session = propose(pairing, noon)

    services.decline(session=session, by=pairing.second, now=noon)

    session.refresh_from_db()
    assert (session.state, session.closed_by) == ("cancelled", pairing.second)
    assert owed(services.NOT_AGREED).get().recipient == pairing.first.user
    assert not facts_of(Fact.Kind.SESSION_CANCELLED)
    propose(pairing, noon, 5, by=pairing.second)


def test_what_one_takes_back_oneself_needs_no_mail(pairing, noon):
    session = propose(pairing, noon)

    services.decline(session=session, by=pairing.first, now=noon)

    assert not owed(services.NOT_AGREED).exists()
    assert owed(services.SUGGESTED).get().state == "cancelled"


# --- a planned meeting ---


def test_a_move_is_a_fact_of_who_suggested_the_new_time_and_keeps_its_place_in_calendars(pairing, noon):
    session = agree(pairing, noon)
    uid = session.uid

    for by, day in ((pairing.second, 5), (pairing.first, 6)):
        services.suggest(session=session, by=by, options=[noon + timedelta(days=day)], now=noon)
        session.refresh_from_db()
        assert session.starts_at != noon + timedelta(days=day)
        services.pick(option=session.options.open().get(), by=pairing.other_half(by), now=noon)

    session.refresh_from_db()
    assert (session.uid, session.sequence, session.starts_at) == (uid, 2, noon + timedelta(days=6))
    assert facts_of(Fact.Kind.TIME_MOVED) == [pairing.second.pk, pairing.first.pk]
    assert facts_of(Fact.Kind.TIME_PROPOSED) == [pairing.first.pk]
    assert owed(services.MOVED).count() == 4


def test_the_time_stays_when_the_other_says_no_to_a_move(pairing, noon):
    session = agree(pairing, noon)
    services.suggest(session=session, by=pairing.first, options=[noon + timedelta(days=9)], now=noon)

    services.decline(session=session, by=pairing.second, now=noon)

    session.refresh_from_db()
    assert (session.state, session.starts_at) == ("planned", noon + timedelta(days=3))
    with pytest.raises(Refused, match="no times to answer"):
        services.decline(session=session, by=pairing.second, now=noon)


def test_the_time_one_has_is_no_new_time(pairing, noon):
    session = agree(pairing, noon)

    with pytest.raises(Refused, match="the time you have now"):
        services.suggest(session=session, by=pairing.first, options=[session.starts_at], now=noon)


def test_a_new_place_goes_to_both_calendars_and_a_new_leader_to_none(pairing, noon):
    session = agree(pairing, noon)

    services.change(session=session, by=pairing.second, place="in_person", where=session.where, led_by=None, now=noon)
    assert not owed(services.CHANGED).exists()
    services.change(session=session, by=pairing.second, place="video", where=" https://meet.example ", led_by=None, now=noon)

    session.refresh_from_db()
    assert (session.where, session.led_by, session.sequence) == ("https://meet.example", None, 1)
    assert owed(services.CHANGED).count() == 2


def test_nobody_else_leads(pairing, noon):
    session = agree(pairing, noon)

    with pytest.raises(Refused, match="One of you two"):
        services.change(session=session, by=pairing.first, place="video", where="", led_by=pairing.coordinator, now=noon)


@pytest.mark.parametrize(
    ("led_by", "wished", "stands"),
    [
        ("first", "second", "second"),
        ("first", None, None),
        (None, "second", "second"),
        ("second", "first", "second"),
        (None, "first", None),
    ],
)
def test_ones_own_turn_is_handed_over_and_anothers_is_asked_for(led_by, wished, stands, pairing, noon):
    half = {"first": pairing.first, "second": pairing.second, None: None}
    session = SessionFactory(pairing=pairing, planned=True, led_by=half[led_by])

    lead(session, pairing.first, half[wished], noon)

    session.refresh_from_db()
    asks = pairing.first if wished == "first" else None
    assert (session.led_by, session.lead_wished_by) == (half[stands], asks)
    assert [message.recipient for message in owed(services.LEADS)] == [pairing.second.user]


def test_a_wish_to_lead_counts_once_the_other_agrees_and_not_by_ones_own(pairing, noon):
    session = SessionFactory(pairing=pairing, planned=True, led_by=pairing.second)
    lead(session, pairing.first, pairing.first, noon)

    with pytest.raises(Refused):
        services.agree_to_lead(session=session, by=pairing.first, now=noon)
    services.agree_to_lead(session=session, by=pairing.second, now=noon)

    session.refresh_from_db()
    assert (session.led_by, session.lead_wished_by) == (pairing.first, None)
    assert [message.recipient for message in owed(services.LEADS, state="pending")] == [pairing.first.user]


def test_a_wish_to_lead_that_is_taken_back_goes_with_its_letter(pairing, noon):
    session = SessionFactory(pairing=pairing, planned=True, led_by=pairing.second)
    lead(session, pairing.first, pairing.first, noon)

    services.decline_to_lead(session=session, by=pairing.first, now=noon)

    session.refresh_from_db()
    assert (session.led_by, session.lead_wished_by) == (pairing.second, None)
    assert {message.state for message in owed(services.LEADS)} == {"cancelled"}


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_cancels_and_it_goes_from_both_calendars(half, pairing, noon):
    session, by = agree(pairing, noon), getattr(pairing, half)

    for _press in range(2):
        services.cancel(session=session, by=by, word="My train", now=noon)

    session.refresh_from_db()
    assert (session.state, session.closed_by, session.word, session.sequence) == ("cancelled", by, "My train", 1)
    assert facts_of(Fact.Kind.SESSION_CANCELLED) == [by.pk]
    assert owed(services.CANCELLED).count() == 2


def test_what_has_begun_is_not_cancelled_but_missed(pairing, noon):
    session = agree(pairing, noon)
    began = session.starts_at

    with pytest.raises(Refused, match="say whether you met"):
        services.cancel(session=session, by=pairing.first, now=began)
    with pytest.raises(Refused, match="still to come"):
        absences.say(session=session, by=pairing.first, absent="both", now=began - timedelta(minutes=1))
    absences.say(session=session, by=pairing.first, absent="both", now=began)


def test_a_pairing_that_stops_takes_what_is_to_come_from_the_calendars_and_nobody_did_it(pairing, noon):
    planned, suggested = agree(pairing, noon), propose(pairing, noon, 5)
    over = SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(days=1))

    services.stop(pairing=pairing, now=noon)

    for session in (planned, suggested, over):
        session.refresh_from_db()
    assert (planned.state, suggested.state, over.state) == ("cancelled", "cancelled", "planned")
    assert planned.closed_by is None
    assert not facts_of(Fact.Kind.SESSION_CANCELLED)
    assert owed(services.CANCELLED).count() == 2


def test_whoever_leaves_leaves_no_meeting_in_a_calendar(pairing, noon):
    session = agree(pairing, noon)

    pairings.end_those_of(membership=pairing.first, now=noon)

    session.refresh_from_db()
    assert session.state == "cancelled"


# --- the same time in two weeks ---


def test_two_weeks_later_the_clock_of_who_suggested_it_shows_the_same(pairing):
    # London's clocks go forward on the 29th of March, New York's went on the 8th.
    began = datetime(2026, 3, 24, 16, tzinfo=UTC)
    session = SessionFactory(pairing=pairing, starts_at=began, proposed_by=pairing.first, where="Library café")

    again = services.repeat(session=session, by=pairing.second, now=began + timedelta(hours=1))

    assert again.options.get().starts_at == datetime(2026, 4, 7, 15, tzinfo=UTC)
    assert (again.proposed_by, again.where, again.minutes) == (pairing.second, "Library café", 45)


@given(
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "UTC"]),
    began=st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_in_every_zone_the_clock_shows_the_same_two_weeks_later_unless_it_leaves_it_out(zone, began):
    half = MembershipFactory.build(user__time_zone=zone)
    session = Session(starts_at=began, proposed_by=half)

    again = services.in_two_weeks(session, half)

    before, after = times.local(began, zone), times.local(again, zone)
    assert after.date() - before.date() == timedelta(days=14)
    assert after.time() == before.time() or times.is_left_out(after.date(), before.time(), zone)


# --- who leads ---


def test_the_first_to_lead_is_drawn_by_chance_and_then_they_take_turns(pairing, noon, monkeypatch):
    drawn = []
    monkeypatch.setattr(services.secrets, "choice", lambda halves: drawn.append(halves) or halves[1])

    leaders = [agree(pairing, noon, day).led_by for day in (2, 3, 4)]

    assert leaders == [pairing.second, pairing.first, pairing.second]
    assert drawn == [pairing.halves]


def test_a_meeting_that_both_led_changes_nobodys_turn(pairing, noon):
    SessionFactory(pairing=pairing, starts_at=noon - timedelta(days=9), led_by=pairing.second)
    SessionFactory(pairing=pairing, starts_at=noon - timedelta(days=2), led_by=None)

    assert services.whose_turn(pairing, noon) == pairing.first


OVERTAKEN = {
    "moved": lambda session, now: move(session, now),
    "changed": lambda session, now: services.change(
        session=session, by=session.pairing.first, place="video", where="", led_by=None, now=now
    ),
    "cancelled": lambda session, now: services.cancel(session=session, by=session.pairing.first, now=now),
    "missed": lambda session, now: absences.say(session=session, by=session.pairing.first, absent="first", now=session.ends_at),
    "logged": lambda session, now: accounts.log(
        pairing=session.pairing, session=session, by=session.pairing.first, starts_at=session.starts_at, minutes=45, now=session.ends_at
    ),
}


def lead(session, by, led_by, now):
    return services.change(session=session, by=by, place=session.place, where=session.where, led_by=led_by, now=now)


def move(session, now):
    services.suggest(session=session, by=session.pairing.first, options=[now + timedelta(days=9)], now=now)
    return services.pick(option=session.options.open().get(), by=session.pairing.second, now=now)


@pytest.mark.parametrize("overtake", OVERTAKEN)
def test_a_mail_about_to_leave_is_taken_back_by_what_overtakes_it(overtake, pairing, noon):
    session = agree(pairing, noon)
    owed(services.AGREED).update(state="leased", lease_token=uuid.uuid4(), lease_until=noon + timedelta(minutes=1))

    OVERTAKEN[overtake](session, noon)

    assert {message.state for message in owed(services.AGREED)} == {"cancelled"}


def test_a_mail_is_of_use_until_the_meeting_ends_and_a_cancellation_a_day_longer(pairing, noon):
    session = agree(pairing, noon)
    services.cancel(session=session, by=pairing.first, now=noon)

    assert {message.expires_at for message in owed(services.AGREED)} == {session.ends_at}
    assert {message.expires_at for message in owed(services.CANCELLED)} == {session.ends_at + timedelta(days=1)}


def test_a_word_that_comes_too_late_is_refused_and_not_lost_in_silence(pairing, noon):
    session = agree(pairing, noon)
    services.cancel(session=session, by=pairing.first, word="My train", now=noon)

    for by, word in ((pairing.first, "Another word"), (pairing.second, "My train"), (pairing.second, "")):
        with pytest.raises(Refused, match="cancelled already"):
            services.cancel(session=session, by=by, word=word, now=noon)


@pytest.mark.parametrize("act", ["suggest", "decline"])
def test_an_answer_to_times_that_were_replaced_changes_nothing_and_says_what_is_open(act, pairing, noon):
    session = propose(pairing, noon)
    seen = session.options.get().pk
    services.suggest(session=session, by=pairing.first, options=[noon + timedelta(days=6)], now=noon)
    there = session.options.open().get()
    more = {"options": [noon + timedelta(days=8)]} if act == "suggest" else {}

    with pytest.raises(services.OtherTimesMeanwhile, match="Sunday 22 March, 12:00") as refused:
        getattr(services, act)(session=session, by=pairing.second, now=noon, seen=seen, **more)

    assert (refused.value.seen, session.options.open().get()) == (there.pk, there)


EVERY_ACT = {
    "propose": lambda pairing, session, by, now: propose(pairing, now, 8, by=by),
    "suggest": lambda pairing, session, by, now: services.suggest(session=session, by=by, options=[now + timedelta(days=8)], now=now),
    "decline": lambda pairing, session, by, now: services.decline(session=session, by=by, now=now),
    "repeat": lambda pairing, session, by, now: services.repeat(session=session, by=by, now=now),
    "change": lambda pairing, session, by, now: services.change(session=session, by=by, place="video", where="", led_by=None, now=now),
    "lead_agree": lambda pairing, session, by, now: services.agree_to_lead(session=session, by=by, now=now),
    "lead_decline": lambda pairing, session, by, now: services.decline_to_lead(session=session, by=by, now=now),
    "cancel": lambda pairing, session, by, now: services.cancel(session=session, by=by, now=now),
}


@pytest.mark.parametrize("act", EVERY_ACT)
def test_nothing_is_done_by_anybody_else_nor_in_a_pairing_that_is_paused(act, pairing, noon):
    session = SessionFactory(pairing=pairing, planned=True, lead_wished_by=pairing.second)
    SessionOptionFactory(session=session)
    stranger = MembershipFactory(program=pairing.program)

    for by in (pairing.coordinator, stranger):
        with pytest.raises(Refused):
            EVERY_ACT[act](pairing, session, by, noon)
    Pairing.objects.update(state=Pairing.State.PAUSED)
    with pytest.raises(Refused):
        EVERY_ACT[act](pairing, session, pairing.first, noon)


# --- two at once ---


@pytest.mark.django_db(transaction=True)
def test_of_a_pick_and_other_times_in_one_second_one_comes_after_the_other(pairing, noon):
    session = propose(pairing, noon)
    option = session.options.get()

    at_once(
        lambda: services.pick(option=option, by=pairing.second, now=noon),
        lambda: services.suggest(session=session, by=pairing.first, options=[noon + timedelta(days=6)], now=noon),
    )

    # Either the pick came first, and the new times are a move that waits; or it came too late, and nothing is agreed.
    session.refresh_from_db()
    assert session.options.open().get().starts_at == noon + timedelta(days=6)
    assert (session.state, session.starts_at) in [("planned", option.starts_at), ("proposed", None)]


@pytest.mark.django_db(transaction=True)
def test_two_suggestions_in_one_second_make_one(pairing, noon):
    answers = at_once(*[partial(propose, pairing, noon, 3, by=half) for half in pairing.halves])

    assert [type(answer) for answer in answers].count(services.SuggestedMeanwhile) == 1
    assert Session.objects.count() == 1
