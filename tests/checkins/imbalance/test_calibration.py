from itertools import pairwise
from math import isnan, sqrt
from statistics import mean, pvariance

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkins.imbalance.detector import STREAMS, ProgramBaseline, WeeklyFacts, calibrate
from tests.checkins.imbalance.cases import COUNTS, drawn, from_week, sides_exchanged, steady

USUAL = ProgramBaseline()
FEW = settings(max_examples=10, deadline=None)
NEEDED = {"topics": 8, "decisions": 8, "scheduling": 8, "acts": 8, "answers": 48, "gap": 48, "replies": 4}


def program(rng, *, pairs=400, weeks=30, share=0.3, alike=20.0, weeks_alike=8.0, reply=0.6):
    """Eight topics a week, whose share wanders from pair to pair and from week to week."""
    of_pair = rng.beta(share * alike, (1 - share) * alike, (pairs, 1))
    own = rng.binomial(8, rng.beta(of_pair * weeks_alike, (1 - of_pair) * weeks_alike, (pairs, weeks))).astype(float)
    none = np.zeros((pairs, weeks, 2))
    asked = np.ones((pairs, weeks, 2), np.bool_)
    replied = rng.random(asked.shape) < reply
    answers = np.where(replied[..., None], 1.0 + rng.binomial(4, 0.7, (*asked.shape, 4)), np.nan)
    return WeeklyFacts(np.stack([own, 8 - own], axis=2), none, none, none, asked, answers)


def test_a_program_is_learned_as_it_is():
    learned = calibrate(program(np.random.default_rng(1)))

    weight = 400 / 430
    assert learned.mean[0, 0] == pytest.approx(weight * 0.3 + (1 - weight) * 0.48, abs=0.02)
    assert learned.mean[1, 0] == pytest.approx(1 - learned.mean[0, 0])
    assert learned.pair_precision[0] == pytest.approx(20**weight * 12 ** (1 - weight), rel=0.25)
    assert learned.week_precision[0] == pytest.approx(8**weight * 10 ** (1 - weight), rel=0.15)
    assert learned.mean[:, 6] == pytest.approx(weight * 0.6 + (1 - weight) * 0.75, abs=0.02)
    assert learned.week_precision[6] == USUAL.week_precision[6]
    assert learned.pairs_used == 400


def test_moods_that_last_and_are_shared_are_seen():
    rng, facts = np.random.default_rng(2), program(np.random.default_rng(2), pairs=200)

    def with_moods(mood):
        answers = np.where(np.isnan(facts.answers), np.nan, np.clip(np.round(3.5 + mood[..., None]), 1, 5))
        return calibrate(WeeklyFacts(*(getattr(facts, name) for name in COUNTS), facts.asked, answers))

    changing = rng.normal(0, 0.8, (200, 30, 2))
    lasting, shared = np.repeat(changing[:, ::5], 5, axis=1), np.repeat(changing[..., :1], 2, axis=2)

    assert with_moods(changing).memory < 0.1 < 0.4 < with_moods(lasting).memory
    assert with_moods(changing).side_correlation < 0.1 < 0.6 < with_moods(shared).side_correlation


@FEW
@given(st.integers(0, 2**32))
def test_it_is_what_the_formulas_give_one_pair_at_a_time(seed):
    facts = drawn(seed, pairs=12, weeks=20)

    learned = calibrate(facts)

    for number, stream in enumerate(STREAMS):
        level, pair_precision, week_precision = by_formula(facts, stream, number)
        assert learned.mean[:, number] == pytest.approx(level, abs=1e-9)
        assert learned.pair_precision[number] == pytest.approx(pair_precision, rel=1e-9)
        assert learned.week_precision[number] == pytest.approx(week_precision, rel=1e-9)
    assert (learned.memory, learned.side_correlation) == pytest.approx(moods_by_formula(facts))


@FEW
@given(st.integers(0, 2**32))
def test_which_side_comes_first_makes_no_difference_to_how_alike_pairs_and_weeks_are(seed):
    facts = drawn(seed, pairs=12, weeks=20)

    one, other = calibrate(facts), calibrate(sides_exchanged(facts))

    for name in ("pair_precision", "week_precision", "memory", "side_correlation", "pairs_used"):
        assert getattr(one, name) == pytest.approx(getattr(other, name))


def test_weeks_that_were_not_lived_teach_nothing():
    facts = drawn(3, pairs=40, weeks=20)

    one, other = calibrate(facts), calibrate(from_week(facts, 5))

    assert all(vars(one)[name] == pytest.approx(vars(other)[name]) for name in vars(one))


def test_from_fewer_than_five_pairs_nothing_is_learned():
    few, enough = (calibrate(program(np.random.default_rng(4), pairs=pairs)) for pairs in (4, 5))

    assert all(np.array_equal(vars(few)[name], vars(USUAL)[name]) for name in vars(few))
    assert enough.mean[0, 0] != USUAL.mean[0, 0]


def test_pairs_of_whom_little_is_known_teach_nothing():
    facts = program(np.random.default_rng(5), pairs=50)

    assert calibrate(facts.of(weeks=slice(2))).pairs_used == 0


