from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from checkins.airtime import queries, services
from checkins.sessions.queries import last_held
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory(active=True, first__user__called="Amara", second__user__called="Jonas")


def met(pairing, noon, days=1):
    return SessionFactory(pairing=pairing, starts_at=noon - timedelta(days=days))


def told(pairing, me, noon):
    return queries.on_pair_page(last_held(pairing, me), me, noon)


def shown(pairing, me, noon):
    found = told(pairing, me, noon)
    return render_to_string("checkins/airtime/_now.html", {"pairing": pairing, "other": pairing.other_half(me), "airtime": found}).strip()


def both_say(session, firsts, seconds, noon):
    for half, said in zip(session.pairing.halves, (firsts, seconds), strict=True):
        services.say(session=session, by=half, talked=said, decided="even", now=noon)


@pytest.mark.parametrize(
    ("firsts", "seconds", "to_the_first", "to_the_second"),
    [
        ("even", "even", "You both say: about even.", "You both say: about even."),
        ("me", "other", "You both say: mostly you.", "You both say: mostly Amara."),
        ("other", "me", "You both say: mostly Jonas.", "You both say: mostly you."),
        ("me", "me", "You say: mostly you. Jonas says: mostly Jonas.", "You say: mostly you. Amara says: mostly Amara."),
        ("even", "other", "You say: about even. Jonas says: mostly you.", "You say: mostly Amara. Amara says: about even."),
    ],
)
def test_both_read_the_same_from_where_they_stand(pairing, noon, firsts, seconds, to_the_first, to_the_second):
    both_say(met(pairing, noon), firsts, seconds, noon)

    assert to_the_first in shown(pairing, pairing.first, noon)
    assert to_the_second in shown(pairing, pairing.second, noon)


def test_to_see_it_differently_is_a_good_thing_to_talk_about(pairing, noon):
    both_say(met(pairing, noon), "me", "me", noon)

    assert "You see it differently: a good thing to talk about." in shown(pairing, pairing.first, noon)


def test_who_has_said_it_waits_and_the_other_sees_no_sign_of_it(pairing, noon):
    session = met(pairing, noon)
    before = shown(pairing, pairing.second, noon)

    services.say(session=session, by=pairing.first, talked="me", decided="me", now=noon)

    assert "once Jonas has said it too" in shown(pairing, pairing.first, noon)

    def plain(page):
        return [line for line in page.splitlines() if 'name="once"' not in line]

    assert plain(shown(pairing, pairing.second, noon)) == plain(before)


def test_it_is_asked_about_the_last_meeting_alone(pairing, noon):
    older, last = met(pairing, noon, days=8), met(pairing, noon)
    both_say(older, "even", "even", noon)

    found = told(pairing, pairing.first, noon)

    assert found.session == last
    assert found.may_say
    assert not found.lines


@pytest.mark.parametrize("days", [14, 90])
def test_nothing_is_asked_about_a_meeting_of_long_ago(pairing, noon, days):
    met(pairing, noon, days=days)

    assert not shown(pairing, pairing.first, noon)


def test_nothing_is_asked_before_the_first_meeting(pairing, noon):
    assert not shown(pairing, pairing.first, noon)


def test_what_both_said_stays_to_see_where_the_pairing_has_stopped_and_nothing_is_asked(pairing, noon):
    session = met(pairing, noon)
    both_say(session, "even", "even", noon)
    pairing.state = "paused"

    assert "You both say" in shown(pairing, pairing.first, noon)
    pairing.rounds.all().delete()
    assert not shown(pairing, pairing.first, noon)


def test_it_costs_one_query_however_many_meetings_there_were(pairing, noon, queries_of):
    for days in range(1, 13):
        both_say(met(pairing, noon, days=days), "even", "even", noon)

    last = last_held(pairing, pairing.first)

    assert queries_of(lambda: queries.on_pair_page(last, pairing.first, noon)) == 1
