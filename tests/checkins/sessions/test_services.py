import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkins.agendas.models import AgendaItem
from checkins.sessions import services
from checkins.sessions.models import Session
from matching.facts.models import Fact
from matching.pairings import services as pairings
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.checkins import AgendaItemFactory, SessionFactory, SessionOptionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def log(pairing, now, by=None, **changes):
    told = {"starts_at": now - timedelta(hours=2), "minutes": 45, **changes}
    return services.log(pairing=pairing, by=by or pairing.first, now=now, **told)


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_half_logs_a_meeting_for_both(half, noon):
    pairing = PairingFactory(active=True)
    by = getattr(pairing, half)

    session = log(pairing, noon, by=by, place=Session.Place.VIDEO, talked_about=" The poster. ")

    assert (session.logged_by, session.place, session.talked_about) == (by, "video", "The poster.")
    assert Fact.objects.get(kind=Fact.Kind.SESSION_LOGGED).by == by


def test_what_was_reached_is_done_and_the_rest_is_carried_over(noon):
    pairing = PairingFactory(active=True)
    reached, left = AgendaItemFactory.create_batch(2, pairing=pairing, raised_at=noon - timedelta(days=3))
    added_later = AgendaItemFactory(pairing=pairing, raised_at=noon - timedelta(minutes=5))

    session = log(pairing, noon, reached=[reached.pk])

    assert list(session.topics.all()) == [reached]
    assert set(AgendaItem.objects.open()) == {left, added_later}
    left.refresh_from_db()
    added_later.refresh_from_db()
    assert left.carried_over_at == session.starts_at
    assert added_later.carried_over_at is None


def test_of_two_meetings_logged_in_the_wrong_order_the_later_carries_over(noon):
    pairing = PairingFactory(active=True)
    left = AgendaItemFactory(pairing=pairing, raised_at=noon - timedelta(days=9))
    later = log(pairing, noon, starts_at=noon - timedelta(days=1))

    log(pairing, noon, starts_at=noon - timedelta(days=8))

    left.refresh_from_db()
    assert left.carried_over_at == later.starts_at


def test_a_topic_of_another_pair_is_left_alone(noon):
    pairing = PairingFactory(active=True)
    foreign = AgendaItemFactory()

    session = log(pairing, noon, reached=[foreign.pk])

    assert not session.topics.exists()
    assert foreign in AgendaItem.objects.open()


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(minutes=44), -timedelta(minutes=44)])
def test_the_same_meeting_is_logged_once_and_the_other_half_is_told_what_is_there(shift, noon):
    pairing = PairingFactory(active=True, first__user__called="Amara")
    there = log(pairing, noon)

    with pytest.raises(
        services.AlreadyLogged, match="Amara has logged this meeting already: Monday 16 March, 10:00, 45 minutes"
    ) as refused:
        log(pairing, noon, by=pairing.second, starts_at=there.starts_at + shift)

    assert refused.value.session == there
    assert Session.objects.count() == 1


def test_two_meetings_may_follow_each_other(noon):
    pairing = PairingFactory(active=True)
    first = log(pairing, noon)

    log(pairing, noon, starts_at=first.ends_at)

    assert Session.objects.count() == 2


def test_a_meeting_that_is_still_to_come_is_not_logged(noon):
    with pytest.raises(Refused, match="has not come yet"):
        log(PairingFactory(active=True), noon, starts_at=noon + timedelta(minutes=1))


@pytest.mark.parametrize("minutes", [0, 4, 481])
def test_a_meeting_lasts_from_five_minutes_to_eight_hours(minutes, noon):
    with pytest.raises(Refused, match="from 5 to 480"):
        log(PairingFactory(active=True), noon, minutes=minutes)


@pytest.mark.parametrize("state", [state for state in Pairing.State if state != Pairing.State.ACTIVE])
def test_meetings_are_logged_while_the_pairing_is_active_only(state, noon):
    with pytest.raises(Refused, match="while it is active"):
        log(PairingFactory(**{state: True}), noon)


def test_nobody_else_logs_for_the_two(noon):
    pairing = PairingFactory(active=True)

    for other in [pairing.coordinator, MembershipFactory(program=pairing.program)]:
        with pytest.raises(Refused):
            log(pairing, noon, by=other)


def test_what_is_for_next_time_becomes_a_topic_when_asked_for(noon):
    pairing = PairingFactory(active=True)

    log(pairing, noon, by=pairing.second, next_time="The interview", next_time_on_agenda=True)

    item = AgendaItem.objects.open().get()
    assert (item.text, item.author, item.carried_over_at) == ("The interview", pairing.second, None)


