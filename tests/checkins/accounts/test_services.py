from datetime import timedelta
from functools import partial

import pytest

from checkins.absences import services as absences
from checkins.accounts import services
from checkins.agendas import services as agendas
from checkins.agendas.models import AgendaItem
from checkins.sessions import services as sessions
from checkins.sessions.models import Session
from matching.facts.models import Fact, WeeklyCount
from matching.facts.weeks import week_of
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.checkins.meetings import agree, facts_of
from tests.factories.checkins import AgendaItemFactory, SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory(active=True, first__user__time_zone="Europe/London", second__user__time_zone="America/New_York")


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


def test_who_led_is_a_fact_and_what_both_led_is_none(pairing, noon):
    log(pairing, noon, led_by=pairing.first)
    log(pairing, noon, starts_at=noon - timedelta(days=2), led_by=None)

    assert facts_of(Fact.Kind.SESSION_LED) == [pairing.first.pk]


def test_who_logs_decides_nothing_about_the_other_until_they_say_so_too(pairing, noon):
    session = log(pairing, noon, led_by=pairing.second)
    assert facts_of(Fact.Kind.SESSION_LED) == []

    with pytest.raises(Refused, match="does not say that you led"):
        services.say_led(session=session, by=pairing.first, now=noon)
    services.say_led(session=session, by=pairing.second, now=noon)

    assert facts_of(Fact.Kind.SESSION_LED) == [pairing.second.pk]


def test_whoever_logs_the_same_meeting_says_so_in_their_own_log(pairing, noon):
    session = log(pairing, noon, led_by=pairing.second)

    services.join_log(session=session, by=pairing.second, words="", leader="second", now=noon)

    assert facts_of(Fact.Kind.SESSION_LED) == [pairing.second.pk]
    assert not session.accounts.exists()


@pytest.mark.parametrize(("leader", "led"), [("first", ["first"]), ("second", ["second"]), ("both", [])])
def test_who_led_as_the_other_remembers_it_counts_once_both_agree(leader, led, pairing, noon):
    session = log(pairing, noon, led_by=None if leader == "first" else pairing.first)
    before = facts_of(Fact.Kind.SESSION_LED)

    account = services.remember(session=session, by=pairing.second, words="", leader=leader, place="phone", now=noon)
    assert facts_of(Fact.Kind.SESSION_LED) == before
    services.correct(account=account, by=pairing.first, now=noon)

    session.refresh_from_db()
    assert (session.told.leader, session.place) == (leader, "phone")
    assert facts_of(Fact.Kind.SESSION_LED) == [getattr(pairing, half).pk for half in led]


def test_leading_counts_in_the_week_of_the_meeting_and_moves_with_it(pairing, noon):
    a_month_ago = noon - timedelta(days=30)
    session = log(pairing, noon, starts_at=a_month_ago, led_by=pairing.first)
    led = Fact.objects.counted().filter(kind=Fact.Kind.SESSION_LED)
    assert led.get().happened_at == a_month_ago

    a_week_later = a_month_ago + timedelta(days=7)
    account = services.remember(session=session, by=pairing.second, words="", starts_at=a_week_later, now=noon)
    services.correct(account=account, by=pairing.first, now=noon)

    assert led.get().happened_at == a_week_later
    assert led.get().by == pairing.first


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
    absences.say(session=session, by=pairing.first, absent="first", now=session.ends_at)

    held = log(pairing, session.ends_at, by=pairing.second, session=session, starts_at=session.starts_at)

    assert (held.state, held.closed_by) == ("held", None)
    assert held.absences.count() == 1
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
    assert (session.starts_at, session.minutes, account.waits) == (earlier, 45, False)


def test_both_versions_stay_when_the_two_agree(pairing, noon):
    session = log(pairing, noon, minutes=45, place="video")
    began, earlier = session.starts_at, session.starts_at - timedelta(hours=1)
    account = services.remember(session=session, by=pairing.second, words="Earlier", starts_at=earlier, minutes=45, now=noon)

    services.correct(account=account, by=pairing.first, now=noon)
    services.remember(session=session, by=pairing.second, words="Much earlier", starts_at=earlier, minutes=45, seen_at=noon, now=noon)

    session.refresh_from_db()
    account.refresh_from_db()
    assert session.logged == (began, 45, "video", "both")
    assert (account.told, account.agreed_at, account.words) == ((earlier, None, "", ""), noon, "Much earlier")


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
    absences.say(session=missed, by=pairing.first, absent="first", now=missed.ends_at)

    held = log(pairing, missed.ends_at, by=pairing.second, starts_at=missed.starts_at + timedelta(minutes=5))

    assert held.pk == missed.pk
    assert not facts_of(Fact.Kind.SESSION_MISSED)


def test_a_meeting_of_more_than_a_year_ago_is_not_logged(pairing, noon):
    with pytest.raises(Refused, match="more than a year ago"):
        log(pairing, noon, starts_at=noon - timedelta(days=367))


