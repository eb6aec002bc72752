import logging
from datetime import date, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, OperationalError, transaction

from checkins.answers.models import CheckIn
from checkins.care.models import Task
from checkins.imbalance import finding, records, seen
from checkins.imbalance.explanation import Reading
from checkins.imbalance.models import Assessment, Signal
from checkins.imbalance.weekly_facts import WeeklyFacts
from matching.facts.models import WeeklyCount
from matching.pairings.models import Pairing
from programs.memberships.models import Program
from tests.at_once import at_once
from tests.checkins.imbalance.cases import falling, steady
from tests.checkins.imbalance.kept import keep
from tests.factories.checkins import (
    BaselineFactory,
    OptOutFactory,
    SignalFactory,
    SignalRuleFactory,
    TaskFactory,
)
from tests.factories.matching import PairingFactory, PauseFactory
from tests.factories.programs import ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 16)
A_WEEK = timedelta(weeks=1)
Kind, Verdict, Outcome = Signal.Kind, Signal.Verdict, Signal.Outcome


def lived(facts, program=None, **fields):
    """A pairing that lived these weeks, up to last week."""
    began = NOON - facts.weeks * A_WEEK
    pairing = PairingFactory(program=program or ProgramFactory(), active=True, proposed_at=began, **fields)
    keep([pairing], facts, first=MONDAY - facts.weeks * A_WEEK)
    return pairing


def silent(weeks, since):
    facts = steady(weeks)
    facts.answers[:, since:, 0] = np.nan
    return facts


def apart(weeks, since):
    """One is not at ease and stays so; the other was not either, and is fully now."""
    facts = steady(weeks)
    facts.answers[..., 0, :] = np.where(np.isnan(facts.answers[..., 0, :]), np.nan, 2)
    for weeks_of, value in ((slice(None, since), 1), (slice(since, None), 5)):
        facts.answers[:, weeks_of, 1] = np.where(np.isnan(facts.answers[:, weeks_of, 1]), np.nan, value)
    return facts


@pytest.fixture
def pairing():
    return lived(falling(12, 7))


def find(program, now=NOON):
    return finding.find(program=program, now=now)


def signal_of(pairing):
    return Signal.objects.get(pairing=pairing)


# --- finding ---


def test_what_is_found_becomes_a_signal_with_its_task(pairing):
    assert find(pairing.program) == 1

    signal = signal_of(pairing)
    assert (signal.kind, signal.about, signal.found_at, signal.closed_at) == (Kind.TOGETHER, pairing.first, NOON, None)
    assert MONDAY - 6 * A_WEEK < signal.since <= signal.week < MONDAY
    task = signal.task
    assert (task.kind, task.about, task.pairing, task.done_at) == (Task.Kind.ONE_SIDED, pairing.first, pairing, None)
    assert task.since_on == signal.since


def test_what_was_seen_is_kept_and_can_be_told_again(pairing):
    find(pairing.program)

    told = seen.from_text(signal_of(pairing).seen)

    assert told.finding.kind == "together"
    assert {ground.stream for ground in told.grounds} == {"acts", "answers"}
    assert seen.from_text(seen.to_text(told)) == told
    assert pairing.first.user.name not in signal_of(pairing).seen


def test_a_steady_pairing_has_no_signal():
    pairing = lived(steady(12))

    assert find(pairing.program) == 0
    assert Assessment.objects.get(pairing=pairing).week == MONDAY - A_WEEK


def test_finding_again_finds_nothing_new(pairing):
    for _ in range(2):
        find(pairing.program)

    assert find(pairing.program, NOON + timedelta(hours=1)) == 0
    assert Signal.objects.count() == Task.objects.count() == 1


def test_the_next_weeks_within_the_quiet_time_raise_nothing_more(pairing):
    find(pairing.program)

    for weeks in range(1, 4):
        assert find(pairing.program, NOON + weeks * A_WEEK) == 0


def test_a_week_is_looked_at_once_it_has_ended_by_the_clock_of_the_program():
    pairing = lived(steady(12), program=ProgramFactory(time_zone="Asia/Tokyo"))
    ended = NOON.replace(hour=15) - timedelta(days=1)

    find(pairing.program, ended - timedelta(minutes=1))
    assert Assessment.objects.get(pairing=pairing).week == MONDAY - 2 * A_WEEK

    find(pairing.program, ended)
    assert Assessment.objects.get(pairing=pairing).week == MONDAY - A_WEEK


