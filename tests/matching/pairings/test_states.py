from contextlib import suppress
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from matching.endings import services as endings
from matching.joint import services as joint
from matching.pairings import services, states
from matching.pairings.models import Pairing
from matching.pauses import services as pauses
from matching.stand_ins import services as stand_ins
from mentoring.kernel.errors import Refused
from programs.memberships import services as memberships
from programs.readiness import services as readiness
from tests.factories.matching import PairingFactory, PauseFactory

pytestmark = pytest.mark.django_db
State = Pairing.State
# What a row in each state needs to be one that the database keeps.
NEEDS = {
    "proposed": {"ended_at": None, "activated_at": None},
    "accepted": {"ended_at": None, "activated_at": None},
    "active": {"ended_at": None},
    "paused": {"ended_at": None},
    "closed": {},
    "declined": {"first_accepted_at": None, "second_accepted_at": None, "activated_at": None},
}


@pytest.mark.parametrize("state", State.values)
def test_the_database_lets_a_pairing_go_only_where_an_act_leads(state, noon):
    refused = set()

    for wished in State.values:
        pairing = PairingFactory(**{state: True})
        times = {"first_accepted_at": noon, "second_accepted_at": noon, "activated_at": noon, "ended_at": noon} | NEEDS[wished]
        try:
            with transaction.atomic():
                Pairing.objects.filter(pk=pairing.pk).update(state=wished, **times)
        except IntegrityError as error:
            refused.add((state, wished, str(error).splitlines()[0]))

    steps = {step for step in product([state], State.values) if step[0] != step[1]} - states.steps()
    assert refused == {(*step, "A pairing does not go from {} to {}.".format(*step)) for step in steps}


# --- each thing that can be done, in each state ---


def agree(pairing, now):
    services.accept(pairing=pairing, by=pairing.first, now=now)
    services.accept(pairing=pairing, by=pairing.second, now=now)


def begin_again(pairing, now):
    joint.open_round(pairing=pairing, kind=endings.BEGIN_AGAIN, by=None, now=now)
    for half in pairing.halves:
        endings.say_about_beginning_again(pairing=pairing, by=half, yes=True, now=now)


def be_ready(pairing, now):
    for half in pairing.halves:
        readiness.settle(membership=half, key="profile", now=now)


def go_on(pairing, now):
    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=now)


def stand_in_no_more(pairing, now):
    rests = PairingFactory(program=pairing.program, first=pairing.first, active=True)
    Pairing.objects.filter(pk=pairing.pk).update(stands_in_for=rests)
    stand_ins.end_with(pairing=rests, now=now)


DONE_BY = {
    "agree": agree,
    "start": be_ready,
    "decline": lambda pairing, now: services.decline(pairing=pairing, by=pairing.first, now=now),
    "withdraw": lambda pairing, now: services.withdraw(pairing=pairing, by=pairing.coordinator, now=now),
    "lapse": lambda pairing, now: services.lapse_due(now=now),
    "pause": lambda pairing, now: pauses.pause(pairing=pairing, by=pairing.first, now=now),
    "go on": go_on,
    "end": lambda pairing, now: endings.end(pairing=pairing, by=pairing.first, now=now),
    "begin again": begin_again,
    "undo": lambda pairing, now: endings.undo(pairing=pairing, by=pairing.coordinator, now=now),
    "leave": lambda pairing, now: memberships.leave(membership=pairing.first, by=pairing.coordinator, now=now),
    "stand in no more": stand_in_no_more,
}


def test_every_act_of_the_table_is_tried():
    assert set(DONE_BY) == {move.name for move in states.MOVES}


@pytest.mark.parametrize("move", states.MOVES, ids=lambda move: move.name)
def test_a_service_moves_a_pairing_only_as_the_table_says(move, noon):
    found = {}

    for state in State.values:
        pairing = PauseFactory().pairing if state == "paused" else PairingFactory(**{state: True})
        for half in pairing.halves:
            readiness.require(membership=half, key="profile", now=noon)
        with suppress(Refused):
            DONE_BY[move.name](pairing, noon)
        pairing.refresh_from_db()
        if pairing.state != state:
            found[state] = pairing.state

    assert found == dict(move.leads)