def test_what_is_for_next_time_is_only_a_note_otherwise(noon):
    log(PairingFactory(active=True), noon, next_time="The interview")

    assert not AgendaItem.objects.exists()


def test_whoever_registered_hears_of_a_meeting_that_was_held(noon, monkeypatch):
    heard = []
    monkeypatch.setattr(services, "_when_held", [])
    services.when_held(lambda *, session, now: heard.append((session, now)))

    session = log(PairingFactory(active=True), noon)

    assert heard == [(session, noon)]


# --- times, until both have agreed on one ---


@pytest.fixture
def pairing():
    return PairingFactory(active=True, first__user__time_zone="Europe/London", second__user__time_zone="America/New_York")


def propose(pairing, now, *days, by=None, **changes):
    options = [now + timedelta(days=day) for day in days or (3,)]
    told = {"options": options, "minutes": 45, "where": "Library café", **changes}
    return services.propose(pairing=pairing, by=by or pairing.first, now=now, **told)


def agree(pairing, now, day=3, by=None):
    session = propose(pairing, now, day, by=by)
    other = pairing.other_half(session.proposed_by)
    return services.pick(option=session.options.open().get(), by=other, now=now)


def facts_of(kind):
    return list(Fact.objects.counted().filter(kind=kind).order_by("pk").values_list("by", flat=True))


def owed(kind, **changes):
    return OutboxMessage.objects.filter(kind=kind, **changes)


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
        services.miss(session=session, by=pairing.first, absent="both", now=began - timedelta(minutes=1))
    services.miss(session=session, by=pairing.first, absent="both", now=began)


@pytest.mark.parametrize(("absent", "sides"), [("first", ["first"]), ("second", []), ("both", ["first"])])
def test_that_somebody_could_not_make_it_is_a_fact_only_where_they_say_so_themselves(absent, sides, pairing, noon):
    session = agree(pairing, noon)

    services.miss(session=session, by=pairing.first, absent=absent, now=session.starts_at)

    session.refresh_from_db()
    assert (session.state, session.absent, session.closed_by) == ("missed", absent, pairing.first)
    assert facts_of(Fact.Kind.SESSION_MISSED) == [getattr(pairing, side).pk for side in sides]


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


def test_who_led_is_a_fact_and_what_both_led_is_none(pairing, noon):
    log(pairing, noon, led_by=pairing.second)
    log(pairing, noon, starts_at=noon - timedelta(days=2), led_by=None)

    assert facts_of(Fact.Kind.SESSION_LED) == [pairing.second.pk]


# --- what became of it ---


def test_logging_the_planned_one_makes_it_held(pairing, noon):
    planned = agree(pairing, noon)
    after = planned.ends_at

    session = log(pairing, after, by=pairing.second, session=planned, starts_at=planned.starts_at, minutes=60)

    assert (session.pk, session.state, session.minutes, session.logged_by) == (planned.pk, "held", 60, pairing.second)
    assert Session.objects.count() == 1


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(minutes=-100), timedelta(minutes=100)])
def test_a_meeting_logged_at_about_the_planned_time_is_the_planned_one(shift, pairing, noon):
    planned = SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(hours=3))

    session = log(pairing, noon, starts_at=planned.starts_at + shift, minutes=20)

    assert session.pk == planned.pk


def test_a_meeting_of_which_one_said_that_it_did_not_happen_may_be_logged_after_all(pairing, noon):
    session = agree(pairing, noon)
    services.miss(session=session, by=pairing.first, absent="second", now=session.ends_at)

    held = log(pairing, session.ends_at, by=pairing.second, session=session, starts_at=session.starts_at)

    assert (held.state, held.absent, held.closed_by) == ("held", "", None)
    assert not facts_of(Fact.Kind.SESSION_MISSED)


def test_a_planned_one_that_is_still_to_come_is_not_logged(pairing, noon):
    session = agree(pairing, noon)

    with pytest.raises(Refused, match="still to come"):
        log(pairing, noon, session=session)


def test_a_meeting_of_the_same_day_that_the_other_logged_is_asked_about(pairing, noon):
    there = log(pairing, noon, by=pairing.first, minutes=15)
    near = {"starts_at": there.starts_at + timedelta(minutes=90), "minutes": 15}

    with pytest.raises(services.AlreadyLogged) as refused:
        log(pairing, noon, by=pairing.second, **near)
    assert (refused.value.session, refused.value.overlaps) == (there, False)

    log(pairing, noon, by=pairing.second, is_another=True, **near)
    assert Session.objects.held().count() == 2


