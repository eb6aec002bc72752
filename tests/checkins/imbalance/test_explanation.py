from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import beta

from checkins.imbalance.detector import KINDS, Finding, ProgramBaseline, assess
from checkins.imbalance.explanation import Reading, explain
from tests.checkins.imbalance import oracle
from tests.checkins.imbalance.cases import COUNTS, FACTS, LOW_BARS, falling, from_week, one_sided, steady

FEW = settings(max_examples=10, deadline=None)
BASELINE = ProgramBaseline()


def first_of(facts):
    return assess(facts)[0]


def test_what_was_counted_is_told_since_and_before():
    facts = falling(20, 10)
    finding = first_of(facts)

    told = explain(facts, finding, stated_rate=0.9)

    acts = next(ground for ground in told.grounds if ground.stream == "acts")
    weeks = finding.week - finding.since + 1
    normal = 10 - finding.since
    assert (acts.before.own, acts.before.both) == (6.0 * finding.since, 12.0 * finding.since)
    assert (acts.since.own, acts.since.both) == (6.0 * normal, 12.0 * normal + 6.0 * (weeks - normal))
    answers = next(ground for ground in told.grounds if ground.stream == "answers")
    assert answers.before.own / answers.before.both == 0.75


@FEW
@given(FACTS)
def test_the_streams_are_weighed_as_the_finding_was(facts):
    for finding in assess(facts, LOW_BARS):
        if finding.kind == "from_start":
            continue
        told = explain(facts, finding, LOW_BARS, stated_rate=None)

        lived = [week for week in range(finding.week + 1) if not np.isnan(facts.topics[0, week, 0])]
        table = {(finding.side, week): oracle.streams(facts, lived, week, finding.side, LOW_BARS, BASELINE) for week in lived}
        weights = {
            stream: oracle.log_ratio(table, finding.side, stream, lived, finding.since, LOW_BARS, BASELINE)
            for stream in oracle.KINDS[finding.kind]
        }
        expected = sorted(((weight, stream) for stream, weight in weights.items() if weight > 0.5), reverse=True)
        assert [(pytest.approx(ground.weight), ground.stream) for ground in told.grounds] == expected


def test_a_stream_that_says_nothing_is_left_out():
    facts = falling(20, 10)
    facts.answers[:, :, 0] = facts.answers[:, :, 1]

    told = explain(facts, Finding(16, 0, "together", 6.0, 10), stated_rate=0.9)

    assert [ground.stream for ground in told.grounds] == ["acts"]


def test_what_is_usual_is_where_eighty_of_a_hundred_pairs_lie():
    facts = falling(20, 10)

    ground = explain(facts, first_of(facts), stated_rate=0.9).grounds[0]

    number = {"acts": 3, "answers": 4}[ground.stream]
    level, alike = BASELINE.mean[0, number], BASELINE.pair_precision[number]
    assert ground.usual == pytest.approx(beta(level * alike, (1 - level) * alike).ppf([0.1, 0.9]))


@pytest.mark.parametrize(("rate", "once_in"), [(0.9, 111), (0.45, 222), (0.5, 200), (None, None)])
def test_how_sure_is_told_as_how_seldom_chance_does_it_or_not_at_all(rate, once_in):
    facts = falling(20, 10)

    assert explain(facts, first_of(facts), stated_rate=rate).once_in == once_in


def test_too_little_is_not_enough_for_a_share():
    def acts(facts, since):
        told = explain(facts, Finding(11, 0, "topics", 8.0, since), stated_rate=0.9)
        return next(ground for ground in told.grounds if ground.stream == "topics")

    enough, two_weeks_before, two_weeks_since = acts(falling(12, 6), 6), acts(falling(12, 2), 2), acts(falling(12, 10), 10)
    few = falling(12, 6)
    few.topics[:, 6:, 1] = 9 / 6

    assert enough.before.is_enough
    assert enough.since.is_enough
    assert not two_weeks_before.before.is_enough
    assert not two_weeks_since.since.is_enough
    assert not acts(few, 6).since.is_enough


