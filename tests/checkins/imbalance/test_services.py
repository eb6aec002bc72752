import pytest

from checkins.answers.services import give
from checkins.care import services as care
from checkins.care.models import Task
from checkins.imbalance import in_force, services
from checkins.imbalance.models import Baseline, OptOut, QuietReview, Signal, SignalRule
from checkins.imbalance.settings import STREAMS, ProgramBaseline
from matching.endings import services as endings
from matching.pauses import services as pauses
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from programs.memberships.models import Program
from tests.at_once import at_once
from tests.factories.checkins import (
    BaselineFactory,
    CheckInFactory,
    OptOutFactory,
    PatternFactory,
    QuestionFactory,
    QuietReviewFactory,
    SignalFactory,
)
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

LATER = NOON.replace(month=4)
Kind, Verdict, Outcome = Signal.Kind, Signal.Verdict, Signal.Outcome


# --- what becomes of a signal ---


@pytest.fixture
def signal():
    return SignalFactory()


@pytest.fixture
def coordinator(signal):
    return signal.pairing.proposed_by


def close(signal, by, verdict=Verdict.USEFUL, outcome=Outcome.TALKED, now=NOON):
    return services.close(signal=signal, by=by, verdict=verdict, outcome=outcome, now=now)


def test_closing_says_what_came_of_it_and_ends_the_task(signal, coordinator):
    closed = close(signal, coordinator)

    assert (closed.verdict, closed.outcome, closed.closed_at, closed.closed_by) == ("useful", "talked", NOON, coordinator)
    task = Task.objects.get(pk=signal.task_id)
    assert (task.done_at, task.done_by) == (NOON, coordinator)
    assert {event.verb for event in AuditEvent.objects.all()} == {"signal.closed", "task.done"}


def test_all_that_joined_the_task_is_closed_with_it(signal, coordinator):
    other = SignalFactory(pairing=signal.pairing, kind=Kind.TOPICS, task=signal.task)

    close(signal, coordinator)

    other.refresh_from_db()
    assert (other.verdict, other.closed_at) == ("useful", NOON)


def test_what_was_said_of_a_signal_stays(signal, coordinator):
    close(signal, coordinator)

    again = close(signal, coordinator, verdict=Verdict.NOT_USEFUL, now=LATER)

    assert (again.verdict, again.closed_at) == ("useful", NOON)


def test_a_signal_that_closed_by_itself_can_still_be_judged(signal, coordinator):
    care.finish(task=signal.task, by=coordinator, now=NOON)
    signal.refresh_from_db()
    assert (signal.closed_at, signal.verdict) == (NOON, "")

    judged = close(signal, coordinator, now=LATER)

    assert (judged.verdict, judged.closed_at) == ("useful", NOON)


@pytest.mark.parametrize("wrong", [{"verdict": ""}, {"verdict": "great"}, {"outcome": ""}, {"outcome": "x"}])
def test_closing_needs_a_verdict_and_an_outcome_that_there_are(signal, coordinator, wrong):
    with pytest.raises(Refused):
        close(signal, coordinator, **wrong)

    assert Signal.objects.open().exists()


@pytest.mark.parametrize("who", ["half", "half who is staff", "neighbour", "outside", "by the rule"])
def test_nobody_closes_what_they_may_not_see(who):
    signal = SignalFactory(for_admins=True)
    program = signal.pairing.program
    if who == "half who is staff":
        signal.pairing.second.is_admin = True
        signal.pairing.second.save()
    by = {
        "half": lambda: signal.pairing.first,
        "half who is staff": lambda: signal.pairing.second,
        "neighbour": lambda: MembershipFactory(program=program),
        "outside": lambda: MembershipFactory(admin=True),
        "by the rule": lambda: MembershipFactory(program=program, coordinator=True),
    }[who]()

    with pytest.raises(Refused):
        close(signal, by)


def test_the_end_of_a_pairing_closes_everything(signal, coordinator):
    silence = SignalFactory(pairing=signal.pairing, kind=Kind.SILENCE)
    gap = SignalFactory(pairing=signal.pairing, kind=Kind.GAP)

    endings.end(pairing=signal.pairing, by=coordinator, now=NOON)

    assert not Signal.objects.open().exists()
    assert not Task.objects.open().exists()
    for one in (signal, silence, gap):
        one.refresh_from_db()
        assert (one.outcome, one.closed_by, one.verdict) == ("ended", None, "")


def test_a_pause_keeps_what_was_found(signal):
    pauses.pause(pairing=signal.pairing, by=signal.pairing.first, now=NOON)

    assert Signal.objects.open().exists()
    assert Task.objects.open().exists()