def test_one_and_the_same_person_may_log_two_meetings_of_a_day(pairing, noon):
    there = log(pairing, noon, minutes=15)

    log(pairing, noon, starts_at=there.starts_at + timedelta(minutes=90), minutes=15)

    assert Session.objects.held().count() == 2


def test_what_overlaps_is_no_other_meeting_whatever_they_say(pairing, noon):
    log(pairing, noon)

    with pytest.raises(services.AlreadyLogged) as refused:
        log(pairing, noon, by=pairing.second, is_another=True)

    assert refused.value.overlaps


def test_each_half_has_their_own_words_and_changes_only_those(pairing, noon):
    session = log(pairing, noon, talked_about="The poster")
    remember = partial(services.remember, session=session, now=noon)

    remember(by=pairing.second, words="The talk", is_different=True)
    remember(by=pairing.first, words="And the talk")
    remember(by=pairing.second, words="Mostly the talk", is_different=True, seen_at=noon)

    session.refresh_from_db()
    assert session.talked_about == "The poster"
    assert {account.author: account.words for account in session.accounts.all()} == {
        pairing.first: "And the talk",
        pairing.second: "Mostly the talk",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"words": "  "}, "Write a few words"),
        ({"words": "x" * 10_001}, "at most 10000"),
        ({"words": "x", "minutes": 481}, "from 5 to 480"),
        ({"words": "x", "starts_at": "later"}, "has not come yet"),
    ],
)
def test_words_that_say_nothing_or_too_much_are_refused(changes, said, pairing, noon):
    session = log(pairing, noon)
    if "starts_at" in changes:
        changes = {**changes, "starts_at": noon + timedelta(minutes=1)}

    with pytest.raises(Refused, match=said):
        services.remember(session=session, by=pairing.second, now=noon, **changes)


def test_another_time_counts_when_the_other_agrees_and_only_then(pairing, noon):
    session = log(pairing, noon, minutes=45)
    earlier = session.starts_at - timedelta(hours=1)
    account = services.remember(session=session, by=pairing.second, words="Earlier", starts_at=earlier, minutes=45, now=noon)
    session.refresh_from_db()
    assert session.starts_at != earlier

    with pytest.raises(Refused, match="the other half"):
        services.correct(account=account, by=pairing.second, now=noon)
    services.correct(account=account, by=pairing.first, now=noon)

    session.refresh_from_db()
    account.refresh_from_db()
    assert (session.starts_at, session.minutes, account.has_change) == (earlier, 45, False)


def test_a_correction_does_not_put_a_meeting_on_top_of_another(pairing, noon):
    there = log(pairing, noon, starts_at=noon - timedelta(hours=5))
    session = log(pairing, noon)
    account = services.remember(session=session, by=pairing.second, words="x", starts_at=there.starts_at, now=noon)

    with pytest.raises(Refused, match="have a meeting at that time"):
        services.correct(account=account, by=pairing.first, now=noon)


def test_what_one_half_typed_to_log_again_goes_after_their_own_words_and_takes_nothing_back(pairing, noon):
    session = log(pairing, noon)
    services.remember(session=session, by=pairing.second, words="The talk", is_different=True, minutes=90, now=noon)

    services.join_log(session=session, by=pairing.second, words=" And the poster ", starts_at=session.starts_at, minutes=45, now=noon)

    account = session.accounts.get()
    assert (account.words, account.is_different, account.minutes) == ("The talk\n\nAnd the poster", True, 90)


def test_what_is_ticked_for_the_agenda_gets_there_when_the_meeting_was_logged_already(pairing, noon):
    session = log(pairing, noon)

    services.join_log(session=session, by=pairing.second, words="", for_agenda="The interview", now=noon)

    assert [(item.text, item.author) for item in AgendaItem.objects.open()] == [("The interview", pairing.second)]


def test_joining_a_log_with_nothing_to_add_changes_nothing(pairing, noon):
    session = log(pairing, noon)

    services.join_log(session=session, by=pairing.second, words="", starts_at=session.starts_at, minutes=session.minutes, now=noon)

    assert not session.accounts.exists()


