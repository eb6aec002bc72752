import pytest
from django.db import IntegrityError

from checkins.sessions.models import Series, Session, SessionOption
from tests.factories.checkins import SeriesFactory, SessionFactory, SessionOptionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("minutes", [4, 481])
def test_the_database_refuses_a_meeting_shorter_or_longer_than_people_meet(minutes):
    with pytest.raises(IntegrityError, match="lasts_5_to_480_minutes"):
        SessionFactory(minutes=minutes)


def test_the_database_refuses_the_same_meeting_twice():
    there = SessionFactory()

    with pytest.raises(IntegrityError, match="once_at_a_time"):
        SessionFactory(pairing=there.pairing, starts_at=there.starts_at)


def test_staff_count_meetings_and_never_read_what_was_said():
    session = SessionFactory()
    coordinator, admin = session.pairing.coordinator, MembershipFactory(admin=True, program=session.pairing.program)

    for member in (coordinator, admin):
        assert session in Session.objects.visible_to(member)
        assert not Session.objects.readable_by(member).exists()
        assert not Session.objects.readable_in(session.pairing, member).exists()
    assert session in Session.objects.readable_by(session.pairing.second)
    assert session in Session.objects.readable_in(session.pairing, session.pairing.second)
    assert not Session.objects.visible_to(MembershipFactory(program=session.pairing.program)).exists()


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"state": "planned", "starts_at": None, "logged_by": None, "logged_at": None}, "has_a_time_once_agreed"),
        ({"starts_at": None}, "has_a_time_once_agreed"),
        ({"proposed": True, "starts_at": NOON}, "has_a_time_once_agreed"),
        ({"proposed": True, "proposed_by": None}, "has_a_time_once_agreed"),
        ({"logged_by": None}, "held_is_logged_by_somebody"),
        ({"planned": True, "logged_at": NOON}, "held_is_logged_by_somebody"),
        ({"cancelled": True, "closed_at": None}, "closed_at_when_it_did_not_happen"),
        ({"closed_at": NOON}, "closed_at_when_it_did_not_happen"),
        ({"missed": True, "closed_at": None}, "closed_at_when_it_did_not_happen"),
    ],
)
def test_the_database_refuses_a_session_whose_state_is_not_what_its_facts_say(wrong, rule):
    with pytest.raises(IntegrityError, match=rule):
        SessionFactory(**wrong)


def test_the_database_refuses_that_somebody_says_they_led_what_both_led():
    with pytest.raises(IntegrityError, match="who_led_says_so_of_one_held"):
        SessionFactory(led_said_at=NOON)


def test_the_database_refuses_two_open_suggestions_of_one_pair():
    there = SessionFactory(proposed=True)

    with pytest.raises(IntegrityError, match="one_suggestion_a_pairing"):
        SessionFactory(pairing=there.pairing, proposed=True)


@pytest.mark.parametrize(
    ("changes", "rule"), [({"position": 4}, "is_one_of_three"), ({"position": 1}, "one_a_position"), ({"position": 2}, "one_a_time")]
)
def test_the_database_refuses_more_than_three_different_times(changes, rule):
    there = SessionOptionFactory(position=1)

    with pytest.raises(IntegrityError, match=rule):
        SessionOptionFactory(session=there.session, starts_at=there.starts_at if changes["position"] == 2 else NOON, **changes)


def test_times_are_the_pairs_own():
    option = SessionOptionFactory()
    pairing = option.session.pairing

    assert option in SessionOption.objects.visible_to(pairing.second)
    assert not SessionOption.objects.visible_to(pairing.coordinator).exists()


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"times": 1}, "2_to_26_times_or_until_a_day"),
        ({"times": 27}, "2_to_26_times_or_until_a_day"),
        ({"times": None}, "2_to_26_times_or_until_a_day"),
        ({"until": NOON.date()}, "2_to_26_times_or_until_a_day"),
        ({"starts_at": None}, "has_its_times_once_agreed"),
        ({"zone": ""}, "has_its_times_once_agreed"),
        ({"suggested": True, "ended_at": NOON}, "has_its_times_once_agreed"),
    ],
)
def test_the_database_refuses_a_series_that_is_neither_suggested_nor_agreed(wrong, rule):
    with pytest.raises(IntegrityError, match=rule):
        SeriesFactory(**wrong)


def test_the_database_refuses_that_somebody_ended_a_series_at_no_time():
    series = SeriesFactory()

    with pytest.raises(IntegrityError, match="ended_when_by_somebody"):
        Series.objects.update(ended_by=series.pairing.first)


@pytest.mark.parametrize("wrong", [{"recurs_at": NOON}, {"series": True}])
def test_the_database_refuses_a_planned_session_with_half_a_place_in_a_series(wrong):
    pairing = PairingFactory(active=True)
    told = {"series": SeriesFactory(pairing=pairing)} if "series" in wrong else wrong

    with pytest.raises(IntegrityError, match="place_in_a_series_once_agreed"):
        SessionFactory(pairing=pairing, planned=True, **told)


def test_the_database_refuses_one_place_in_a_series_twice():
    series = SeriesFactory()
    SessionFactory(pairing=series.pairing, planned=True, series=series, recurs_at=NOON)

    with pytest.raises(IntegrityError, match="once_a_place_in_a_series"):
        SessionFactory(pairing=series.pairing, series=series, recurs_at=NOON)
