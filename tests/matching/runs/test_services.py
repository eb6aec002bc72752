from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from matching.criteria.models import Criterion
from matching.drafts import by_hand
from matching.pairings.models import Pairing
from matching.runs import reckoning, services, work
from matching.runs.field import Wish
from matching.runs.models import Lock, Proposal, Run
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership
from programs.profiles.models import ProfileAnswer, ProfileQuestion
from tests.at_once import at_once
from tests.factories.matching import ExclusionFactory, LockFactory, PairingFactory, RunFactory
from tests.factories.programs import MembershipFactory
from tests.matching.runs.people import VALUES, coordinator_of_a_program, finished, pairs_of, person
from tests.times import NOON

pytestmark = pytest.mark.django_db
State, LeftOut = Proposal.State, Proposal.LeftOut


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


def started(by, **wish) -> Run:
    return services.start(program=by.program, by=by, wish=Wish(**wish), now=NOON)


# --- to start ---


def test_a_run_puts_together_who_fits_best(by, four):
    assert pairs_of(finished(by)) == {"Amara": "Noor", "Sam": "Wei"}


def test_a_run_without_criteria_is_refused(by, four):
    Criterion.objects.all().delete()
    with pytest.raises(Refused, match="Nothing counts"):
        started(by)


def test_a_run_names_the_question_that_is_gone(by, four):
    Criterion.objects.get().question.__class__.objects.update(retired_at=NOON)
    with pytest.raises(Refused, match="What matters to you"):
        started(by)


def test_a_run_without_mentors_is_refused(by):
    person(by, "Amara", "Family")
    with pytest.raises(Refused, match="Nobody who offers mentoring has a free place"):
        started(by)


def test_a_run_without_anybody_who_looks_for_a_mentor_is_refused(by):
    person(by, "Noor", "Family", mentor=True)
    with pytest.raises(Refused, match="nobody to match"):
        started(by)


def test_more_locks_than_places_are_refused_by_name(by, four):
    amara, sam, noor, _wei = four
    for mentee in (amara, sam):
        LockFactory(program=by.program, mentee=mentee, mentor=noor, by=by)
    with pytest.raises(Refused, match="Noor has 1 free place,"):
        started(by)


def test_a_lock_of_two_who_are_kept_apart_is_refused_without_the_reason(by, four):
    amara, _sam, noor, _wei = four
    LockFactory(program=by.program, mentee=amara, mentor=noor, by=by)
    ExclusionFactory(program=by.program, one=amara, other=noor, private=True)
    with pytest.raises(Refused, match=r"^Amara and Noor are locked together, but cannot be put together\. Take the lock away\.$"):
        started(by)


def test_somebody_locked_on_both_sides_is_refused_by_name(by, four):
    kim = person(by, "Kim", "Humour", both=True)
    LockFactory(program=by.program, mentee=four[0], mentor=kim, by=by)
    LockFactory(program=by.program, mentee=kim, mentor=four[2], by=by)
    with pytest.raises(Refused, match="Kim is locked to one person as who seeks, and to another as who offers"):
        started(by)


def test_a_lock_of_somebody_who_takes_no_part_rests(by, four):
    amara, _sam, noor, _wei = four
    LockFactory(program=by.program, mentee=amara, mentor=noor, by=by)
    PairingFactory(program=by.program, first=MembershipFactory(program=by.program), second=noor, active=True)
    assert pairs_of(finished(by)) == {"Sam": "Wei"}


def test_only_those_who_run_the_program_start_a_run(by, four):
    with pytest.raises(Refused, match="Only those who run"):
        services.start(program=by.program, by=four[0], wish=Wish(), now=NOON)


