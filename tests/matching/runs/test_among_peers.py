"""Runs in a program of equal peers, from the start to the two who are asked."""

import re

import pytest
import time_machine

from matching import solver
from matching.criteria.models import Criterion
from matching.drafts import by_hand
from matching.drafts import services as drafts
from matching.pairings.models import Pairing
from matching.runs import field, services
from matching.runs.field import Wish
from matching.runs.models import Lock, Proposal, Run
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from programs.memberships.models import Membership
from programs.profiles.models import ProfileAnswer, ProfileQuestion
from tests.conftest import signed_in
from tests.factories.matching import ExclusionFactory, LockFactory
from tests.factories.programs import ProfileQuestionFactory
from tests.matching.runs.people import at, coordinator_of_a_program, finished, person, text
from tests.times import NOON

pytestmark = pytest.mark.django_db
State = Proposal.State


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def by():
    return coordinator_of_a_program(kind="reciprocal", staff_need_second_factor=False)


@pytest.fixture
def browser(by):
    return signed_in(by.user)


def peer(by, name, *values, **profile) -> Membership:
    return person(by, name, *values, both=True, **profile)


@pytest.fixture
def four(by):
    """Two who care for family, and two who care for nature."""
    return (peer(by, "Amara", "Family"), peer(by, "Sam", "Nature"), peer(by, "Noor", "Family"), peer(by, "Wei", "Nature"))


def twos_of(run: Run) -> set[frozenset[str]]:
    return {frozenset(two) for two in run.proposals.values_list("mentee__user__name", "mentor__user__name")}


def two(*names: str) -> frozenset[str]:
    return frozenset(names)


def pair_of(run: Run, member: Membership) -> Proposal:
    return run.proposals.half_of(member).get()


# --- the run ---


def test_a_run_puts_two_equal_people_together(by, four):
    run = finished(by)
    assert twos_of(run) == {two("Amara", "Noor"), two("Sam", "Wei")}
    assert (run.kind, run.people, run.matched, run.pairs, run.without_match) == (Run.Kind.PEERS, 4, 4, 2, 0)


def test_who_has_no_room_to_give_or_to_take_is_not_in_the_pool(by, four):
    person(by, "Kim", "Family", mentor=True)
    person(by, "Ada", "Family")
    assert finished(by).people == 4


def test_a_pair_is_as_good_as_each_is_for_the_other(by, four):
    proposal = finished(by).proposals.first()
    assert (proposal.score, proposal.shown, proposal.parts[0][1:]) == (6000, 100, [60, 100, False, 6000])


def test_what_is_not_the_same_for_both_is_said_both_ways(by):
    Criterion.objects.update(kind=Criterion.Kind.OFFERS)
    offers = ProfileQuestionFactory(
        program=by.program, text="What do you know?", kind=ProfileQuestion.Kind.SEVERAL, choices=["Family", "Fairness"]
    )
    Criterion.objects.update(mentor_question=offers)
    seeking = Criterion.objects.get().question
    for name, seeks, knows in (("Amara", "Family", "Fairness"), ("Noor", "Nature", "Family")):
        profile = peer(by, name).profile
        ProfileAnswer.objects.create(profile=profile, question=seeking, value=[seeks])
        ProfileAnswer.objects.create(profile=profile, question=offers, value=[knows])
    said = text(signed_in(by.user).get(at("run", finished(by))))
    assert "For Amara looks for Family, and Noor offers it. Against Noor looks for Nature, which Amara does not offer." in said


def test_fewer_than_two_are_nobody_to_match(by):
    peer(by, "Amara", "Family")
    with pytest.raises(Refused, match="A pair needs two people"):
        services.start(program=by.program, by=by, wish=Wish(), now=NOON)


def test_too_many_for_one_pool_are_refused_with_what_to_do(by, four, monkeypatch):
    monkeypatch.setattr(field, "LARGEST_POOL", 3)
    with pytest.raises(Refused, match=r"4 people have a free place, and a run among equal peers takes 3\. Match one cohort"):
        services.start(program=by.program, by=by, wish=Wish(), now=NOON)


def test_somebody_locked_to_two_people_is_refused_by_name(by, four):
    amara, sam, noor, _wei = four
    LockFactory(program=by.program, mentee=amara, mentor=sam, by=by)
    LockFactory(program=by.program, mentee=noor, mentor=amara, by=by)
    with pytest.raises(Refused, match="Amara is locked to two people"):
        services.start(program=by.program, by=by, wish=Wish(), now=NOON)


def test_a_lock_of_two_who_are_kept_apart_is_refused_by_name(by, four):
    amara, sam, _noor, _wei = four
    LockFactory(program=by.program, mentee=amara, mentor=sam, by=by)
    ExclusionFactory(program=by.program, one=sam, other=amara, private=True)
    with pytest.raises(Refused, match="Amara and Sam are locked together, but cannot be put together"):
        services.start(program=by.program, by=by, wish=Wish(), now=NOON)