def test_facts_of_a_week_that_has_not_ended_change_nothing(pairing):
    find(pairing.program)
    before = signal_of(pairing).seen
    Signal.objects.all().delete()
    Task.objects.all().delete()
    Assessment.objects.all().delete()
    WeeklyCount.objects.create(pairing=pairing, week=MONDAY, side=0, kind="topic_raised", number=90)

    find(pairing.program)

    assert signal_of(pairing).seen == before


def test_what_was_found_long_ago_is_not_told_when_a_pairing_is_first_looked_at():
    pairing = lived(falling(24, 7))

    find(pairing.program)

    assert all(week >= MONDAY - 5 * A_WEEK for week in Signal.objects.values_list("week", flat=True))


def test_after_weeks_without_a_look_everything_since_is_told():
    facts = falling(24, 12)
    pairing = lived(facts)
    find(pairing.program, NOON - 13 * A_WEEK)
    assert not Signal.objects.exists()

    find(pairing.program)

    assert signal_of_first(pairing).week < MONDAY - 5 * A_WEEK


def signal_of_first(pairing):
    return Signal.objects.filter(pairing=pairing).order_by("week").first()


def test_answers_that_come_late_are_told_in_the_week_they_belong_to():
    facts = falling(12, 7)
    pairing = lived(facts)
    late = CheckIn.objects.filter(pairing=pairing, due_on__gte=MONDAY - 4 * A_WEEK)
    answers = list(late.values_list("pk", "answered_at"))
    late.update(answered_at=None, closes_at=NOON + A_WEEK)
    WeeklyCount.objects.filter(pairing=pairing, week__gte=MONDAY - 5 * A_WEEK, side=1).delete()
    assert find(pairing.program) == 0

    for key, answered_at in answers:
        CheckIn.objects.filter(pk=key).update(answered_at=answered_at)
    again = lived_anew(pairing, facts)

    assert find(again.program, NOON + A_WEEK) == 1
    assert signal_of(pairing).week < MONDAY


def lived_anew(pairing, facts):
    WeeklyCount.objects.filter(pairing=pairing).delete()
    CheckIn.objects.filter(pairing=pairing).delete()
    keep([pairing], facts, first=MONDAY - facts.weeks * A_WEEK)
    return pairing


@pytest.mark.parametrize("state", [{"closed": True}, {"paused": True}, {"accepted": True}])
def test_only_active_pairings_are_looked_at(state):
    pairing = PairingFactory(proposed_at=NOON - 12 * A_WEEK, **state)
    keep([pairing], falling(12, 7), first=MONDAY - 12 * A_WEEK)

    assert find(pairing.program) == 0
    assert not Assessment.objects.exists()


def test_who_opted_out_is_not_measured(pairing):
    OptOutFactory(membership=pairing.second, since=NOON - 6 * A_WEEK)

    assert find(pairing.program) == 0


@pytest.mark.parametrize(
    ("facts", "kind", "task"),
    [(silent(20, 8), Kind.SILENCE, Task.Kind.UNANSWERED), (apart(17, 8), Kind.GAP, Task.Kind.GAP)],
)
def test_silence_and_a_gap_have_tasks_of_their_own(facts, kind, task):
    pairing = lived(facts)

    find(pairing.program)

    assert (signal_of(pairing).kind, signal_of(pairing).task.kind) == (kind, task)


def test_a_signal_joins_the_task_that_is_open(pairing):
    there = TaskFactory(pairing=pairing, kind=Task.Kind.ONE_SIDED)

    find(pairing.program)

    assert signal_of(pairing).task == there


def test_what_tells_of_answers_is_read_as_answers_are(pairing):
    Program.objects.filter(pk=pairing.program_id).update(answers_read_by="admins")
    pairing.program.refresh_from_db()

    find(pairing.program)

    assert signal_of(pairing).read_by == signal_of(pairing).task.read_by == "admins"


