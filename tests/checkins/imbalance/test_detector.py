from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution

from checkins.imbalance import evidence
from checkins.imbalance.detector import (
    KINDS,
    RECIPROCAL,
    DetectorSettings,
    ProgramBaseline,
    State,
    WeeklyFacts,
    advance,
    assess,
    assess_many,
    start,
)
from tests.checkins.imbalance import oracle
from tests.checkins.imbalance.cases import (
    COUNTS,
    FACTS,
    LOW_BARS,
    SETTINGS,
    bars_exchanged,
    drawn,
    falling,
    from_week,
    mean_exchanged,
    one_sided,
    sides_exchanged,
    steady,
)

FEW = settings(max_examples=10, deadline=None)


def listed(findings):
    """Of many pairs, in an order of their own."""
    parts = (findings.pair, findings.week, findings.side, findings.kind, findings.since)
    return sorted(zip(*(part.tolist() for part in parts), findings.evidence.round(9).tolist(), strict=True))


def week_by_week(facts, settings, baseline=None):
    state, found = start(facts.pairs, settings, baseline), []
    for week in range(facts.weeks):
        state, news = advance(state, facts.of(weeks=slice(week, week + 1)))
        found += listed(news)
    return state, sorted(found)


# --- the rules ---


@FEW
@given(FACTS, SETTINGS)
def test_it_finds_what_the_rules_find_when_reckoned_from_scratch(facts, settings):
    baseline = ProgramBaseline(memory=0.4, side_correlation=0.3)

    found = assess(facts, settings, baseline)

    expected = sorted(oracle.findings(facts, settings, baseline), key=lambda each: (each[0], KINDS.index(each[2])))
    assert [(each.week, each.side, each.kind, each.since) for each in found] == [(*each[:3], each[4]) for each in expected]
    assert [each.evidence for each in found] == pytest.approx([each[3] for each in expected], abs=1e-9)


def test_what_chance_draws_is_enough_to_try_the_rules_on():
    found = assess_many(drawn(1, pairs=400), LOW_BARS)

    assert set(found.kind) == set(range(len(KINDS)))
    assert set(found.side) == {0, 1}


def test_evidence_is_how_much_likelier_the_weeks_are_if_the_level_fell():
    a, b, k_before, n_before, k, n, fall, sure = 6.0, 7.0, 5.0, 8.0, 6.0, 15.0, 1.7, 15.0
    level = (a + k_before) / (a + b + n_before)
    odds = level / (1 - level) * np.exp(-fall)
    low = odds / (1 + odds)

    def likely(prior, hits, of):
        return quad(lambda p: prior.pdf(p) * p**hits * (1 - p) ** (of - hits), 0, 1, epsabs=1e-14)[0]

    usual, fallen = beta_distribution(a, b), beta_distribution(low * sure, (1 - low) * sure)
    ratio = likely(usual, k_before, n_before) * likely(fallen, k - k_before, n - n_before) / likely(usual, k, n)

    found = evidence.of_a_fall(evidence.until_then(k_before, n_before, a, b, fall, sure), k_before, n_before, k, n, a, b, fall, sure)
    assert found == pytest.approx(np.log(ratio), abs=1e-6)


# --- one week after another ---


@FEW
@given(st.integers(0, 2**32), SETTINGS)
def test_week_by_week_it_finds_the_same_as_at_once(seed, settings):
    facts = drawn(seed, pairs=7)

    assert week_by_week(facts, settings)[1] == listed(assess_many(facts, settings))


def test_more_pairs_than_are_looked_at_at_once_are_found_each_as_if_alone():
    facts = drawn(3, pairs=1203)

    found = listed(assess_many(facts, LOW_BARS))

    some = [0, 499, 500, 1000, 1202]
    assert [each[1:] for each in found if each[0] in some] == [
        each[1:] for pair in some for each in listed(assess_many(facts.of([pair]), LOW_BARS))
    ]
    assert max(each[0] for each in found) > 1000


def test_a_state_that_was_put_away_as_arrays_goes_on_as_if_it_had_not(tmp_path):
    facts = drawn(4, pairs=5)
    state, _ = week_by_week(facts.of(weeks=slice(9)), LOW_BARS)
    np.savez(tmp_path / "state.npz", **vars(state))

    with np.load(tmp_path / "state.npz") as kept:
        again = State(**kept)

    tenth = facts.of(weeks=slice(9, 10))
    assert listed(advance(again, tenth)[1]) == listed(advance(state, tenth)[1])