def test_locks_and_nevers_hold_whoever_stands_first(by, four):
    amara, sam, noor, _wei = four
    LockFactory(program=by.program, mentee=sam, mentor=amara, by=by)
    assert twos_of(finished(by)) == {two("Amara", "Sam"), two("Noor", "Wei")}
    Lock.objects.all().delete()
    ExclusionFactory(program=by.program, one=noor, other=amara, by=by)
    assert two("Amara", "Noor") not in twos_of(finished(by))


def test_who_joins_late_leaves_every_open_pairing_as_it_is(by, four):
    services.release(run=finished(by), by=by, proposals=None, now=NOON)
    before = list(Pairing.objects.order_by("pk").values())
    peer(by, "Kim", "Family")
    peer(by, "Ada", "Nature")
    assert twos_of(finished(by)) == {two("Kim", "Ada")}
    assert list(Pairing.objects.order_by("pk").values()) == before


def test_a_run_that_is_stopped_keeps_nothing(by, four, monkeypatch):
    run = services.start(program=by.program, by=by, wish=Wish(), now=NOON)
    verify = solver.verify_pool

    def meanwhile(*arguments):
        jobs.request_stop(run.job(), now=NOON)
        return verify(*arguments)

    monkeypatch.setattr(solver, "verify_pool", meanwhile)
    jobs.run_next(now=NOON)
    assert (run.job().state, run.proposals.count()) == (Job.State.STOPPED, 0)


def test_a_repeated_run_comes_to_the_same(by, four):
    first = finished(by)
    ProfileAnswer.objects.all().delete()
    again = services.repeat(run=first, by=by, now=NOON)
    jobs.run_next(now=NOON)
    again.refresh_from_db()
    assert (again.kind, again.fingerprint, twos_of(again)) == (Run.Kind.PEERS, first.fingerprint, twos_of(first))
    assert services.check(again) == []


def test_a_changed_outcome_is_not_proved(by, four):
    run = finished(by)
    Run.objects.filter(pk=run.pk).update(value=run.value + 1)
    run.refresh_from_db()
    assert services.check(run)


def test_both_mentor_in_the_pairing_that_comes_of_it(by, four):
    run = finished(by)
    services.release(run=run, by=by, proposals=None, now=NOON)
    assert {proposal.pairing.mentor for proposal in run.proposals.all()} == {Pairing.Mentor.NOBODY}


# --- what is settled, and what is changed by hand ---


def test_who_is_locked_to_another_now_is_locked_to_nobody_else(by, four):
    amara, sam, noor, _wei = four
    LockFactory(program=by.program, mentee=sam, mentor=noor, by=by)
    run = finished(by)
    Lock.objects.all().delete()
    Proposal.objects.update(state=State.DRAFT)
    LockFactory(program=by.program, mentee=noor, mentor=amara, by=by)
    drafts.lock(proposal=pair_of(run, noor), by=by, now=NOON)
    assert {frozenset(rule) for rule in Lock.objects.values_list("mentee", "mentor")} == {frozenset((sam.pk, noor.pk))}


def test_what_is_settled_is_taken_back_whoever_stands_first(by, four, browser):
    run = finished(by)
    amara, _sam, noor, _wei = four
    pair = pair_of(run, amara)
    LockFactory(program=by.program, mentee=pair.mentor, mentor=pair.mentee, by=by)
    Proposal.objects.filter(pk=pair.pk).update(state=State.LOCKED)
    browser.post(at("run-pair-settle", run, pair.pk), {"undo": "1"})
    assert (pair_of(run, noor).state, Lock.objects.count()) == (State.DRAFT, 0)


def test_two_pairs_change_partners(by, four):
    amara, sam, noor, wei = four
    run = finished(by)
    made = by_hand.trade(proposal=pair_of(run, noor), one=noor, new=wei, by=by, now=NOON)
    assert twos_of(run) == {two("Noor", "Wei"), two("Amara", "Sam")}
    assert (made.old, made.other_one, made.change) == (amara, sam, -200)


def test_however_often_pairs_change_partners_nobody_is_in_two(by, four):
    amara, sam, noor, wei = four
    run = finished(by)
    for one, new in ((amara, sam), (wei, sam), (noor, sam), (amara, noor)):
        by_hand.trade(proposal=pair_of(run, one), one=one, new=new, by=by, now=NOON)
        assert pair_of(run, one) == pair_of(run, new)
        assert len(set(run.proposals.values_list("mentee", flat=True)) | set(run.proposals.values_list("mentor", flat=True))) == 4


def test_who_is_left_by_a_change_is_among_those_without_a_match(by, four, browser):
    kim = peer(by, "Kim", "Family", "Nature")
    run = finished(by)
    alone = run.unmatched.get().membership
    pair = run.proposals.exclude(mentee=alone).first()
    browser.post(at("run-pair-trade", run, pair.pk), {"with": alone.pk, "for": pair.mentee_id})
    assert run.unmatched.get().membership == pair.mentor
    assert "Their pair was changed by hand" in text(browser.get(at("run-nobody", run)))
    assert kim.pk in {person for row in run.proposals.values_list("mentee", "mentor") for person in row}


