from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError

from checkins.decisions.models import Decision, Place
from tests.factories.checkins import DecisionFactory
from tests.factories.matching import PairingFactory, PauseFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

State = Decision.State


@pytest.mark.parametrize("state", ["standing", "reopened", "over"])
@pytest.mark.parametrize("consent", ["first_agreed_at", "second_agreed_at"])
def test_the_database_refuses_that_it_stands_with_one_consent(consent, state):
    with pytest.raises(IntegrityError, match="stands_on_both_consents"):
        DecisionFactory(**{state: True, consent: None})


@pytest.mark.parametrize("state", [State.OPEN, State.NOT_AGREED, State.WITHDRAWN])
def test_the_database_refuses_that_both_agreed_and_it_does_not_stand(state, noon):
    ended = {} if state == State.OPEN else {"ended_at": noon, "ended_by": MembershipFactory()}
    with pytest.raises(IntegrityError, match="is_not_open_once_both_agreed"):
        DecisionFactory(standing=True, state=state, **ended)


def test_the_database_refuses_a_proposal_to_which_nobody_agrees():
    with pytest.raises(IntegrityError, match="whoever_proposes_agrees"):
        DecisionFactory(first_agreed_at=None)


def test_the_database_refuses_that_something_is_kept_before_both_agreed(noon):
    with pytest.raises(IntegrityError, match="is_kept_once_both_agreed"):
        DecisionFactory(first_kept_on=noon.date())


@pytest.mark.parametrize("wrong", [{"state": State.WITHDRAWN}, {"state": State.NOT_AGREED}])
def test_the_database_refuses_an_end_without_a_time(wrong):
    with pytest.raises(IntegrityError, match="has_ended_at_when_it_ended"):
        DecisionFactory(**wrong)


def test_the_database_refuses_an_end_of_what_is_open(noon):
    with pytest.raises(IntegrityError, match="has_ended_at_when_it_ended"):
        DecisionFactory(ended_at=noon)


def test_the_database_refuses_a_decision_without_words():
    with pytest.raises(IntegrityError, match="says_something"):
        DecisionFactory(text="")


def test_the_database_refuses_two_open_suggestions_in_place_of_one():
    old = DecisionFactory(standing=True)
    DecisionFactory(pairing=old.pairing, in_place_of=old, withdrawn=True)
    DecisionFactory(pairing=old.pairing, in_place_of=old)

    with pytest.raises(IntegrityError, match="one_open_suggestion_in_its_place"):
        DecisionFactory(pairing=old.pairing, in_place_of=old)


def test_the_database_refuses_that_two_stand_in_one_line():
    first = DecisionFactory(standing=True)

    with pytest.raises(IntegrityError, match="one_stands_in_a_line"):
        DecisionFactory(pairing=first.pairing, standing=True, began_with=first)


def test_the_words_are_read_by_the_two_alone():
    decision = DecisionFactory()
    program = decision.pairing.program
    readers = {decision.pairing.first, decision.pairing.second}
    others = {decision.pairing.coordinator, MembershipFactory(admin=True, program=program), MembershipFactory(program=program)}

    assert all(decision in Decision.objects.visible_to(reader) for reader in readers)
    assert not any(Decision.objects.visible_to(other).exists() for other in others)


def test_what_waits_for_me_comes_first_and_what_is_past_last(noon):
    pairing = PairingFactory(active=True)
    for_second = DecisionFactory(pairing=pairing)
    for_first = DecisionFactory(pairing=pairing, proposed_by=pairing.second)
    look_again = DecisionFactory(pairing=pairing, standing=True, look_again_on=noon.date())
    stands = DecisionFactory(pairing=pairing, standing=True)
    past = DecisionFactory(pairing=pairing, withdrawn=True)

    def order(me):
        return list(Decision.objects.visible_to(me).for_list(pairing, me, noon.date()))

    assert order(pairing.first) == [for_first, for_second, look_again, stands, past]
    assert order(pairing.second) == [for_second, for_first, look_again, stands, past]


def test_the_list_asks_again_exactly_about_what_the_decision_itself_asks_about(noon):
    """Every way in which two days and two answers can lie around today."""
    today = noon.date()
    days = [None, today - timedelta(days=2), today - timedelta(days=1), today, today + timedelta(days=1)]
    pairing = PairingFactory(active=True)
    Decision.objects.bulk_create(
        DecisionFactory.build(pairing=pairing, standing=True, try_until=a, look_again_on=b, first_kept_on=c, second_kept_on=d)
        for a, b, c, d in product(days, days, days[:-1], days[:-1])
    )

    listed = list(Decision.objects.visible_to(pairing.first).for_list(pairing, pairing.first, today))

    assert {decision.place for decision in listed} == {Place.LOOK_AGAIN, Place.STANDS}
    for decision in listed:
        assert (decision.asked_again_since(today) is not None) == (decision.place == Place.LOOK_AGAIN), vars(decision)
        if decision.try_has_ended(today):
            assert decision.place == Place.LOOK_AGAIN


@pytest.mark.parametrize(("day", "place"), [("look_again_on", Place.STANDS), ("try_until", Place.LOOK_AGAIN)])
def test_a_change_that_waits_answers_the_day_to_look_again_and_not_the_end_of_a_try(day, place, noon):
    decision = DecisionFactory(standing=True, **{day: noon.date()})
    DecisionFactory(pairing=decision.pairing, in_place_of=decision)

    assert Decision.objects.for_list(decision.pairing, decision.pairing.first, noon.date()).get(pk=decision.pk).place == place


def test_a_try_ends_on_its_day_and_not_before(noon):
    decision = DecisionFactory(standing=True, try_until=noon.date())

    assert decision.stands_on(noon.date() - timedelta(days=1))
    assert not decision.stands_on(noon.date())


def test_a_day_to_look_again_ends_nothing(noon):
    decision = DecisionFactory(standing=True, look_again_on=noon.date())

    assert decision.stands_on(noon.date())
    assert decision.asked_again_since(noon.date()) == noon.date()


def test_what_one_half_keeps_is_kept_by_neither(noon):
    decision = DecisionFactory(standing=True, try_until=noon.date(), first_kept_on=noon.date())

    assert not decision.stands_on(noon.date())
    assert decision.has_kept(decision.pairing.first, noon.date())
    assert not decision.has_kept(decision.pairing.second, noon.date())


def test_days_on_which_the_pairing_rested_are_not_counted(noon):
    pairing = PairingFactory(active=True, program__decisions_reopen_days=3)
    decision, day = DecisionFactory(pairing=pairing, standing=True, proposed_at=noon), timedelta(days=1)
    for began, went_on in ((-9, -2), (-1, 4), (6, 8), (20, 30)):
        PauseFactory(pairing=pairing, paused_at=noon + began * day, gone_on_at=noon + went_on * day)

    # Four days of the pause in which it came to stand, two of the next; when the last one began it was too late.
    assert decision.reopens_until == (noon + (3 + 4 + 2) * day).date()


def test_it_is_reopened_for_as_many_days_as_the_program_says_and_as_long_again_once_kept(noon):
    pairing = PairingFactory(active=True, program__decisions_reopen_days=3, program__time_zone="Pacific/Auckland")
    # The day after in New Zealand.
    decision = DecisionFactory(pairing=pairing, standing=True, proposed_at=noon)
    assert decision.reopens_until == noon.date() + timedelta(days=1 + 3)

    decision.first_kept_on, decision.second_kept_on = noon.date() + timedelta(days=20), noon.date() + timedelta(days=30)
    assert decision.reopens_until == noon.date() + timedelta(days=33)
