from functools import cache

import pytest
from django.urls import get_resolver

from matching.pairings import acts, policies
from matching.pairings.models import Pairing
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

EVERY_ACT = [pytest.param(act, id=act.name) for act in acts.every()]


@cache
def built(state, mentor):
    return PairingFactory.build(**{state: True}, mentor=mentor, first_id=1, second_id=2, first__id=1, second__id=2)


def test_there_are_acts_to_look_at():
    assert {"pairing.accept", "pairing.decline"} <= {act.name for act in acts.every()}


@pytest.mark.parametrize("mentor", Pairing.Mentor.values)
@pytest.mark.parametrize("act", EVERY_ACT)
def test_whatever_one_side_can_do_the_other_can_do(act, mentor):
    """In every state, whoever is the mentor, also where both are."""
    for state in Pairing.State.values:
        pairing = built(state, mentor)

        assert act.is_open_to(pairing.first, pairing) == act.is_open_to(pairing.second, pairing) == (state in act.states)


@pytest.mark.parametrize("act", EVERY_ACT)
def test_an_act_belongs_to_the_two_alone(act):
    for state in act.states:
        pairing = built(state, "second")
        somebody = MembershipFactory.build(id=3, is_coordinator=True, is_admin=True)

        assert not act.is_open_to(somebody, pairing)


@pytest.mark.parametrize("act", EVERY_ACT)
def test_an_act_has_a_page_and_words(act):
    namespace, _, name = act.route.partition(":")
    pages = get_resolver().namespace_dict[namespace][1].reverse_dict

    assert name in pages
    assert str(act.words)


def test_an_act_is_declared_once():
    with pytest.raises(ValueError, match="declared twice"):
        acts.declare(acts.ACCEPT.name, acts.ACCEPT.words, acts.ACCEPT.route)


@pytest.mark.parametrize("mentor", Pairing.Mentor.values)
def test_both_halves_may_answer_an_introduction(mentor):
    pairing = built("proposed", mentor)

    for half in pairing.halves:
        assert policies.may_accept(half, pairing)
        assert policies.may_decline(half, pairing)