def test_an_answer_that_comes_after_all_closes_the_silence_alone(signal):
    silence = SignalFactory(pairing=signal.pairing, kind=Kind.SILENCE)
    check_in = CheckInFactory(pairing=signal.pairing)
    question = QuestionFactory(plan=check_in.plan)

    give(check_in=check_in, by=signal.pairing.first, answers={question: 4}, now=NOON)

    assert list(Signal.objects.open()) == [signal]
    silence.refresh_from_db()
    assert (silence.closed_at, silence.closed_by, silence.task.done_at) == (NOON, None, NOON)


@pytest.mark.parametrize("act", ["answer", "pause", "end"])
def test_the_two_cannot_tell_from_the_work_that_something_was_found(act, queries_of):
    with_signal, without = PairingFactory(active=True), PairingFactory(active=True)
    for kind in (Kind.SILENCE, Kind.TOGETHER, Kind.GAP):
        SignalFactory(pairing=with_signal, kind=kind)

    def answer(pairing):
        check_in = CheckInFactory(pairing=pairing)
        question = QuestionFactory(plan=check_in.plan)
        return lambda: give(check_in=check_in, by=pairing.first, answers={question: 4}, now=NOON)

    acts = {
        "answer": answer,
        "pause": lambda pairing: lambda: pauses.pause(pairing=pairing, by=pairing.first, now=NOON),
        "end": lambda pairing: lambda: endings.end(pairing=pairing, by=pairing.first, now=NOON),
    }
    assert queries_of(acts[act](with_signal)) == queries_of(acts[act](without))


# --- what is usual ---


@pytest.fixture
def program():
    return ProgramFactory()


@pytest.fixture
def staff(program):
    return MembershipFactory(program=program, coordinator=True)


def outsiders(program):
    return [MembershipFactory(program=program), MembershipFactory(program=program, deputy=True), MembershipFactory(admin=True)]


def test_an_offer_that_is_put_in_force_counts_from_then_on(program, staff):
    BaselineFactory(program=program)
    offered = BaselineFactory(program=program, offered=True, values=in_force.values_of(ProgramBaseline(memory=0.5)))
    assert in_force.measure_of(program).baseline.memory == 0.25

    services.put_in_force(baseline=offered, by=staff, now=NOON)

    assert in_force.measure_of(program).baseline.memory == 0.5
    assert AuditEvent.objects.get().verb == "baseline.put_in_force"


def test_an_offer_that_is_set_aside_changes_nothing(program, staff):
    offered = BaselineFactory(program=program, offered=True)

    services.set_aside(baseline=offered, by=staff, now=NOON)

    assert in_force.baseline_in_force(program) is None
    assert not Baseline.objects.offered().exists()


def test_what_was_decided_is_decided_once(program, staff):
    offered = BaselineFactory(program=program, offered=True)
    services.set_aside(baseline=offered, by=staff, now=NOON)

    assert services.set_aside(baseline=offered, by=staff, now=LATER).set_aside_at == NOON
    with pytest.raises(Refused, match="decided in the meantime"):
        services.put_in_force(baseline=offered, by=staff, now=LATER)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_differently_at_once_one_does(program, staff):
    offered = BaselineFactory(program=program, offered=True)

    done = at_once(
        lambda: services.put_in_force(baseline=offered, by=staff, now=NOON),
        lambda: services.set_aside(baseline=offered, by=staff, now=NOON),
    )

    assert sum(isinstance(each, Refused) for each in done) == 1


def test_only_those_who_run_the_program_decide_what_is_usual_and_how_careful_it_is(program):
    offered = BaselineFactory(program=program, offered=True)

    for by in outsiders(program):
        for act in (
            lambda by=by: services.put_in_force(baseline=offered, by=by, now=NOON),
            lambda by=by: services.set_aside(baseline=offered, by=by, now=NOON),
            lambda by=by: services.choose_preset(program=program, by=by, preset="careful", now=NOON),
            lambda by=by: services.type_shares(program=program, by=by, shares=SHARES, now=NOON),
        ):
            with pytest.raises(Refused, match="Coordinators and admins"):
                act()


SHARES = {"topics": 0.04, "decisions": 0.48, "scheduling": 0.10}


def test_usual_shares_can_be_typed_when_a_program_starts_and_stay_provisional(program, staff):
    services.type_shares(program=program, by=staff, shares=SHARES, now=NOON)

    measure = in_force.measure_of(program)
    topics, acts = STREAMS.index("topics"), STREAMS.index("acts")
    assert measure.baseline.mean[:, topics].tolist() == [0.04, 0.96]
    assert measure.baseline.mean[0, acts] == pytest.approx((2 * 0.04 + 0.48 + 0.10) / 4)
    assert measure.stated_rate(Kind.TOPICS, is_reciprocal=False) is None


@pytest.mark.parametrize("share", [0, 1, -3, float("nan")])
def test_a_share_that_cannot_be_is_refused(program, staff, share):
    with pytest.raises(Refused, match="between 1 and 99"):
        services.type_shares(program=program, by=staff, shares=SHARES | {"topics": share}, now=NOON)


