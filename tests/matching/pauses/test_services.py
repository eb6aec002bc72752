from datetime import timedelta

import pytest

from matching.pairings.models import Pairing
from matching.pauses import services
from matching.pauses.models import Pause
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.letters import write
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.matching import PairingFactory, PauseFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db
State = Pairing.State


def letters(kind):
    return OutboxMessage.objects.filter(kind=kind)


def texts(kind):
    found = list(letters(kind).order_by("pk"))
    told = kinds.get(kind).context(found)
    return [write(kinds.get(kind).template_of(letter), recipient=letter.recipient, context=told[letter.pk]) for letter in found]


# --- pausing ---


@pytest.mark.parametrize("who", ["first", "second", "proposed_by"])
def test_a_pause_is_the_same_whoever_began_it(who, noon):
    pairing = PairingFactory(active=True, first__user__name="Maya Silva", second__user__name="Jonas Berg")

    paused = services.pause(pairing=pairing, by=getattr(pairing, who), now=noon)

    assert paused.state == State.PAUSED
    assert Pause.objects.values_list("paused_at", "gone_on_at", "first_yes_at", "second_yes_at").get() == (noon, None, None, None)
    first, second = texts("pairing-paused")
    assert first.subject == second.subject
    assert first.text.replace("Maya", "Jonas") == second.text
    assert not {"Maya", "Jonas"}.intersection(first.subject.split())


def test_where_the_other_was_quicker_nothing_more_happens(noon):
    pairing = PairingFactory(active=True)
    services.pause(pairing=pairing, by=pairing.first, now=noon)

    services.pause(pairing=pairing, by=pairing.second, now=noon + timedelta(hours=1))

    assert Pause.objects.get().paused_at == noon
    assert letters("pairing-paused").count() == 2


@pytest.mark.parametrize("state", ["proposed", "accepted", "closed", "declined"])
def test_only_what_is_active_is_paused(state, noon):
    pairing = PairingFactory(**{state: True})

    for somebody in (pairing.first, pairing.proposed_by):
        with pytest.raises(Refused, match="Only a pairing that is active"):
            services.pause(pairing=pairing, by=somebody, now=noon)


def test_nobody_else_pauses_it(noon):
    pairing = PairingFactory(active=True)

    for somebody in (MembershipFactory(program=pairing.program), MembershipFactory(coordinator=True)):
        with pytest.raises(Refused):
            services.pause(pairing=pairing, by=somebody, now=noon)


# --- going on ---


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_it_goes_on_with_the_yes_of_both(order, noon):
    pairing = PauseFactory().pairing
    one, other = (getattr(pairing, side) for side in order)

    assert services.go_on(pairing=pairing, by=one, now=noon).state == State.PAUSED
    assert services.go_on(pairing=pairing, by=other, now=noon + timedelta(days=1)).state == State.ACTIVE

    assert Pause.objects.get().gone_on_at == noon + timedelta(days=1)
    assert letters("pairing-goes-on").count() == 2


def test_one_yes_twice_is_not_two(noon):
    pairing = PauseFactory().pairing

    for _ in range(2):
        services.go_on(pairing=pairing, by=pairing.first, now=noon)

    pairing.refresh_from_db()
    assert pairing.state == State.PAUSED
    assert not letters("pairing-goes-on").exists()


def test_who_runs_the_program_lets_it_go_on(noon):
    pairing = PauseFactory().pairing

    assert services.go_on(pairing=pairing, by=pairing.proposed_by, now=noon).state == State.ACTIVE


def test_a_coordinator_who_is_half_of_it_has_one_yes_like_the_other(noon):
    pairing = PauseFactory(pairing__first__is_coordinator=True, pairing__first__is_admin=True).pairing

    assert services.go_on(pairing=pairing, by=pairing.first, now=noon).state == State.PAUSED


def test_a_yes_can_be_taken_back(noon):
    pairing = PauseFactory(first_yes_at=noon).pairing

    services.take_back(pairing=pairing, by=pairing.first, now=noon)
    services.go_on(pairing=pairing, by=pairing.second, now=noon)

    pairing.refresh_from_db()
    assert pairing.state == State.PAUSED


@pytest.mark.parametrize("act", [services.go_on, services.take_back])
def test_what_has_ended_does_not_go_on(act, noon):
    pairing = PairingFactory(closed=True)

    for somebody in (pairing.first, pairing.proposed_by):
        with pytest.raises(Refused):
            act(pairing=pairing, by=somebody, now=noon)


def test_a_letter_that_is_not_true_any_more_is_taken_back(noon):
    pairing = PairingFactory(active=True)
    services.pause(pairing=pairing, by=pairing.first, now=noon)

    services.go_on(pairing=pairing, by=pairing.proposed_by, now=noon)
    assert set(letters("pairing-paused").values_list("state", flat=True)) == {OutboxMessage.State.CANCELLED}
    services.pause(pairing=pairing, by=pairing.first, now=noon)

    assert letters("pairing-paused").filter(state=OutboxMessage.State.PENDING).count() == 2
    assert set(letters("pairing-goes-on").values_list("state", flat=True)) == {OutboxMessage.State.CANCELLED}


# --- at the same moment, on real connections ---


@pytest.mark.django_db(transaction=True)
def test_both_pausing_at_once_pauses_it_once(noon):
    pairing = PairingFactory(active=True)

    at_once(*(lambda half=half: services.pause(pairing=pairing, by=half, now=noon) for half in pairing.halves * 3))

    assert Pause.objects.count() == 1
    assert AuditEvent.objects.filter(verb="pairing.paused").count() == 1


@pytest.mark.django_db(transaction=True)
def test_both_saying_yes_at_once_lets_it_go_on_once(noon):
    pairing = PauseFactory().pairing

    at_once(*(lambda half=half: services.go_on(pairing=pairing, by=half, now=noon) for half in pairing.halves * 3))

    pairing.refresh_from_db()
    assert pairing.state == State.ACTIVE
    assert AuditEvent.objects.filter(verb="pairing.gone_on").count() == 1