def test_pairs_that_are_all_alike_leave_what_cannot_be_told_as_it_was():
    facts = steady(30)
    alike = calibrate(facts.of(pairs=np.zeros(40, int)))

    assert np.isfinite(alike.pair_precision).all()
    assert (alike.memory, alike.side_correlation) == (USUAL.memory, USUAL.side_correlation)


def by_formula(facts, stream, number):
    """Levels of both sides, and the two precisions, from sums over lists."""
    known = []
    for pair in range(len(facts.topics)):
        weeks = [[counted(facts, pair, week, side, stream) for week in range(facts.topics.shape[1])] for side in (0, 1)]
        if all(sum(n for _, n in side) >= NEEDED[stream] and sum(n > 0 for _, n in side) >= 3 for side in weeks):
            known.append(weeks)
    usual = USUAL.mean[:, number], USUAL.pair_precision[number], USUAL.week_precision[number]
    if len(known) < 5:
        return usual
    weight = len(known) / (len(known) + 30)
    level = [mean(own_level(pair[side]) for pair in known) for side in (0, 1)]
    alike = [alikeness([pair[side] for pair in known], stream) for side in ((0, 1) if stream in ("answers", "replies") else (0,))]
    between_weeks, between_pairs = mean(each[0] for each in alike), mean(each[1] for each in alike)
    pair_precision = 1 / min(max(between_pairs, 1 / 41), 0.25) - 1
    week_precision = usual[2] if stream == "replies" else 1 / between_weeks - 1
    return (
        [min(max(weight * level[side] + (1 - weight) * usual[0][side], 0.01), 0.99) for side in (0, 1)],
        pair_precision**weight * usual[1] ** (1 - weight),
        week_precision**weight * usual[2] ** (1 - weight),
    )


def alikeness(pairs, stream):
    above = below = 0.0
    for weeks in pairs:
        p, lived = own_level(weeks), sum(n > 0 for _, n in weeks)
        for k, n in weeks:
            above += (k - n * p) ** 2 * lived / (lived - 1) - n * p * (1 - p)
            below += n * (n - 1) * p * (1 - p)
    between_weeks = 0.0 if stream == "replies" else min(max(above / below, 1 / 60), 0.4)
    levels = [own_level(weeks) for weeks in pairs]
    m = mean(levels)
    noise = []
    for weeks in pairs:
        total = sum(n for _, n in weeks)
        deff = 1 + max(sum(n * n for _, n in weeks) / total - 1, 0) * between_weeks
        noise.append(m * (1 - m) * deff / total)
    return between_weeks, (pvariance(levels) - mean(noise)) / (m * (1 - m))


def moods_by_formula(facts):
    """How long moods last, and how far two share them."""
    deviations, lasting, short = {}, [], []
    for pair in range(len(facts.topics)):
        for side in (0, 1):
            seen = {week: k / n for week in range(facts.topics.shape[1]) for k, n in [counted(facts, pair, week, side, "answers")] if n}
            if len(seen) < 5:
                continue
            own = mean(seen.values())
            z = [(view - own) / sqrt(max(own * (1 - own), 0.02)) for view in seen.values()]
            deviations[pair, side] = dict(zip(seen, z, strict=True))
            lasting.append(mean(one * other for one, other in pairwise(z)))
            short.append(1 / len(seen))
    varies = pvariance([z for each in deviations.values() for z in each.values()]) if deviations else 0
    both = [pair for pair in range(len(facts.topics)) if (pair, 0) in deviations and (pair, 1) in deviations]
    together = [deviations[pair, 0][week] * z for pair in both for week, z in deviations[pair, 1].items() if week in deviations[pair, 0]]

    def shrunk(found, most, usual, pairs):
        return usual if pairs < 5 else (pairs * min(max(found, 0), most) + 30 * usual) / (pairs + 30)

    return (
        shrunk(mean(lasting) / varies + mean(short) if varies else 0, 0.7, USUAL.memory, len({pair for pair, _ in deviations})),
        shrunk(mean(together) / varies if together else 0, 0.8, USUAL.side_correlation, len(both)),
    )


def own_level(weeks):
    return sum(k for k, _ in weeks) / sum(n for _, n in weeks)


def counted(facts, pair, week, side, stream):
    """k of n of that week, as counted, until each side has two acts nothing of what is recorded."""
    if isnan(facts.topics[pair, week, 0]):
        return 0.0, 0.0
    answers = [[answer for answer in facts.answers[pair, week, which] if not isnan(answer)] for which in (side, 1 - side)]
    if stream == "replies":
        return float(bool(facts.asked[pair, week, side] and answers[0])), float(facts.asked[pair, week, side])
    if stream == "answers":
        return sum(answer - 1 for answer in answers[0]), 4.0 * len(answers[0])
    if stream == "gap":
        if not all(answers):
            return 0.0, 0.0
        own, other = ((mean(given) - 1) / 4 for given in answers)
        return 16 * min(max(0.5 + (own - other) / 2, 0), 1), 16.0
    of_stream = COUNTS[:3] if stream == "acts" else (stream,)
    so_far = [np.nansum([getattr(facts, name)[pair, : week + 1, which] for name in COUNTS[:3]]) for which in (0, 1)]
    k, other = (sum(getattr(facts, name)[pair, week, which] for name in of_stream) for which in (side, 1 - side))
    n = k + other
    if min(so_far) < 2:
        return 0.0, 0.0
    return (k * 8 / n, 8.0) if n > 8 else (k, n)