def test_a_week_does_not_change_the_state_that_it_came_to():
    facts = drawn(5, pairs=3)
    state, _ = week_by_week(facts.of(weeks=slice(5)), LOW_BARS)
    before = state.copy()

    advance(state, facts.of(weeks=slice(5, 6)))

    assert all(np.array_equal(array, vars(before)[name]) for name, array in vars(state).items())


@FEW
@given(FACTS, st.integers(0, 14))
def test_what_was_found_stays_as_it_is_when_later_weeks_come(facts, weeks):
    until_then = assess(facts.of(weeks=slice(weeks)), LOW_BARS)

    assert [each for each in assess(facts, LOW_BARS) if each.week < weeks] == until_then


# --- whose, and when ---


@FEW
@given(FACTS, SETTINGS)
def test_exchanging_the_sides_exchanges_what_is_found(facts, settings):
    # No two of these are equally far above their bars.
    leaning = replace(settings, bars=(settings.bars[0], tuple(bar + 0.01 for bar in settings.bars[1])))
    baseline = ProgramBaseline(mean=np.linspace(0.3, 0.8, 14).reshape(2, 7))

    found = assess(facts, leaning, baseline)

    exchanged = assess(sides_exchanged(facts), bars_exchanged(leaning), mean_exchanged(baseline))
    assert [replace(each, side=1 - each.side, evidence=pytest.approx(each.evidence)) for each in exchanged] == found


@FEW
@given(FACTS, SETTINGS, st.integers(1, 30))
def test_weeks_before_a_pairing_began_only_move_the_numbers_of_weeks(facts, settings, first):
    found = assess(facts, settings)

    later = assess(from_week(facts, first), settings)

    assert [replace(each, week=each.week - first, since=each.since - first) for each in later] == found


@FEW
@given(st.integers(0, 2**32), st.permutations(range(6)))
def test_the_order_of_pairs_makes_no_difference(seed, order):
    facts = drawn(seed, pairs=6)

    moved = listed(assess_many(facts.of(np.array(order)), LOW_BARS))

    assert sorted((order[pair], *rest) for pair, *rest in moved) == listed(assess_many(facts, LOW_BARS))


@pytest.mark.parametrize("side", [0, 1])
def test_a_clear_fall_is_found_soon_and_names_its_side_and_week(side):
    found = assess(falling(20, 10, side))

    first = found[0]
    assert (first.side, first.kind) == (side, "together")
    assert 10 <= first.week <= 13
    assert first.since in (9, 10)


def test_a_new_normal_is_not_told_again():
    assert len(assess(one_sided(104, since=20))) == 1


def test_a_low_beginning_is_told_once():
    found = assess(from_week(one_sided(60), 7))

    assert [(each.kind, each.side, each.since) for each in found] == [("from_start", 0, 7)]


def test_answers_that_stop_are_told_in_neutral_words_alone():
    facts = steady(24)
    facts.answers[:, 12:, 0] = np.nan

    assert {(each.kind, each.side) for each in assess(facts)} == {("silence", 0)}


def test_a_silence_does_not_keep_an_imbalance_quiet():
    facts = falling(26, 14)
    facts.answers[:, 8:, 1] = np.nan

    kinds = [(each.kind, each.side) for each in assess(facts)]

    assert ("silence", 1) in kinds
    assert ("together", 0) in kinds


def test_nothing_but_silence_is_found_in_the_weeks_after_a_finding():
    found = assess_many(drawn(7, pairs=300, weeks=20), LOW_BARS)

    for group in (found.kind == 7, found.kind != 7):
        assert group.sum() > 100
        for pair in range(300):
            weeks = np.sort(found.week[group & (found.pair == pair)])
            assert (np.diff(weeks) > LOW_BARS.quiet_weeks).all()
            assert (np.diff(np.sort(found.since[group & (found.pair == pair) & (found.kind != 6)])) >= 0).all()


# --- what is no evidence ---


@pytest.mark.parametrize("bars", [None, -100.0], ids=["usual bars", "bars below nothing"])
def test_nothing_is_found_of_a_pair_without_facts(bars):
    settings = DetectorSettings() if bars is None else DetectorSettings(bars=((bars,) * 8,) * 2)
    facts = steady(60, acts=0)
    facts.asked[:], facts.answers[:] = False, np.nan

    assert assess(facts, settings) == []


def test_nothing_is_found_in_the_first_weeks():
    found = assess(falling(30, 0), replace(LOW_BARS, min_weeks=9))

    assert min(each.week for each in found) == 8