def test_answers_given_for_admins_alone_stay_so_when_the_rule_is_opened(pairing):
    CheckIn.objects.filter(pairing=pairing, due_on=MONDAY - 3 * A_WEEK).update(read_by="admins")

    find(pairing.program)

    assert signal_of(pairing).read_by == "admins"


def test_what_tells_of_acts_alone_is_for_coordinators_too():
    facts = steady(16)
    facts.decisions[:, 8:] = (0, 4)
    pairing = lived(facts, program=ProgramFactory(answers_read_by="admins"))

    find(pairing.program)

    assert (signal_of(pairing).kind, signal_of(pairing).read_by) == (Kind.DECISIONS, "coordinators")


def test_what_may_be_read_without_the_answers_says_nothing_of_them():
    def told_of(facts):
        facts.answers[:, 7:] -= 1
        pairing = lived(facts)
        find(pairing.program)
        return signal_of(pairing).kind, seen.from_text(signal_of(pairing).seen).readings

    decides_alone = steady(16)
    decides_alone.decisions[:, 8:] = (0, 4)

    assert told_of(decides_alone) == (Kind.DECISIONS, ())
    assert told_of(falling(12, 7)) == (Kind.TOGETHER, (Reading.BOTH_FELL,))


def test_weeks_that_are_missing_because_somebody_opted_out_are_told_nowhere():
    """Two that begin where the opting out ends would seem to have begun then; and one in which it lies between, to have rested."""
    low_since_then = steady(24)
    for name in ("topics", "decisions", "scheduling"):
        getattr(low_since_then, name)[:, 18:] = (1, 11)
    low_since_then.answers[:, 18:, 0] -= 2
    for facts, kind, since, until in ((low_since_then, Kind.FROM_START, 0, 18), (falling(24, 19), Kind.TOGETHER, 4, 12)):
        pairing = lived(facts)
        began = NOON - 24 * A_WEEK
        OptOutFactory(membership=pairing.first, since=began + since * A_WEEK, until=began + until * A_WEEK)

        find(pairing.program)

        signal = signal_of(pairing)
        assert (signal.kind, seen.from_text(signal.seen).readings) == (kind, ())
        assert (kind == Kind.FROM_START) is (signal.since == MONDAY - 24 * A_WEEK)


def test_weeks_in_which_a_pairing_rested_are_told():
    pairing = lived(falling(24, 19))
    PauseFactory(pairing=pairing, paused_at=NOON - 20 * A_WEEK, gone_on_at=NOON - 17 * A_WEEK)

    find(pairing.program)

    assert seen.from_text(signal_of(pairing).seen).readings == (Reading.PAUSE,)


def test_a_rate_is_stated_once_the_program_was_learned_from():
    pairing = lived(falling(12, 7))
    find(pairing.program)
    other = lived(falling(12, 7), program=BaselineFactory().program)
    careful = lived(falling(12, 7), program=SignalRuleFactory(program=BaselineFactory().program).program)
    typed = lived(falling(12, 7), program=BaselineFactory(pairs_used=0).program)

    for each in (other, careful, typed):
        find(each.program)

    rates = [signal_of(each).stated_rate for each in (pairing, other, careful, typed)]
    assert rates == [None, 0.9, 0.45, None]
    assert signal_of(other).baseline.program == other.program


def test_two_who_both_mentor_are_judged_alike():
    facts = falling(12, 7)
    for mentor in ("", "second"):
        find(lived(facts, mentor=mentor).program)

    assert Signal.objects.count() == 2


def test_many_pairings_cost_what_one_does(queries_of):
    one, many = ProgramFactory(), ProgramFactory()
    lived(falling(12, 7), program=one)
    for _ in range(5):
        lived(falling(12, 7), program=many)

    assert queries_of(lambda: find(many)) == queries_of(lambda: find(one))
    assert Signal.objects.filter(pairing__program=many).count() == 5


# --- bad data, and workers that die or race ---


@pytest.fixture
def unreadable(monkeypatch):
    """Whoever is called so cannot be read."""
    bad = set()
    read = records.facts_of

    def facts_of(pairings, program, *, until):
        if bad & {pairing.pk for pairing in pairings}:
            raise ValueError("words of somebody")
        return read(pairings, program, until=until)

    monkeypatch.setattr(finding, "facts_of", facts_of)
    return bad


