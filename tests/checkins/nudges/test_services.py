from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from checkins.nudges import services
from matching.endings import services as endings
from matching.pauses import services as pauses
from mentoring.kernel.outbox import delivery
from mentoring.kernel.outbox.models import OutboxMessage
from tests.checkins.meetings import agree, propose
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory, PauseFactory, RoundFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def days(number):
    return NOW - timedelta(days=number)


def pair_that_met(ago, **about):
    pairing = PairingFactory(active=True, activated_at=days(100), **about)
    if ago is not None:
        SessionFactory(pairing=pairing, starts_at=days(ago))
    return pairing


def reminded(pairing, now=NOW):
    services.nudge(now=now)
    owed = OutboxMessage.objects.filter(kind=services.NUDGE, subject=str(pairing.pk)).exclude(state="cancelled")
    return set(owed.values_list("recipient", flat=True))


def both(pairing):
    return {pairing.first.user_id, pairing.second.user_id}


@pytest.mark.parametrize("ago", [28, 60, None], ids=["four weeks ago", "long ago", "never"])
def test_both_get_a_word_where_the_two_have_not_met_for_long(ago):
    pairing = pair_that_met(ago)

    assert reminded(pairing) == both(pairing)


def test_a_program_says_after_how_many_days():
    assert not reminded(pair_that_met(27))
    pairing = pair_that_met(27, program__nudge_after_days=20)
    assert reminded(pairing) == both(pairing)


def test_who_has_just_begun_gets_none():
    assert not reminded(PairingFactory(active=True, activated_at=days(27)))


def test_who_will_meet_gets_none():
    pairing = pair_that_met(40)
    agree(pairing, NOW)

    assert not reminded(pairing)


def test_while_one_of_the_two_can_pick_a_time_they_get_none_and_afterwards_both_do():
    pairing = pair_that_met(40)
    propose(pairing, NOW, 3)

    assert not reminded(pairing)
    assert reminded(pairing, NOW + timedelta(days=4)) == both(pairing)


def test_who_pauses_gets_none():
    assert not reminded(PairingFactory(paused=True, activated_at=days(100)))


def test_after_a_pause_the_days_count_anew():
    pairing = pair_that_met(60)
    PauseFactory(pairing=pairing, paused_at=days(50), gone_on_at=days(10))

    assert not reminded(pairing)
    assert reminded(pairing, NOW + timedelta(days=18)) == both(pairing)


def test_who_is_ending_it_gets_none():
    pairing = pair_that_met(40)
    endings.begin(pairing=pairing, by=pairing.first, now=NOW)

    assert not reminded(pairing)


def test_who_has_left_gets_none():
    pairing = pair_that_met(40)
    pairing.first.left_at = days(1)
    pairing.first.save()

    assert reminded(pairing) == {pairing.second.user_id}


def test_it_is_owed_once_a_month_while_they_do_not_meet():
    pair_that_met(40)

    assert services.nudge(now=NOW) == 2
    assert services.nudge(now=NOW) == 0
    assert services.nudge(now=NOW + timedelta(days=32)) == 2


def test_who_has_just_begun_again_gets_none():
    pairing = pair_that_met(60)
    RoundFactory(pairing=pairing, kind="begin-again", opened_together_at=days(10))

    assert not reminded(pairing)


def test_a_meeting_that_was_planned_can_be_written_down_for_a_week():
    pairing = pair_that_met(40)
    SessionFactory(pairing=pairing, planned=True, starts_at=days(1))

    assert not reminded(pairing)
    assert reminded(pairing, NOW + timedelta(days=7)) == both(pairing)


@pytest.mark.parametrize("stop", [pauses.pause, endings.end])
def test_what_has_not_gone_before_a_pause_or_an_ending_does_not_go(stop):
    pairing = pair_that_met(40)
    services.nudge(now=NOW)

    stop(pairing=pairing, by=pairing.first, now=NOW)

    assert not OutboxMessage.objects.filter(kind=services.NUDGE).open().exists()


def test_it_waits_for_the_afternoon_of_each():
    pairing = pair_that_met(40, first__user__time_zone="Asia/Tokyo", second__user__time_zone="America/Lima")
    # Early in the afternoon in Tokyo, and midnight in Lima.
    now = NOW.replace(hour=5, minute=0, second=0, microsecond=0)
    services.nudge(now=now)

    due = OutboxMessage.objects.filter(kind=services.NUDGE).values_list("recipient", "due_at")
    assert dict(due) == {
        pairing.first.user_id: now.replace(hour=8),
        pairing.second.user_id: now.replace(hour=22),
    }


@pytest.mark.django_db(transaction=True)
def test_one_person_gets_one_whatever_their_number_of_pairings_and_none_once_the_two_have_met():
    pairing = pair_that_met(40)
    met_since = pair_that_met(40)
    another = pair_that_met(50, program=pairing.program, first=pairing.first)
    services.nudge(now=NOW)
    SessionFactory(pairing=met_since, starts_at=days(0))
    OutboxMessage.objects.update(due_at=NOW, available_at=NOW)

    delivery.drain()

    [kept_back] = OutboxMessage.objects.filter(recipient=pairing.first.user, state="pending")
    assert kept_back.available_at >= NOW + timedelta(days=90) > kept_back.expires_at
    told = [address for letter in mail.outbox for address in letter.to]
    assert len(told) == len(set(told)) == 3
    assert {half.user.email for half in (pairing.first, pairing.second, another.second)} == {
        address.partition("<")[2].strip(">") or address for address in told
    }


def test_many_pairs_cost_as_many_queries_as_few(queries_of):
    pair_that_met(40)
    few = queries_of(lambda: services.nudge(now=NOW))
    for _ in range(5):
        pair_that_met(40)

    assert queries_of(lambda: services.nudge(now=NOW)) == few
