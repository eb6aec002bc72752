from functools import partial

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from matching.criteria import services as criteria
from matching.criteria.models import Exclusion
from matching.drafts import by_hand, services
from matching.pairings import services as pairings
from matching.runs.models import Lock, Proposal
from matching.runs.services import release
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership
from tests.at_once import at_once
from tests.factories.matching import ExclusionFactory, LockFactory, ProposalFactory
from tests.matching.runs.people import coordinator_of_a_program, finished, pairs_of, person
from tests.times import NOON

pytestmark = pytest.mark.django_db
State = Proposal.State


@pytest.fixture
def by():
    return coordinator_of_a_program()


@pytest.fixture
def four(by):
    """Two look for a mentor and two offer it: each mentee shares everything with one of them and nothing with the other."""
    return (
        person(by, "Amara", "Family"),
        person(by, "Sam", "Nature"),
        person(by, "Noor", "Family", mentor=True),
        person(by, "Wei", "Nature", mentor=True),
    )


def test_a_pair_is_locked_for_the_next_run_too(by, four):
    proposal = finished(by).proposals.get(mentee=four[0])
    services.lock(proposal=proposal, by=by, now=NOON)
    proposal.refresh_from_db()
    assert (proposal.state, Lock.objects.get().mentor) == (State.LOCKED, proposal.mentor)


def test_a_pair_that_is_never_to_be_is_no_draft_and_gets_others_in_the_next_run(by, four):
    run = finished(by)
    services.keep_apart(proposal=run.proposals.get(mentee=four[0]), by=by, now=NOON)
    assert run.proposals.drafts().count() == 1
    assert pairs_of(finished(by)) == {"Amara": "Wei", "Sam": "Noor"}


def test_a_lock_is_taken_back_from_the_list_of_locks(by, four):
    proposal = finished(by).proposals.get(mentee=four[0])
    services.lock(proposal=proposal, by=by, now=NOON)
    services.unlock(lock=Lock.objects.get(), by=by, now=NOON)
    proposal.refresh_from_db()
    assert (proposal.state, Lock.objects.count()) == (State.DRAFT, 0)


def test_nothing_is_settled_or_changed_of_a_pair_that_was_asked(by, four):
    run = finished(by)
    release(run=run, by=by, proposals=[run.proposals.get(mentee=four[0]).pk], now=NOON)
    asked = run.proposals.get(mentee=four[0])
    with pytest.raises(Refused, match="asked or left out"):
        services.lock(proposal=asked, by=by, now=NOON)
    person(by, "Kim", "Family", mentor=True)
    with pytest.raises(Refused, match="asked or left out"):
        by_hand.trade(proposal=asked, new=four[3], by=by, now=NOON)


def test_only_those_who_run_the_program_take_a_lock_back(by, four):
    lock = LockFactory(program=by.program, mentee=four[0], mentor=four[2], by=by)
    with pytest.raises(Refused, match="Only those who run"):
        services.unlock(lock=lock, by=four[0], now=NOON)


def test_nobody_settles_a_pair_of_their_own(by):
    proposal = ProposalFactory(run__program=by.program, mentor__program=by.program)
    proposal.mentor.is_coordinator = True
    with pytest.raises(Refused):
        services.lock(proposal=proposal, by=proposal.mentor, now=NOON)


def test_who_is_never_to_be_put_together_is_not_introduced_by_hand_either(by, four):
    services.keep_apart(proposal=finished(by).proposals.get(mentee=four[0]), by=by, now=NOON)
    with pytest.raises(Refused, match="cannot be introduced"):
        pairings.propose(program=by.program, one=four[2], other=four[0], mentor=four[2], by=by, now=NOON)


def test_never_in_one_run_opens_the_lock_that_another_run_shows(by, four):
    first, second = finished(by), finished(by)
    services.lock(proposal=first.proposals.get(mentee=four[0]), by=by, now=NOON)
    services.keep_apart(proposal=second.proposals.get(mentee=four[0]), by=by, now=NOON)
    assert first.proposals.get(mentee=four[0]).state == State.DRAFT
    assert not Lock.objects.exists()


def test_two_who_are_kept_apart_are_not_locked_together(by, four):
    ExclusionFactory(program=by.program, one=four[2], other=four[0])
    proposal = ProposalFactory(run__program=by.program, mentee=four[0], mentor=four[2])
    with pytest.raises(Refused, match="Take that back first"):
        services.lock(proposal=proposal, by=by, now=NOON)


def test_keeping_two_apart_leaves_the_locks_of_others(by, four):
    LockFactory(program=by.program, mentee=four[0], mentor=four[3], by=by)
    services.keep_apart(proposal=ProposalFactory(run__program=by.program, mentee=four[0], mentor=four[2]), by=by, now=NOON)
    assert Lock.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_lock_one_person_in_two_runs_at_once_the_second_lock_holds():
    by = coordinator_of_a_program()
    amara, noor, wei = person(by, "Amara", "Family"), person(by, "Noor", mentor=True), person(by, "Wei", mentor=True)
    drafts = [ProposalFactory(run__program=by.program, mentee=amara, mentor=mentor) for mentor in (noor, wei)]
    at_once(*[lambda draft=draft: services.lock(proposal=draft, by=by, now=NOON) for draft in drafts])
    assert Proposal.objects.filter(state=State.LOCKED).get().mentor == Lock.objects.get().mentor