def test_a_pairing_that_cannot_be_read_stops_nobody_and_is_told_by_its_number(pairing, unreadable, caplog):
    bad = lived(falling(12, 7), program=pairing.program)
    unreadable.add(bad.pk)

    with caplog.at_level(logging.ERROR):
        assert find(pairing.program) == 1

    assert Assessment.objects.get(pairing=bad).failed_at == NOON
    assert Assessment.objects.get(pairing=bad).week is None
    assert [record.getMessage() for record in caplog.records] == [f"pairing {bad.pk} could not be assessed (ValueError)"]


def test_what_failed_is_tried_again_the_next_day_and_not_before(pairing, unreadable):
    unreadable.add(pairing.pk)
    find(pairing.program)
    unreadable.clear()

    assert find(pairing.program, NOON + timedelta(hours=1)) == 0
    assert find(pairing.program, NOON + timedelta(days=1)) == 1
    assert Assessment.objects.get(pairing=pairing).failed_at is None


def test_after_a_kill_between_blocks_the_rest_is_found_and_nothing_twice(monkeypatch):
    program = ProgramFactory()
    for _ in range(4):
        lived(falling(12, 7), program=program)
    monkeypatch.setattr(finding, "PAIRS_AT_ONCE", 2)
    read, blocks = finding.facts_of, []

    def dies(pairings, *arguments, **names):
        blocks.append(pairings)
        if len(blocks) == 2:
            raise KeyboardInterrupt
        return read(pairings, *arguments, **names)

    monkeypatch.setattr(finding, "facts_of", dies)
    with pytest.raises(KeyboardInterrupt):
        find(program)
    assert Signal.objects.count() == 2

    assert find(program) == 2
    assert Signal.objects.values("pairing").distinct().count() == Signal.objects.count() == 4


@pytest.mark.parametrize("errors", [[OperationalError], [ValueError, OperationalError]])
def test_a_database_that_is_gone_marks_nobody(errors, pairing, monkeypatch):
    """Whether it goes while a block is looked at, or while its pairings are looked at one by one."""
    coming = iter(errors)

    def gone(*_, **__):
        raise next(coming)

    monkeypatch.setattr(finding, "facts_of", gone)
    with pytest.raises(OperationalError):
        find(pairing.program)

    assert not Assessment.objects.exclude(failed_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_raise_nothing_twice(monkeypatch):
    monkeypatch.setattr(finding, "PAIRS_AT_ONCE", 2)
    program = ProgramFactory()
    for _ in range(6):
        lived(falling(12, 7), program=program)

    raised = at_once(*[lambda: find(program)] * 3)

    assert sum(raised) == Signal.objects.count() == Task.objects.count() == 6


def test_the_database_refuses_the_same_signal_twice():
    signal = SignalFactory()

    with pytest.raises(IntegrityError, match="checkins_signal_found_once"), transaction.atomic():
        SignalFactory(pairing=signal.pairing, about=signal.about, task=signal.task)


def test_a_pairing_that_stopped_meanwhile_gets_no_signal(pairing, monkeypatch):
    read = finding.facts_of

    def stops(pairings, *arguments, **names):
        Pairing.objects.filter(pk=pairing.pk).update(state="paused")
        return read(pairings, *arguments, **names)

    monkeypatch.setattr(finding, "facts_of", stops)

    assert find(pairing.program) == 0
    assert not Task.objects.exists()


def test_one_week_with_a_thousand_acts_of_one_side_raises_nothing():
    facts = steady(12)
    facts.topics[:, 11] = (0, 1000)
    pairing = lived(facts)

    assert find(pairing.program) == 0


def test_a_record_that_one_side_keeps_alone_raises_nothing():
    facts = steady(12)
    usual = {name: getattr(facts, name) for name in vars(facts)}
    for name in ("topics", "decisions", "scheduling"):
        usual[name] = usual[name].copy()
        usual[name][..., 0] = 0
    pairing = lived(WeeklyFacts(**usual))

    assert find(pairing.program) == 0


def test_a_mild_lean_raises_nothing():
    facts = steady(12)
    facts.topics[:, 6:] = (1, 2)

    assert find(lived(facts).program) == 0