def test_a_version_that_was_changed_after_it_was_seen_is_not_agreed_to(pairing, noon):
    session = log(pairing, noon, minutes=45)
    account = services.remember(session=session, by=pairing.second, words="", minutes=60, now=noon)
    later = noon + timedelta(minutes=1)
    services.remember(session=session, by=pairing.second, words="", minutes=90, seen_at=noon, now=later)

    with pytest.raises(Refused, match="changed meanwhile"):
        services.correct(account=account, by=pairing.first, now=later, seen_at=noon)

    session.refresh_from_db()
    assert session.minutes == 45


@pytest.mark.django_db(transaction=True)
def test_two_who_log_the_planned_meeting_in_one_second_hold_it_once(pairing, noon):
    planned = SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(hours=2))

    answers = at_once(*[partial(log, pairing, noon, by=half, session=planned, starts_at=planned.starts_at) for half in pairing.halves])

    assert [type(answer) for answer in answers].count(services.AlreadyLogged) == 1
    assert facts_of(Fact.Kind.SESSION_LOGGED) == [Session.objects.get().logged_by_id]


def test_nothing_is_remembered_by_anybody_else_nor_in_a_pairing_that_is_paused(pairing, noon):
    session = SessionFactory(pairing=pairing)
    remember = partial(services.remember, session=session, words="x", now=noon)

    for by in (pairing.coordinator, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused):
            remember(by=by)
    Pairing.objects.update(state=Pairing.State.PAUSED)
    with pytest.raises(Refused):
        remember(by=pairing.first)


# --- put right, just after it was logged ---


def put_right(session, now, by=None, **changes):
    told = {"starts_at": session.starts_at, "minutes": session.minutes, "place": session.place, "led_by": session.led_by}
    told |= {"seen_at": session.log_changed_at, **changes}
    return services.put_right(session=session, by=by or session.logged_by, now=now, **told)


def test_who_logged_a_meeting_puts_it_right(pairing, noon):
    session = log(pairing, noon, talked_about="The poster")

    changed = put_right(session, noon, starts_at=noon - timedelta(hours=5), minutes=60, place="phone", talked_about="The paper")

    changed.refresh_from_db()
    assert (changed.starts_at, changed.minutes, changed.place) == (noon - timedelta(hours=5), 60, "phone")
    assert (changed.talked_about, changed.log_changed_at) == ("The paper", noon)
    assert facts_of(Fact.Kind.SESSION_LOGGED) == [pairing.first.pk]


def test_whoever_registered_hears_anew_of_a_meeting_that_was_on_another_day(noon, monkeypatch):
    heard = []
    monkeypatch.setattr(services, "_when_held", [lambda *, session, now: heard.append((session.starts_at, now))])
    session = log(PairingFactory(active=True), noon)
    heard.clear()
    later = noon + timedelta(minutes=5)

    session = put_right(session, later, starts_at=noon - timedelta(hours=3), talked_about="The paper")
    assert heard == []

    put_right(session, later, starts_at=noon - timedelta(days=8))
    assert heard == [(noon - timedelta(days=8), later)]


def test_only_for_a_quarter_of_an_hour_and_only_by_who_logged_it(pairing, noon):
    session = log(pairing, noon)
    put_right(session, noon + timedelta(minutes=15), minutes=50)
    session.refresh_from_db()

    for by, when in ((pairing.second, noon), (pairing.first, noon + timedelta(minutes=15, seconds=1))):
        with pytest.raises(Refused, match="can’t be changed any more"):
            put_right(session, when, by=by)


def speak_beside(session, half, noon):
    services.remember(session=session, by=half, words="As I saw it", now=noon)


def join(session, half, noon):
    topic = AgendaItemFactory(pairing=session.pairing, raised_at=noon - timedelta(days=1))
    services.join_log(session=session, by=half, words="", reached=[topic.pk], now=noon)


def say_that_one_led(session, half, noon):
    services.say_led(session=session, by=half, now=noon)


def say_it_was_not_reached(session, half, noon):
    agendas.open_again(item=session.topics.get(), by=half, now=noon)


@pytest.mark.parametrize("speak", [speak_beside, join, say_that_one_led, say_it_was_not_reached])
def test_what_the_other_has_said_something_about_stays_as_it_was(speak, pairing, noon):
    topic = AgendaItemFactory(pairing=pairing, author=pairing.second, raised_at=noon - timedelta(days=3))
    session = log(pairing, noon, led_by=pairing.second, reached=[topic.pk])
    speak(session, pairing.second, noon)

    with pytest.raises(Refused, match="can’t be changed any more"):
        put_right(session, noon, minutes=90)


def test_what_the_other_has_agreed_to_stays_as_well(pairing, noon):
    session = log(pairing, noon)
    account = services.remember(session=session, by=pairing.first, words="Longer", minutes=90, now=noon)
    services.correct(account=account, by=pairing.second, now=noon)
    session.refresh_from_db()

    with pytest.raises(Refused, match="can’t be changed any more"):
        put_right(session, noon, minutes=45)