def test_a_steady_pair_is_left_alone():
    assert assess(steady(104)) == []
    assert assess(steady(104), DetectorSettings(bars=RECIPROCAL)) == []


@pytest.mark.parametrize("acts", [1, 30, 1e308])
@pytest.mark.parametrize("week", [5, 40])
@pytest.mark.parametrize("side", [0, 1])
def test_one_week_that_is_extreme_in_acts_alone_finds_nothing(acts, week, side):
    facts = steady(50)
    for name in COUNTS[:3]:
        getattr(facts, name)[:, week] = np.where(np.arange(2) == side, 0, acts)

    assert assess(facts) == []


@pytest.mark.parametrize("week", [5, 15, 41])
@pytest.mark.parametrize("side", [0, 1])
def test_one_check_in_that_is_extreme_alone_finds_nothing(week, side):
    facts = steady(50)
    facts.answers[:, week, side] = 1

    assert assess(facts) == []


def test_what_lowers_both_at_once_is_less_evidence_than_what_lowers_one():
    def answers_evidence(others_answer):
        facts = steady(16)
        facts.answers[:, 9:, 0] = np.where(np.isnan(facts.answers[:, 9:, 0]), np.nan, 2)
        facts.answers[:, 9:, 1] = np.where(np.isnan(facts.answers[:, 9:, 1]), np.nan, others_answer)
        low = DetectorSettings(bars=((99.0, 99, 99, 99, 2.0, 99, 99, 99), (99.0,) * 8))
        return next(each.evidence for each in assess(facts, low))

    assert answers_evidence(2) < answers_evidence(4)


def test_a_record_that_one_side_keeps_alone_says_nothing_of_the_other():
    facts = steady(40)
    for name in COUNTS[:3]:
        getattr(facts, name)[:, :, 0] = 0
    facts.topics[:, 3, 0] = 1

    assert assess(facts) == []

    facts.topics[:, 20, 0] = 1
    assert {each.side for each in assess(facts)} == {0}


@FEW
@given(FACTS, st.integers(1, 5), st.integers(1, 13))
def test_a_pause_moves_later_weeks_and_is_no_evidence_itself(facts, pause, at):
    quiet = replace(LOW_BARS, quiet_weeks=0)
    paused = WeeklyFacts(
        **{
            name: np.concatenate([array[:, :at], empty, array[:, at:]], axis=1)
            for (name, array), empty in zip(vars(facts).items(), vars(from_week(facts, pause).of(weeks=slice(pause))).values(), strict=True)
        }
    )

    found = [
        replace(each, week=each.week - pause * (each.week >= at), since=each.since - pause * (each.since >= at))
        for each in assess(paused, quiet)
    ]

    assert found == assess(facts, quiet)


# --- what is said beside findings ---


def test_records_of_one_side_alone_are_told_when_there_are_enough():
    def is_one_sided(own, other):
        facts = steady(3, acts=0)
        facts.topics[:, 0] = own, other
        return bool(week_by_week(facts, DetectorSettings())[0].is_one_sided[0])

    assert [is_one_sided(1, 9), is_one_sided(9, 1), is_one_sided(0, 30)] == [True, True, True]
    assert [is_one_sided(1, 8), is_one_sided(2, 8), is_one_sided(5, 5)] == [False, False, False]


def test_the_first_lived_weeks_are_too_early():
    def is_too_early(weeks):
        return bool(week_by_week(from_week(steady(weeks), 9), DetectorSettings())[0].is_too_early[0])

    assert [is_too_early(weeks) for weeks in (0, 3, 4)] == [True, True, False]


# --- one pair or many, none at all ---


def test_a_history_of_several_pairs_is_not_taken_for_that_of_one():
    with pytest.raises(ValueError, match="topics has 2 pairs"):
        assess(drawn(1, pairs=2))


@pytest.mark.parametrize(("pairs", "weeks"), [(0, 5), (3, 0), (0, 0)])
def test_where_there_is_nothing_nothing_is_found(pairs, weeks):
    assert len(assess_many(drawn(1, pairs=3, weeks=5).of(slice(pairs), slice(weeks)))) == 0


def test_no_weeks_of_one_pair_are_fine():
    assert assess(steady(3).of(weeks=slice(0))) == []


@pytest.mark.parametrize(("pairs", "weeks", "words"), [(2, 1, "has 2 pairs, not 3"), (3, 2, "has 2 weeks")])
def test_a_week_must_be_one_week_of_the_pairs_of_the_state(pairs, weeks, words):
    with pytest.raises(ValueError, match=words):
        advance(start(3), drawn(1, pairs=pairs, weeks=weeks))
