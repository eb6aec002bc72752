from datetime import timedelta

import pytest

from checkins.agendas.models import AgendaItem
from checkins.sessions import services
from checkins.sessions.models import Session
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from tests.factories.checkins import AgendaItemFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def log(pairing, now, by=None, **changes):
    told = {"started_at": now - timedelta(hours=2), "minutes": 45, **changes}
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
    assert left.carried_over_at == session.started_at
    assert added_later.carried_over_at is None


def test_of_two_meetings_logged_in_the_wrong_order_the_later_carries_over(noon):
    pairing = PairingFactory(active=True)
    left = AgendaItemFactory(pairing=pairing, raised_at=noon - timedelta(days=9))
    later = log(pairing, noon, started_at=noon - timedelta(days=1))

    log(pairing, noon, started_at=noon - timedelta(days=8))

    left.refresh_from_db()
    assert left.carried_over_at == later.started_at


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
        log(pairing, noon, by=pairing.second, started_at=there.started_at + shift)

    assert refused.value.session == there
    assert Session.objects.count() == 1


def test_two_meetings_may_follow_each_other(noon):
    pairing = PairingFactory(active=True)
    first = log(pairing, noon)

    log(pairing, noon, started_at=first.ended_at)

    assert Session.objects.count() == 2


def test_a_meeting_that_is_still_to_come_is_not_logged(noon):
    with pytest.raises(Refused, match="has not come yet"):
        log(PairingFactory(active=True), noon, started_at=noon + timedelta(minutes=1))


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