def test_who_is_not_one_of_the_two_gets_nobody_else(by, four):
    run = finished(by)
    with pytest.raises(Refused, match="not one of the two"):
        by_hand.trade_of(pair_of(run, four[0]), four[1], four[3], by=by)


def test_two_who_are_apart_are_not_put_together_by_hand(by, four):
    ExclusionFactory(program=by.program, one=four[1], other=four[0])
    with pytest.raises(Refused, match="cannot be put together"):
        by_hand.trade_of(pair_of(finished(by), four[0]), four[1], four[0], by=by)


# --- the pages ---


def pages_of(run: Run) -> list[str]:
    pair = run.proposals.first()
    names = ("run", "run-check", "run-nobody", "run-compare", "run-groups")
    trade = at("run-pair-trade", run, pair.pk) + f"?with={run.proposals.last().mentee_id}&for={pair.mentee_id}"
    return [*(at(name, run) for name in names), at("run-pair", run, pair.pk), trade, at("runs"), at("run-start"), at("run-locks")]


def test_no_page_speaks_of_mentors_or_mentees(by, four, browser):
    ProfileQuestionFactory(program=by.program, text="Which year?", kind=ProfileQuestion.Kind.ONE, choices=["1", "2"])
    peer(by, "Kim", "Humour")
    finished(by)
    for page in pages_of(finished(by)):
        response = browser.get(page)
        said = text(response, part="main")
        assert response.status_code == 200
        assert not re.search(r"mentor|mentee", said, re.IGNORECASE), page


def test_what_is_proved_is_said_of_pairs(by, four, browser):
    said = text(browser.post(at("run-check", finished(by))))
    assert "No other pairing has more pairs. Of those with as many, none has a higher total." in said


def test_where_it_is_not_proved_it_is_said_how_near_it_is(by, browser, monkeypatch):
    monkeypatch.setattr(solver.pool, "LARGEST_PROVED", 2)
    for number in range(6):
        peer(by, f"P{number}", "Family" if number % 2 else "Nature")
    run = finished(by)
    near = "No other set of pairs has more pairs. Of those with as many, all together are within 33.4 percent of the best possible."
    assert (run.proved_at, near in text(browser.get(at("run", run)))) == (None, True)
    said = text(browser.post(at("run-check", run)))
    assert "what is said here of them holds" in said
    assert near in said


def test_the_next_best_is_said_of_both(by, four, browser):
    said = text(browser.get(at("run", finished(by))))
    assert "Next best for Amara" in said
    assert "Next best for Noor" in said


def test_somebody_over_of_an_odd_number_is_told_so(by, four, browser):
    peer(by, "Kim", "Humour")
    said = text(browser.get(at("run-nobody", finished(by))))
    assert "An odd number of people takes part, so that one of them stays over." in said
    assert "1 more person would help." in said


def test_a_rule_that_leaves_nobody_is_named_with_what_would_help(by, browser):
    Criterion.objects.update(kind=Criterion.Kind.MUST_MATCH, weight=0, part="")
    peer(by, "Amara", "Nature")
    peer(by, "Noor", "Family")
    said = text(browser.get(at("run-nobody", finished(by))))
    assert "Nobody is possible at present. Without the rule “What matters to you?”, 1 person would be possible." in said
    assert "1 more person who says “Nature” to “What matters to you?” would help." in said


def test_that_one_has_nobody_by_a_private_choice_is_not_told(by, browser):
    amara, noor = peer(by, "Amara", "Family"), peer(by, "Noor", "Family")
    ExclusionFactory(program=by.program, one=amara, other=noor, private=True)
    found = browser.get(at("run-nobody", finished(by))).context["rows"]
    assert [row["sentences"] for row in found] == [["Nobody is possible at present."]] * 2


def test_two_runs_say_who_would_meet_somebody_else(by, four, browser):
    first = finished(by)
    drafts.keep_apart(proposal=pair_of(first, four[0]), by=by, now=NOON)
    said = text(browser.get(at("run-compare", finished(by))))
    assert "For 4 people it is not." in said


def test_a_group_counts_both_of_each_pair(by, browser):
    question = ProfileQuestionFactory(program=by.program, text="Which year?", kind=ProfileQuestion.Kind.ONE, choices=["1", "2"])
    for number in range(6):
        ProfileAnswer.objects.create(profile=peer(by, f"P{number}", "Family").profile, question=question, value="1")
    run = finished(by)
    services.release(run=run, by=by, proposals=list(run.proposals.values_list("pk", flat=True)), now=NOON)
    [group] = browser.get(at("run-groups", run) + f"?question={question.pk}").context["report"].groups
    assert (group.people, group.matched, group.asked) == (6, 6, 6)