ACTS = ("never, beside the pair", "undone, beside the pair", "never, in the list", "taken back, in the list", "not for me", "for me again")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ACTS), max_size=8))
@example(["never, beside the pair", "undone, beside the pair"])
def test_there_is_one_list_of_those_who_are_never_together_wherever_it_is_written(by, four, acts):
    """A pair is left out as kept apart where it was said beside it and the program still says so, and nothing else ever says so."""
    Exclusion.objects.all().delete()
    amara, _sam, noor, _wei = four
    proposal = ProposalFactory(run__program=by.program, mentee=amara, mentor=noor)
    of_two = Exclusion.objects.of(amara, noor)
    is_apart, is_left_out, is_private = False, False, False
    for act in acts:
        try:
            match act:
                case "never, beside the pair":
                    services.keep_apart(proposal=proposal, by=by, now=NOON)
                    is_apart, is_left_out = True, True
                case "undone, beside the pair":
                    services.undo(proposal=proposal, by=by, now=NOON)
                    is_apart, is_left_out = is_apart and not is_left_out, False
                case "never, in the list":
                    criteria.exclude(program=by.program, one=noor, other=amara, reason="relative", by=by, now=NOON)
                    is_apart = True
                case "taken back, in the list":
                    for exclusion in of_two.of_program():
                        criteria.take_back(exclusion=exclusion, by=by, now=NOON)
                    is_apart, is_left_out = False, False
                case "not for me":
                    criteria.exclude(program=by.program, one=amara, other=noor, reason="private", by=amara, now=NOON)
                    is_private = True
                case "for me again":
                    for exclusion in of_two.private():
                        criteria.take_back(exclusion=exclusion, by=amara, now=NOON)
                    is_private = False
        except Refused:
            assert act.startswith("never")
            assert is_apart
        proposal.refresh_from_db()
        assert (of_two.of_program().count(), of_two.private().count()) == (is_apart, is_private)
        assert (proposal.state == State.DROPPED, proposal.left_out) == (is_left_out, "")
    assert pairings._kept_apart(amara, noor) == (is_apart or is_private)


@pytest.mark.parametrize("act", [by_hand.trade_of, partial(by_hand.trade, now=NOON)], ids=["seen", "done"])
def test_nobody_trades_a_pair_of_their_own_or_sees_what_it_would_do(by, four, act):
    Membership.objects.filter(pk=four[1].pk).update(is_coordinator=True)
    with pytest.raises(Refused, match="not yours to change"):
        act(proposal=finished(by).proposals.get(mentee=four[0]), new=four[3], by=Membership.objects.get(pk=four[1].pk))


def test_of_those_whom_the_new_one_would_meet_the_pair_trades_that_loses_least(by):
    amara, _sam, _kim = person(by, "Amara", "Family"), person(by, "Sam", "Nature"), person(by, "Kim", "Nature", "Family")
    person(by, "Noor", "Family", mentor=True)
    wei = person(by, "Wei", "Nature", mentor=True, offers_capacity=2)
    made = by_hand.trade_of(finished(by).proposals.get(mentee=amara), wei, by=by)
    assert (made.other_one.user.name, made.change) == ("Kim", -100)


def test_among_the_others_for_a_pair_changed_by_hand_a_full_place_is_not_free(by, four):
    run = finished(by)
    by_hand.trade(proposal=run.proposals.get(mentee=four[0]), new=four[3], by=by, now=NOON)
    [noor] = by_hand.others_of(run.proposals.get(mentee=four[0]), top=5)
    assert (noor[0], noor[3]) == (four[2].pk, False)


def test_two_mentees_change_mentors_where_there_is_no_free_place(by, four):
    run = finished(by)
    proposal = run.proposals.get(mentee=four[0])
    made = by_hand.trade(proposal=proposal, new=four[3], by=by, now=NOON)
    assert pairs_of(run) == {"Amara": "Wei", "Sam": "Noor"}
    assert (made.change, made.weakest) == (-200, 0)
    assert list(run.proposals.values_list("by_hand", "shown")) == [(True, 0), (True, 0)]


def test_a_mentee_goes_to_a_free_place_alone(by, four):
    person(by, "Kim", "Family", "Humour", mentor=True)
    run = finished(by)
    kim = next(name for name in ("Kim", "Noor", "Wei") if name not in pairs_of(run).values())
    mentor = Membership.objects.get(user__name=kim)
    made = by_hand.trade(proposal=run.proposals.get(mentee=four[0]), new=mentor, by=by, now=NOON)
    assert (made.other, pairs_of(run)["Amara"]) == (None, kim)


def test_a_locked_pair_is_not_traded(by, four):
    LockFactory(program=by.program, mentee=four[0], mentor=four[2], by=by)
    with pytest.raises(Refused, match="Take the lock back first"):
        by_hand.trade_of(finished(by).proposals.get(mentee=four[0]), four[3], by=by)


def test_looking_at_a_trade_changes_nothing(by, four):
    run = finished(by)
    by_hand.trade_of(run.proposals.get(mentee=four[0]), four[3], by=by)
    assert pairs_of(run) == {"Amara": "Noor", "Sam": "Wei"}


def test_two_who_are_kept_apart_are_not_put_together_by_hand(by, four):
    ExclusionFactory(program=by.program, one=four[0], other=four[3])
    with pytest.raises(Refused, match="cannot be put together"):
        by_hand.trade_of(finished(by).proposals.get(mentee=four[0]), four[3], by=by)


@pytest.mark.parametrize("one_of_them", [0, 1])
def test_who_is_kept_apart_since_the_run_is_not_put_together_by_hand_nor_by_what_that_brings_about(by, four, one_of_them):
    run = finished(by)
    ExclusionFactory(program=by.program, one=four[one_of_them], other=four[3 - one_of_them])
    with pytest.raises(Refused, match="are kept apart in this program"):
        by_hand.trade_of(run.proposals.get(mentee=four[0]), four[3], by=by)