def test_what_was_learned_is_not_replaced_by_what_is_typed(program, staff):
    BaselineFactory(program=program)

    with pytest.raises(Refused, match="learned"):
        services.type_shares(program=program, by=staff, shares=SHARES, now=NOON)


def test_a_program_chooses_how_careful_it_is(program, staff):
    services.choose_preset(program=program, by=staff, preset="careful", now=NOON)
    services.choose_preset(program=program, by=staff, preset="careful", now=NOON)
    assert in_force.measure_of(program).is_careful

    services.choose_preset(program=program, by=staff, preset="usual", now=NOON)

    assert not in_force.measure_of(program).is_careful
    assert AuditEvent.objects.count() == 2


def test_where_both_mentor_there_is_nothing_more_careful(staff):
    Program.objects.filter(pk=staff.program_id).update(kind=Program.Kind.RECIPROCAL)

    for preset in ("careful", "reckless"):
        with pytest.raises(Refused):
            services.choose_preset(program=staff.program, by=staff, preset=preset, now=NOON)
    assert not SignalRule.objects.exists()


@pytest.mark.parametrize(
    ("kind", "is_reciprocal", "is_careful", "rate"),
    [
        (Kind.TOPICS, False, False, 0.9),
        (Kind.TOPICS, False, True, 0.45),
        (Kind.TOPICS, True, True, 0.9),
        (Kind.SILENCE, False, True, 0.5),
    ],
)
def test_the_rate_that_is_stated_is_that_of_the_bars(program, kind, is_reciprocal, is_careful, rate):
    measure = in_force.Measure(BaselineFactory(program=program), ProgramBaseline(), is_careful)

    assert measure.stated_rate(kind, is_reciprocal=is_reciprocal) == rate


# --- not being measured ---


def test_who_opts_out_and_in_again_was_not_measured_between():
    person = MembershipFactory()

    for now in (NOON, LATER):
        services.opt_out(membership=person, now=now)
    services.opt_in(membership=person, now=LATER)
    services.opt_in(membership=person, now=LATER)

    out = OptOut.objects.get()
    assert (out.since, out.until) == (NOON, LATER)


def test_that_somebody_opted_out_is_theirs_alone_to_see_and_in_no_trail():
    out = OptOutFactory()
    services.opt_out(membership=MembershipFactory(program=out.membership.program), now=NOON)

    assert list(OptOut.objects.visible_to(out.membership)) == [out]
    assert not OptOut.objects.visible_to(MembershipFactory(program=out.membership.program, admin=True)).exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_pressing_twice_at_once_opts_out_once():
    person = MembershipFactory()

    at_once(*[lambda: services.opt_out(membership=person, now=NOON)] * 3)

    assert OptOut.objects.count() == 1


# --- a look at those without a signal, and one level up ---


def test_how_a_quiet_pairing_is_can_be_said_once():
    drawn = QuietReviewFactory()
    by = drawn.pairing.proposed_by

    services.review(review=drawn, by=by, verdict="missed", now=NOON)
    again = services.review(review=drawn, by=by, verdict="well", now=LATER)

    assert (again.verdict, again.reviewed_at, again.reviewed_by) == ("missed", NOON, by)
    assert not QuietReview.objects.waiting().exists()


def test_a_quiet_pairing_is_not_reviewed_by_its_halves_nor_without_a_verdict():
    drawn = QuietReviewFactory()
    drawn.pairing.first.is_admin = True
    drawn.pairing.first.save()

    for by, verdict in ((drawn.pairing.first, "well"), (MembershipFactory(admin=True), "well"), (drawn.pairing.proposed_by, "")):
        with pytest.raises(Refused):
            services.review(review=drawn, by=by, verdict=verdict, now=NOON)


def test_a_pattern_is_done_by_somebody_one_level_up_who_is_no_part_of_it():
    pattern = PatternFactory()
    admin = MembershipFactory(program=pattern.program, admin=True)

    for _ in range(2):
        services.finish_pattern(pattern=pattern, by=admin, now=NOON)

    pattern.refresh_from_db()
    assert (pattern.done_at, pattern.done_by) == (NOON, admin)
    assert AuditEvent.objects.count() == 1


def test_a_pattern_is_closed_to_whom_it_is_about_and_to_those_who_are_part_of_it():
    pattern = PatternFactory()
    pairing = pattern.pairings.first()
    people = [pattern.about, pairing.first, pairing.coordinator]
    for person in people:
        person.is_admin = True
        person.save()

    for by in (*people, MembershipFactory(program=pattern.program, coordinator=True), MembershipFactory(admin=True)):
        with pytest.raises(Refused):
            services.finish_pattern(pattern=pattern, by=by, now=NOON)