def test_topics_that_were_not_reached_after_all_are_open_again_and_others_are_reached(pairing, noon):
    stays, wrong, forgotten = AgendaItemFactory.create_batch(3, pairing=pairing, raised_at=noon - timedelta(days=3))
    added_since = AgendaItemFactory(pairing=pairing, raised_at=noon - timedelta(hours=4))
    session = log(pairing, noon, reached=[stays.pk, wrong.pk])
    earlier = noon - timedelta(hours=5)

    put_right(session, noon, reached=[stays.pk, forgotten.pk], starts_at=earlier)

    assert set(session.topics.all()) == {stays, forgotten}
    assert set(AgendaItem.objects.open()) == {wrong, added_since}
    assert set(AgendaItem.objects.talked_about().values_list("discussed_at", flat=True)) == {earlier}
    for item, carried_over_at in ((wrong, earlier), (added_since, None)):
        item.refresh_from_db()
        assert item.carried_over_at == carried_over_at


@pytest.fixture
def reached(pairing, noon):
    """A meeting that the first half logged, with a topic of the second."""
    topic = AgendaItemFactory(pairing=pairing, author=pairing.second, raised_at=noon - timedelta(days=3))
    return log(pairing, noon, reached=[topic.pk]), topic


def test_who_takes_a_topic_out_of_a_log_is_named_there(reached, pairing, noon):
    session, topic = reached

    agendas.open_again(item=topic, by=pairing.second, now=noon)

    assert not session.topics.exists()
    assert [(one.topic, one.said_by, one.said_at) for one in session.not_reached.all()] == [(topic, pairing.second, noon)]


def test_what_the_writer_took_out_in_another_window_is_not_put_back_by_a_form_from_before(reached, pairing, noon):
    session, topic = reached
    agendas.open_again(item=topic, by=pairing.first, now=noon)

    with pytest.raises(sessions.ChangedMeanwhile):
        put_right(session, noon, seen_at=None, reached=[topic.pk])

    topic.refresh_from_db()
    assert topic.is_open


def test_who_puts_it_back_knowingly_says_so_no_more(reached, pairing, noon):
    session, topic = reached
    agendas.open_again(item=topic, by=pairing.first, now=noon)

    put_right(session, noon, seen_at=noon, reached=[topic.pk])

    assert list(session.topics.all()) == [topic]
    assert not session.not_reached.exists()


def test_what_the_other_says_was_not_reached_stays_beside_it_when_it_is_reached_after_all(pairing, noon):
    topic = AgendaItemFactory(pairing=pairing, author=pairing.first, raised_at=noon - timedelta(days=3))
    session = log(pairing, noon, reached=[topic.pk])
    agendas.open_again(item=topic, by=pairing.first, now=noon)

    services.join_log(session=session, by=pairing.second, words="", reached=[topic.pk], now=noon)

    assert list(session.topics.all()) == [topic]
    assert session.not_reached.get().said_by == pairing.first


def test_who_led_counts_as_it_stands_there_now(pairing, noon):
    session = log(pairing, noon, led_by=pairing.first)
    session = put_right(session, noon, starts_at=noon - timedelta(days=8))
    assert Fact.objects.counted().get(kind=Fact.Kind.SESSION_LED).happened_at == noon - timedelta(days=8)
    assert list(WeeklyCount.objects.filter(kind=Fact.Kind.SESSION_LED, number__gt=0).values_list("week", flat=True)) == [
        week_of(noon - timedelta(days=8), pairing.program.time_zone)
    ]

    session = put_right(session, noon, led_by=pairing.second)
    assert facts_of(Fact.Kind.SESSION_LED) == []

    services.say_led(session=session, by=pairing.second, now=noon)
    assert facts_of(Fact.Kind.SESSION_LED) == [pairing.second.pk]


def test_it_is_not_moved_onto_another_meeting_or_into_time_to_come(pairing, noon):
    there, session = log(pairing, noon, starts_at=noon - timedelta(days=1)), log(pairing, noon)

    for starts_at, said in ((there.starts_at, "a meeting at that time"), (noon + timedelta(hours=1), "has not come yet")):
        with pytest.raises(Refused, match=said):
            put_right(session, noon, starts_at=starts_at)


def test_what_was_put_right_in_another_window_is_not_written_over(pairing, noon):
    session = log(pairing, noon, talked_about="First")
    put_right(session, noon, talked_about="Second")

    with pytest.raises(sessions.ChangedMeanwhile):
        put_right(session, noon + timedelta(minutes=1), talked_about="Third")


@pytest.mark.django_db(transaction=True)
def test_of_one_who_puts_it_right_and_one_who_speaks_at_once_neither_is_written_over(noon):
    pairing = PairingFactory(active=True)
    session = log(pairing, noon)

    results = at_once(partial(put_right, session, noon, minutes=90), partial(speak_beside, session, pairing.second, noon))

    session.refresh_from_db()
    was_refused = any(isinstance(result, Refused) for result in results)
    assert session.minutes == (45 if was_refused else 90)
    assert session.accounts.count() == 1