def test_a_second_run_waits_until_the_first_is_done(by, four):
    started(by)
    with pytest.raises(Refused, match="on its way"):
        started(by)


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_start_at_once_start_one_run():
    by = coordinator_of_a_program()
    person(by, "Amara", "Family")
    person(by, "Noor", "Family", mentor=True)
    results = at_once(*[lambda: started(by)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Refused", "Run"]


def test_who_joins_late_leaves_every_open_pairing_as_it_is(by, four):
    services.release(run=finished(by), by=by, proposals=None, now=NOON)
    before = list(Pairing.objects.order_by("pk").values())
    person(by, "Kim", "Family")
    person(by, "Ada", "Nature", mentor=True)
    assert pairs_of(finished(by)) == {"Kim": "Ada"}
    assert list(Pairing.objects.order_by("pk").values()) == before


def test_where_others_would_be_no_better_the_pairs_of_the_run_before_stay_together(by):
    first, *_others = [person(by, name, "Family") for name in ("Amara", "Kim", "Sam")]
    for name in ("Ada", "Noor", "Wei"):
        person(by, name, "Family", mentor=True)
    run = finished(by)
    mine = run.proposals.get(mentee=first)
    by_hand.trade(proposal=mine, new=run.proposals.exclude(pk=mine.pk).first().mentor, by=by, now=NOON)
    RunFactory(number=99)
    assert pairs_of(finished(by)) == pairs_of(run)


def test_a_lock_is_kept_and_marked(by, four):
    amara, _sam, _noor, wei = four
    LockFactory(program=by.program, mentee=amara, mentor=wei, by=by)
    run = finished(by)
    assert pairs_of(run) == {"Amara": "Wei", "Sam": "Noor"}
    assert run.proposals.get(mentee=amara).state == State.LOCKED


def test_a_never_holds_whoever_of_the_two_would_be_the_mentor(by, four):
    amara, _sam, noor, _wei = four
    ExclusionFactory(program=by.program, one=noor, other=amara, by=by)
    assert pairs_of(finished(by))["Amara"] == "Wei"


def test_whoever_was_declined_is_not_proposed_again(by, four):
    amara, _sam, noor, _wei = four
    PairingFactory(program=by.program, first=amara, second=noor, declined=True)
    assert pairs_of(finished(by))["Amara"] == "Wei"


@pytest.mark.parametrize(("sides", "people"), [(Run.Sides.MENTEES, 3), (Run.Sides.MENTORS, 2)])
def test_who_offers_and_seeks_stands_where_the_coordinator_says(by, four, sides, people):
    person(by, "Kim", "Humour", both=True)
    assert finished(by, sides=sides).people == people


def test_who_would_have_less_than_a_match_must_have_stays_without_one(by, four):
    kim = person(by, "Kim", "Humour")
    person(by, "Ada", "Fairness", mentor=True)
    run = finished(by, minimum=1)
    assert pairs_of(run) == {"Amara": "Noor", "Sam": "Wei"}
    assert run.unmatched.get(membership=kim).found["excluded"]["#minimum"] == 3


@pytest.mark.parametrize(("load_step", "mentors"), [(0, ["Noor", "Noor"]), (30, ["Noor", "Wei"])])
def test_those_who_offer_get_equally_many_people_where_that_costs_less_than_was_said(by, load_step, mentors):
    Criterion.objects.update(need=4)
    for name in ("Amara", "Sam"):
        person(by, name, *VALUES)
    person(by, "Noor", *VALUES, mentor=True, offers_capacity=2)
    person(by, "Wei", *VALUES[:3], mentor=True)
    assert sorted(pairs_of(finished(by, load_step=load_step, fairness=Run.Fairness.NONE)).values()) == mentors


# --- kept ---


def test_a_run_is_repeated_to_the_same_result_although_answers_changed(by, four):
    first = finished(by)
    ProfileAnswer.objects.all().delete()
    again = services.repeat(run=first, by=by, now=NOON)
    jobs.run_next(now=NOON)
    again.refresh_from_db()
    assert (again.fingerprint, again.repeats) == (first.fingerprint, first)
    assert pairs_of(again) == pairs_of(first)


def test_a_run_proves_itself_from_what_it_kept(by, four):
    assert services.check(finished(by)) == []


def test_a_changed_outcome_is_not_proved(by, four):
    run = finished(by)
    Run.objects.filter(pk=run.pk).update(value=run.value + 1)
    run.refresh_from_db()
    assert services.check(run)


def test_changed_inputs_are_noticed(by, four):
    run = finished(by)
    Run.objects.filter(pk=run.pk).update(inputs_hash="1" * 64)
    run.refresh_from_db()
    assert services.check(run) == ["What the run saw is not what it kept."]


def test_a_kept_run_is_proved(by, four):
    with pytest.raises(IntegrityError), transaction.atomic():
        RunFactory(program=by.program, proved_at=None)


def test_a_pair_says_what_it_has_in_common(by, four):
    run = finished(by)
    assert all(run.proposals.values_list("has_anchor", flat=True))
    assert run.proposals.first().parts[0][1:] == [30, 100, False, 3000]


def test_whoever_has_no_match_is_kept_with_the_reason(by, four):
    kim = person(by, "Kim", "Humour")
    alone = finished(by).unmatched.get()
    assert alone.membership in (kim, four[0], four[1])
    assert alone.found["rivals"] == alone.found["places"] + 1


def since(days: int, *people: Membership) -> None:
    """They have waited so many days."""
    Membership.objects.filter(pk__in=[one.pk for one in people]).update(joined_at=NOON - timedelta(days=days))


def test_who_waited_longest_gets_the_only_place_whoever_fits_better(by):
    amara, sam = person(by, "Amara", "Nature"), person(by, "Sam", "Family")
    person(by, "Noor", "Family", mentor=True)
    since(9, amara)
    since(8, sam)
    run = finished(by)
    assert pairs_of(run) == {"Amara": "Noor"}
    assert run.unmatched.get().found["longer"] == 1
    assert services.check(run) == []


def test_a_result_that_passes_somebody_over_is_not_proved(by):
    amara, sam = person(by, "Amara", "Nature"), person(by, "Sam", "Family")
    person(by, "Noor", "Family", mentor=True)
    since(9, amara, sam)
    run = finished(by)
    assert pairs_of(run) == {"Sam": "Noor"}
    inputs, _ = services.result_of(run)
    inputs.waiting[inputs.mentees == amara.pk] -= 86400
    Run.objects.filter(pk=run.pk).update(inputs=inputs.packed(), inputs_hash=inputs.digest())
    run.refresh_from_db()
    assert services.check(run)


# --- forgotten ---


def everything_kept_of(run: Run) -> tuple[object, ...]:
    run.refresh_from_db()
    proposals = tuple(run.proposals.order_by("pk").values_list("parts", "alternatives"))
    return bytes(run.inputs), bytes(run.outcome), proposals, tuple(run.unmatched.values_list("found", flat=True))


def test_until_half_a_year_is_over_nothing_of_a_run_is_forgotten(by, four):
    run = finished(by)
    before = everything_kept_of(run)
    assert services.forget(now=NOON + services.KEPT) == 0
    assert everything_kept_of(run) == before


def test_after_half_a_year_nothing_is_kept_of_what_a_run_saw_but_who_was_put_together(by, four):
    person(by, "Kim", "Humour")
    run = finished(by)
    pairs = pairs_of(run)
    assert services.forget(now=NOON + services.KEPT + timedelta(seconds=1)) == 1
    assert everything_kept_of(run) == (b"", b"", (([], []), ([], [])), ({},))
    assert pairs_of(run) == pairs
    assert services.forget(now=NOON + timedelta(days=999)) == 0


def test_what_was_repeated_is_forgotten_with_what_it_repeats(by, four):
    first = finished(by)
    again = services.repeat(run=first, by=by, now=NOON + timedelta(days=100))
    jobs.run_next(now=NOON)
    assert services.forget(now=NOON + services.KEPT + timedelta(seconds=1)) == 2
    assert everything_kept_of(again)[0] == b""


def test_what_is_forgotten_is_neither_repeated_nor_reckoned_with(by, four):
    run = finished(by)
    services.forget(now=NOON + timedelta(days=999))
    run.refresh_from_db()
    with pytest.raises(Refused, match="keeps nothing"):
        services.repeat(run=run, by=by, now=NOON)
    with pytest.raises(Refused, match="has been forgotten"):
        by_hand.trade_of(run.proposals.first(), four[3], by=by)


def test_what_is_forgotten_before_a_worker_comes_is_not_read_anew(by, four):
    again = services.repeat(run=finished(by), by=by, now=NOON)
    services.forget(now=NOON + timedelta(days=999))
    jobs.run_next(now=NOON)
    assert "has been forgotten" in again.job().failure
    assert not again.proposals.exists()


def test_what_is_forgotten_while_a_worker_is_at_it_is_not_kept(by, four, monkeypatch):
    run = started(by)
    verify = work.solver.verify

    def meanwhile(*arguments):
        services.forget(now=NOON + timedelta(days=999))
        return verify(*arguments)

    monkeypatch.setattr(work.solver, "verify", meanwhile)
    jobs.run_next(now=NOON)
    assert "has been forgotten" in run.job().failure
    assert not run.proposals.exists()


def test_a_forgotten_run_keeps_nothing_of_what_it_saw(by):
    with pytest.raises(IntegrityError), transaction.atomic():
        RunFactory(program=by.program, inputs=b"something", forgotten_at=NOON)


# --- bad input ---


@pytest.mark.parametrize("looked_into", [60, 0])
def test_rules_that_leave_nobody_come_to_no_pair_and_name_the_rule_however_many_there_are(by, monkeypatch, looked_into):
    monkeypatch.setattr(reckoning, "MOST_EXPLAINED", looked_into)
    Criterion.objects.update(kind=Criterion.Kind.MUST_MATCH, weight=0, part="")
    person(by, "Amara", "Nature")
    person(by, "Noor", "Family", mentor=True)
    run = finished(by)
    key = f"c{Criterion.objects.get().pk}"
    assert (run.matched, run.proposals.count(), services.check(run)) == (0, 0, [])
    assert run.unmatched.get().found["only"] == {key: 1}


def test_mentors_without_a_place_are_no_mentors(by):
    person(by, "Amara", "Family")
    person(by, "Noor", "Family", mentor=True, offers_capacity=0)
    with pytest.raises(Refused, match="Nobody who offers mentoring has a free place"):
        started(by)


def test_a_question_that_is_gone_by_the_time_of_the_work_is_named(by, four):
    run = started(by)
    ProfileQuestion.objects.update(retired_at=NOON)
    jobs.run_next(now=NOON)
    assert "What matters to you" in run.job().failure
    assert not run.proposals.exists()


def test_whoever_leaves_before_a_run_is_read_takes_no_part(by, four):
    run = started(by)
    Membership.objects.filter(pk=four[0].pk).update(left_at=NOON)
    jobs.run_next(now=NOON)
    assert pairs_of(run) == {"Sam": "Wei"}


def test_whoever_leaves_while_a_run_is_matched_is_named_when_it_is_released(by, four, monkeypatch):
    run = started(by)
    verify = work.solver.verify

    def meanwhile(*arguments):
        Membership.objects.filter(pk=four[0].pk).update(left_at=NOON)
        return verify(*arguments)

    monkeypatch.setattr(work.solver, "verify", meanwhile)
    jobs.run_next(now=NOON)
    services.release(run=run, by=by, proposals=None, now=NOON)
    assert dict(run.proposals.values_list("mentee__user__name", "left_out")) == {"Amara": LeftOut.LEFT, "Sam": ""}


def test_whoever_is_erased_while_a_run_is_matched_is_in_no_pair_of_it(by, four, monkeypatch):
    run = started(by)
    verify = work.solver.verify

    def meanwhile(*arguments):
        four[0].delete()
        return verify(*arguments)

    monkeypatch.setattr(work.solver, "verify", meanwhile)
    jobs.run_next(now=NOON)
    assert pairs_of(run) == {"Sam": "Wei"}


def test_answers_that_are_missing_or_of_the_wrong_kind_say_nothing(by, four):
    values = [True, "Family", 7, ["Family", 7, None], [["Family"]], {"Family": 1}, ["No such value"], []]
    for number, value in enumerate(values):
        ProfileAnswer.objects.filter(profile__membership=person(by, f"P{number}", "Family")).update(value=value)
    person(by, "Nobody asked")
    person(by, "Many", "Family", mentor=True, offers_capacity=9)
    run = finished(by)
    assert (run.matched, services.check(run)) == (11, [])
    is_unknown = {name: parts[0][3] for name, parts in run.proposals.values_list("mentee__user__name", "parts")}
    assert [is_unknown[f"P{number}"] for number in range(8)] == [True, False, True, False, True, True, False, True]


# --- a worker that dies, a stop ---


def test_a_killed_worker_leaves_what_it_saw_and_nothing_else(by, four, monkeypatch):
    run = started(by)
    monkeypatch.setattr(services, "keep", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        jobs.run_next(now=NOON)
    run.refresh_from_db()
    assert (bool(run.inputs), run.kept_at, run.proposals.count()) == (True, None, 0)


def test_the_next_worker_goes_on_from_what_the_killed_one_saw(by, four, monkeypatch):
    run = started(by)
    with monkeypatch.context() as killed:
        killed.setattr(services, "keep", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            jobs.run_next(now=NOON)
    ProfileAnswer.objects.all().delete()
    jobs.run_next(now=timezone.now() + timedelta(hours=1))
    assert pairs_of(run) == {"Amara": "Noor", "Sam": "Wei"}


def test_a_worker_that_lost_its_job_keeps_nothing(by, four, monkeypatch):
    run = started(by)
    keep = services.keep

    def after_another_took_it_up(**names):
        Job.objects.filter(pk=run.job_id).update(lease_token="00000000-0000-0000-0000-000000000000")
        keep(**names)

    monkeypatch.setattr(services, "keep", after_another_took_it_up)
    jobs.run_next(now=NOON)
    assert not run.proposals.exists()


def test_a_run_that_is_stopped_keeps_nothing(by, four, monkeypatch):
    run = started(by)
    verify = work.solver.verify

    def meanwhile(*arguments):
        jobs.request_stop(run.job(), now=NOON)
        return verify(*arguments)

    monkeypatch.setattr(work.solver, "verify", meanwhile)
    jobs.run_next(now=NOON)
    assert (run.job().state, run.proposals.count()) == (Job.State.STOPPED, 0)


def test_a_result_that_is_not_proved_is_not_kept(by, four, monkeypatch):
    run = started(by)
    monkeypatch.setattr(work.solver, "verify", lambda *_: ["A price is below 0."])
    jobs.run_next(now=NOON)
    assert (run.job().state, run.proposals.count()) == (Job.State.FAILED, 0)


def test_what_contradicts_itself_by_the_time_of_the_work_is_said(by, four):
    run = started(by)
    Criterion.objects.all().delete()
    jobs.run_next(now=NOON)
    assert "Nothing counts" in run.job().failure


# --- to release ---


def test_all_of_a_run_are_asked(by, four):
    run = finished(by)
    services.release(run=run, by=by, proposals=None, now=NOON)
    assert set(run.proposals.values_list("state", flat=True)) == {State.RELEASED}
    assert Pairing.objects.filter(program=by.program, state="proposed").count() == 2
    assert OutboxMessage.objects.filter(kind="pairing-proposed").count() == 4


def test_the_mentor_of_a_proposal_mentors_in_its_pairing(by, four):
    run = finished(by)
    services.release(run=run, by=by, proposals=None, now=NOON)
    for proposal in run.proposals.all():
        assert proposal.pairing.mentor_membership == proposal.mentor


def test_only_the_chosen_are_asked(by, four):
    run = finished(by)
    chosen = run.proposals.get(mentee=four[0])
    services.release(run=run, by=by, proposals=[chosen.pk], now=NOON)
    assert dict(run.proposals.values_list("mentee", "state")) == {four[0].pk: State.RELEASED, four[1].pk: State.DRAFT}


def test_whoever_left_is_left_out_and_the_others_are_asked(by, four):
    run = finished(by)
    Membership.objects.filter(pk=four[0].pk).update(left_at=NOON)
    services.release(run=run, by=by, proposals=None, now=NOON)
    assert dict(run.proposals.values_list("mentee", "left_out")) == {four[0].pk: LeftOut.LEFT, four[1].pk: ""}


def test_whoever_has_no_place_any_more_is_left_out(by, four):
    run = finished(by)
    PairingFactory(program=by.program, first=MembershipFactory(program=by.program), second=four[2], active=True)
    services.release(run=run, by=by, proposals=None, now=NOON)
    assert run.proposals.get(mentor=four[2]).left_out == LeftOut.BUSY


def test_two_who_were_introduced_meanwhile_are_left_out(by, four):
    run = finished(by)
    PairingFactory(program=by.program, first=four[0], second=four[2], declined=True)
    services.release(run=run, by=by, proposals=None, now=NOON)
    assert run.proposals.get(mentee=four[0]).left_out == LeftOut.OPEN


def test_who_said_not_for_me_meanwhile_is_left_out_with_no_more_than_that(by, four):
    run = finished(by)
    ExclusionFactory(program=by.program, one=four[0], other=four[2], private=True)
    services.release(run=run, by=by, proposals=None, now=NOON)
    assert run.proposals.get(mentee=four[0]).get_left_out_display() == "These two cannot be put together."


def test_a_released_lock_is_settled(by, four):
    LockFactory(program=by.program, mentee=four[0], mentor=four[2], by=by)
    services.release(run=finished(by), by=by, proposals=None, now=NOON)
    assert not Lock.objects.exists()


def test_many_are_asked_by_a_worker(by, by_a_worker):
    person(by, "Amara", "Family")
    person(by, "Noor", "Family", mentor=True)
    run = finished(by)
    services.release(run=run, by=by, proposals=None, now=NOON)
    jobs.run_next(now=NOON)
    run.refresh_from_db()
    assert (run.release_job().state, run.proposals.get().state) == (Job.State.DONE, State.RELEASED)


@pytest.fixture
def by_a_worker(monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 0)


def test_while_a_worker_asks_nobody_else_does(by, four, by_a_worker):
    run = finished(by)
    services.release(run=run, by=by, proposals=None, now=NOON)
    with pytest.raises(Refused, match="Somebody is asking the people of this run at this moment"):
        services.release(run=run, by=by, proposals=None, now=NOON)


def test_a_worker_asks_only_the_chosen(by, four, by_a_worker):
    run = finished(by)
    first, last = run.proposals.order_by("pk")
    services.release(run=run, by=by, proposals=[last.pk], now=NOON)
    jobs.run_next(now=NOON)
    assert run.proposals.drafts().get() == first


def test_a_worker_asks_nobody_for_whoever_runs_the_program_no_more(by, four, by_a_worker):
    run = finished(by)
    services.release(run=run, by=by, proposals=None, now=NOON)
    Membership.objects.filter(pk=by.pk).update(is_coordinator=False, is_participant=True)
    jobs.run_next(now=NOON)
    run.refresh_from_db()
    assert "no longer runs the program" in run.release_job().failure
    assert run.proposals.drafts().count() == 2


def test_a_pair_that_was_asked_is_not_asked_again(by, four):
    run = finished(by)
    services.release(run=run, by=by, proposals=None, now=NOON)
    asked = run.proposals.get(mentee=four[0])
    assert services.release_one(proposal=asked.pk, by=by, now=NOON).state == State.RELEASED


def test_nothing_of_a_portion_is_released_when_the_worker_dies_in_it(by, four, by_a_worker, monkeypatch):
    run = finished(by)
    services.release(run=run, by=by, proposals=None, now=NOON)
    monkeypatch.setattr(services.jobs, "advance", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        jobs.run_next(now=NOON)
    assert (run.proposals.drafts().count(), Pairing.objects.filter(program=by.program).count()) == (2, 0)


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_release_at_once_ask_everybody_once():
    by = coordinator_of_a_program()
    person(by, "Amara", "Family")
    person(by, "Noor", "Family", mentor=True)
    run = finished(by)
    other = MembershipFactory(program=by.program, coordinator=True)
    results = at_once(*[lambda who=who: services.release(run=run, by=who, proposals=None, now=NOON) for who in (by, other)])
    assert [type(result) for result in results].count(Refused) == 1
    assert Pairing.objects.filter(program=by.program).count() == 1