def test_how_many_check_ins_were_answered_is_told():
    facts = falling(30, 10)
    facts.answers[:, 15:, 0] = np.nan

    told = explain(facts, Finding(week=20, side=0, kind="together", evidence=6.0, since=10), stated_rate=0.9)

    assert (told.answered, told.asked) == (2, 5)


# --- what else it could be ---


def readings(facts, week=19, since=12):
    return set(explain(facts, Finding(week=week, side=0, kind="together", evidence=6.0, since=since), stated_rate=0.9).readings)


def test_where_nothing_else_explains_it_nothing_is_said():
    assert readings(falling(20, 12)) == set()


def test_absences_of_that_side_since_are_a_reading_and_others_are_not():
    facts = falling(20, 12)
    facts.absences[0, 11, 0] = facts.absences[0, 15, 1] = 1
    assert Reading.ABSENCES not in readings(facts)

    facts.absences[0, 15, 0] = 1
    assert Reading.ABSENCES in readings(facts)


def test_a_pause_is_a_reading_and_the_weeks_before_the_beginning_are_none():
    facts = falling(20, 12)
    for name in COUNTS:
        getattr(facts, name)[:, 9] = np.nan

    assert Reading.PAUSE in readings(facts)
    assert Reading.PAUSE not in readings(from_week(falling(17, 9), 3))


def test_the_first_weeks_are_a_reading():
    assert Reading.FIRST_WEEKS in readings(from_week(falling(8, 2), 12), since=14)
    assert Reading.FIRST_WEEKS not in readings(from_week(falling(9, 3), 11), since=14)


def test_answers_of_both_that_fell_are_a_reading():
    facts = falling(20, 12)
    facts.answers[:, 12:, 1] -= 1

    assert Reading.BOTH_FELL in readings(facts)


def test_few_records_are_a_reading():
    facts = falling(20, 12)
    for name in COUNTS:
        getattr(facts, name)[:, 12:] = 0
    facts.topics[:, 12, 1] = 9
    assert Reading.FEW_RECORDS in readings(facts)

    facts.topics[:, 12, 1] = 10
    assert Reading.FEW_RECORDS not in readings(facts)


def test_records_of_one_side_are_told():
    facts = falling(20, 12)
    assert not explain(facts, first_of(facts), stated_rate=0.9).is_one_sided

    for name in COUNTS[:3]:
        getattr(facts, name)[:, :, 0] = 0
    assert explain(facts, Finding(19, 0, "answers", 6.0, 12), stated_rate=0.9).is_one_sided


# --- what clears it ---


def test_weeks_as_before_clear_it_and_after_them_it_is_cleared():
    facts = one_sided(20, since=12)
    finding = Finding(week=19, side=0, kind="together", evidence=6.0, since=12)

    weeks = explain(facts, finding, stated_rate=0.9).weeks_to_clear

    assert 1 < weeks < 30
    back = {name: np.concatenate([array, vars(steady(60))[name]], axis=1) for name, array in vars(facts).items()}
    assert explain(replace(facts, **back), finding, stated_rate=0.9).weeks_to_clear == 0


def test_the_same_again_is_further_from_clear():
    finding = Finding(week=19, side=0, kind="together", evidence=6.0, since=12)

    soon, later = (explain(one_sided(weeks, since=12), finding, stated_rate=0.9).weeks_to_clear for weeks in (20, 30))

    assert later is None or later > soon


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_explained(kind):
    told = explain(falling(20, 10), Finding(week=15, side=0, kind=kind, evidence=6.0, since=10), stated_rate=None)

    assert {ground.stream for ground in told.grounds} <= set(oracle.KINDS[kind])


def test_facts_must_reach_to_the_finding_and_be_of_one_pair():
    with pytest.raises(ValueError, match="topics"):
        explain(falling(15, 10), Finding(15, 0, "acts", 6.0, 10), stated_rate=None)
