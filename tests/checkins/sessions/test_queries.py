from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

from checkins.sessions import queries
from tests.factories.checkins import SessionFactory, SessionOptionFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory(active=True, first__user__called="Amara", second__user__called="Jonas", second__user__time_zone="Asia/Kolkata")


def panel(pairing, me, now):
    request = RequestFactory().get("/")
    request.membership, request.user = me, AnonymousUser()
    context = {"pairing": pairing, "other": pairing.other_half(me), **queries.on_pair_page(pairing, me, now)}
    return " ".join(render_to_string("checkins/sessions/_now.html", context, request=request).split())


def test_what_is_over_is_asked_about_and_what_comes_first_is_next(pairing, noon):
    over = SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(days=1))
    later = SessionFactory(pairing=pairing, planned=True, starts_at=noon + timedelta(days=5))
    sooner = SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(minutes=10))
    suggested = SessionFactory(pairing=pairing, proposed=True)

    ahead = queries.ahead(pairing, pairing.first, noon)

    assert (list(ahead.asked), list(ahead.planned), ahead.next, ahead.suggested) == ([over], [sooner, later], sooner, suggested)


def test_what_was_never_answered_hides_neither_the_next_one_nor_a_suggestion(pairing, noon):
    for day in range(1, 15):
        SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(days=day))
    later = SessionFactory(pairing=pairing, planned=True, starts_at=noon + timedelta(days=5))
    suggested = SessionFactory(pairing=pairing, proposed=True)

    ahead = queries.ahead(pairing, pairing.first, noon)

    assert (ahead.next, ahead.suggested) == (later, suggested)
    assert [session.starts_at for session in ahead.asked] == sorted(session.starts_at for session in ahead.asked)


def test_the_panel_costs_the_same_however_much_there_is(pairing, noon, queries_of):
    def look():
        panel(pairing, pairing.second, noon)

    session = SessionFactory(pairing=pairing, planned=True)
    SessionOptionFactory(session=session)
    SessionFactory(pairing=pairing)
    assert queries_of(look) == 2

    SessionFactory.create_batch(30, pairing=pairing)
    for days in range(4, 8):
        more = SessionFactory(pairing=pairing, planned=True, starts_at=noon + timedelta(days=days))
        SessionOptionFactory(session=more, starts_at=noon + timedelta(days=20))

    assert queries_of(look) == 2


def test_before_anything_is_planned_it_says_how_to_begin(pairing, noon):
    text = panel(pairing, pairing.first, noon)

    for said in ("Nothing is planned yet", "Suggest a time", "Log a session"):
        assert said in text


def test_the_next_one_is_shown_with_both_consents_and_whose_turn_it_is(pairing, noon):
    SessionFactory(pairing=pairing, planned=True, led_by=pairing.second, where="Library café")

    text = panel(pairing, pairing.first, noon)

    for said in ("You said yes", "Jonas said yes", "Jonas’s turn to lead.", "Library café", "Move or cancel", "Log it once you have met"):
        assert said in text


def test_beside_what_is_planned_another_time_can_be_suggested_while_none_is(pairing, noon):
    SessionFactory(pairing=pairing, planned=True)
    assert "Suggest another time" in panel(pairing, pairing.first, noon)

    SessionOptionFactory(session=SessionFactory(pairing=pairing, proposed=True))

    assert "Suggest another time" not in panel(pairing, pairing.first, noon)


def test_times_wait_for_the_one_who_did_not_suggest_them(pairing, noon):
    SessionOptionFactory(session=SessionFactory(pairing=pairing, proposed=True))

    assert "Pick this time" in panel(pairing, pairing.second, noon)
    assert "Pick this time" not in panel(pairing, pairing.first, noon)


def test_a_pairing_that_is_paused_offers_nothing_to_do(noon):
    pairing = PairingFactory(paused=True)
    SessionFactory(pairing=pairing, planned=True)
    SessionOptionFactory(session=SessionFactory(pairing=pairing, proposed=True))
    SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(days=1))

    text = panel(pairing, pairing.first, noon)

    assert "<form" not in text
    for act in ("Move", "Log", "Suggest", "Did you meet"):
        assert act not in text


@pytest.mark.parametrize(
    ("what", "days", "is_over"), [("planned", 0, True), ("planned", 1, False), ("missed", -1, True), ("cancelled", -1, False)]
)
def test_the_two_were_to_meet_once_the_time_they_agreed_on_has_come(what, days, is_over, pairing, noon):
    SessionFactory(pairing=pairing, starts_at=noon + timedelta(days=days), **{what: True})

    assert queries.were_to_meet(pairing=pairing, now=noon) is is_over
