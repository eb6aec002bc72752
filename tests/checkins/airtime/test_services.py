from datetime import timedelta

import pytest

from checkins.airtime import services
from matching.facts.models import Fact
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory


@pytest.fixture
def session(db, noon):
    return SessionFactory(starts_at=noon - timedelta(days=1))


def say(session, by, now, talked="even", decided="even"):
    return services.say(session=session, by=by, talked=talked, decided=decided, now=now)


def of_the_other(session, half):
    return Answer.objects.visible_to(half).exclude(membership=half)


def test_what_one_says_the_other_sees_once_both_have(session, noon):
    first, second = session.pairing.halves

    say(session, first, noon, talked="me")
    assert not of_the_other(session, second).exists()
    asked = say(session, second, noon, talked="other")

    assert asked.opened_together_at == noon
    assert of_the_other(session, second).get().said == {"talked": "me", "decided": "even"}
    assert of_the_other(session, first).get().said == {"talked": "other", "decided": "even"}


def test_it_can_be_said_anew_until_both_have_and_not_after(session, noon):
    first, second = session.pairing.halves
    say(session, first, noon, talked="me")

    say(session, first, noon, talked="even")
    say(session, second, noon)

    with pytest.raises(Refused, match="You have both said it"):
        say(session, first, noon, talked="me")
    assert Round.objects.get().answers.get(membership=first).said["talked"] == "even"


def test_each_meeting_is_asked_about_on_its_own(session, noon):
    before = SessionFactory(pairing=session.pairing, starts_at=noon - timedelta(days=8))

    for met in (before, session):
        say(met, session.pairing.first, noon)

    assert set(Round.objects.values_list("source_id", flat=True)) == {before.pk, session.pk}


@pytest.mark.django_db
def test_it_is_said_for_two_weeks(noon):
    session = SessionFactory(starts_at=noon - timedelta(days=14))

    say(session, session.pairing.first, noon - timedelta(seconds=1))

    with pytest.raises(Refused, match="two weeks"):
        say(session, session.pairing.second, noon)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["paused", "closed"])
def test_it_is_said_while_the_pairing_goes_on(state, noon):
    session = SessionFactory(pairing=PairingFactory(**{state: True}), starts_at=noon - timedelta(days=1))

    with pytest.raises(Refused):
        say(session, session.pairing.first, noon)


def test_nobody_else_says_it_or_sees_it(session, noon):
    for half in session.pairing.halves:
        say(session, half, noon)

    for other in (session.pairing.coordinator, MembershipFactory(program=session.pairing.program, admin=True)):
        assert not Answer.objects.visible_to(other).exists()
        with pytest.raises(Refused):
            say(session, other, noon)


@pytest.mark.parametrize("wrong", ["", "much", "5"])
def test_nothing_but_the_three_is_taken(session, wrong, noon):
    with pytest.raises(Refused):
        say(session, session.pairing.first, noon, talked=wrong)
    assert not Answer.objects.exists()


def test_it_is_no_fact_and_the_trail_holds_none_of_it(session, noon):
    for half in session.pairing.halves:
        say(session, half, noon, talked="me", decided="me")

    assert not Fact.objects.exists()
    assert {str(event.detail) for event in AuditEvent.objects.filter(verb__startswith="joint.")} == {"{'kind': 'airtime'}"}


@pytest.mark.django_db(transaction=True)
def test_two_who_say_it_at_the_same_moment_open_one_round(noon):
    session = SessionFactory(starts_at=noon - timedelta(days=1))

    at_once(*[lambda half=half: say(type(session).objects.get(pk=session.pk), half, noon) for half in session.pairing.halves])

    assert Round.objects.get().opened_together_at == noon
    assert Pairing.objects.get().state == "active"