def test_words_that_were_saved_in_another_window_are_not_written_over(pairing, noon):
    session = log(pairing, noon)
    first = services.remember(session=session, by=pairing.second, words="The talk", now=noon)

    with pytest.raises(services.SavedMeanwhile) as refused:
        services.remember(session=session, by=pairing.second, words="The poster", now=noon)

    assert refused.value.account == first
    assert session.accounts.get().words == "The talk"


def test_logging_one_meeting_leaves_another_planned_one_still_to_come(pairing, noon):
    planned = SessionFactory(pairing=pairing, planned=True, starts_at=noon + timedelta(hours=1))

    log(pairing, noon, starts_at=noon - timedelta(minutes=45))

    planned.refresh_from_db()
    assert planned.state == "planned"


def test_another_meeting_than_the_planned_one_near_to_it_is_logged_beside_it(pairing, noon):
    planned = SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(hours=3))

    session = log(pairing, noon, starts_at=noon - timedelta(hours=2), is_another=True)

    assert session.pk != planned.pk


def test_a_meeting_of_the_time_of_a_missed_one_is_that_one_after_all(pairing, noon):
    missed = agree(pairing, noon)
    services.miss(session=missed, by=pairing.first, absent="first", now=missed.ends_at)

    held = log(pairing, missed.ends_at, by=pairing.second, starts_at=missed.starts_at + timedelta(minutes=5))

    assert held.pk == missed.pk
    assert not facts_of(Fact.Kind.SESSION_MISSED)


def test_a_meeting_of_more_than_a_year_ago_is_not_logged(pairing, noon):
    with pytest.raises(Refused, match="more than a year ago"):
        log(pairing, noon, starts_at=noon - timedelta(days=367))


OVERTAKEN = {
    "moved": lambda session, now: move(session, now),
    "changed": lambda session, now: services.change(
        session=session, by=session.pairing.first, place="video", where="", led_by=None, now=now
    ),
    "cancelled": lambda session, now: services.cancel(session=session, by=session.pairing.first, now=now),
    "missed": lambda session, now: services.miss(session=session, by=session.pairing.first, absent="first", now=session.ends_at),
    "logged": lambda session, now: log(session.pairing, session.ends_at, session=session, starts_at=session.starts_at),
}


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


def test_a_version_that_was_changed_after_it_was_seen_is_not_agreed_to(pairing, noon):
    session = log(pairing, noon, minutes=45)
    account = services.remember(session=session, by=pairing.second, words="", minutes=60, now=noon)
    later = noon + timedelta(minutes=1)
    services.remember(session=session, by=pairing.second, words="", minutes=90, seen_at=noon, now=later)

    with pytest.raises(Refused, match="changed meanwhile"):
        services.correct(account=account, by=pairing.first, now=later, seen_at=noon)

    session.refresh_from_db()
    assert session.minutes == 45


EVERY_ACT = {
    "propose": lambda pairing, session, by, now: propose(pairing, now, 8, by=by),
    "suggest": lambda pairing, session, by, now: services.suggest(session=session, by=by, options=[now + timedelta(days=8)], now=now),
    "decline": lambda pairing, session, by, now: services.decline(session=session, by=by, now=now),
    "repeat": lambda pairing, session, by, now: services.repeat(session=session, by=by, now=now),
    "change": lambda pairing, session, by, now: services.change(session=session, by=by, place="video", where="", led_by=None, now=now),
    "cancel": lambda pairing, session, by, now: services.cancel(session=session, by=by, now=now),
    "miss": lambda pairing, session, by, now: services.miss(session=session, by=by, absent="both", now=session.starts_at),
    "remember": lambda pairing, session, by, now: services.remember(session=session, by=by, words="x", now=now),
}


@pytest.mark.parametrize("act", EVERY_ACT)
def test_nothing_is_done_by_anybody_else_nor_in_a_pairing_that_is_paused(act, pairing, noon):
    session = SessionFactory(pairing=pairing, **({} if act == "remember" else {"planned": True}))
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

    assert sorted(type(answer) for answer in answers if isinstance(answer, Refused)) == [Refused]
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_log_the_planned_meeting_in_one_second_hold_it_once(pairing, noon):
    planned = SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(hours=2))

    answers = at_once(*[partial(log, pairing, noon, by=half, session=planned, starts_at=planned.starts_at) for half in pairing.halves])

    assert [type(answer) for answer in answers].count(services.AlreadyLogged) == 1
    assert facts_of(Fact.Kind.SESSION_LOGGED) == [Session.objects.get().logged_by_id]
