"""Facts of a week as "k of n", for each side and each stream. Whatever comes in, no week counts for more than it can know."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from checkins.imbalance.settings import ACTS, ANSWERS, GAP, REPLIES, SIDES, STREAMS, DetectorSettings, Numbers, ProgramBaseline

QUESTIONS_A_CHECK_IN = 4
# What the views of two are worth beside each other, in answers.
GAP_SIZE = 4 * QUESTIONS_A_CHECK_IN


class Counted(NamedTuple):
    """`k` and `n` float64[…, 2, 7]. `view` float64[…, 2]: what somebody answered, from 0 to 1; NaN where nothing was."""

    k: Numbers
    n: Numbers
    view: Numbers


class Earlier(NamedTuple):
    """Each side's answers of earlier weeks: the sum of their views, and how many, float64[…, 2]."""

    views: Numbers
    times: Numbers


def counted(acts: Numbers, asked: NDArray[np.bool_], answers: Numbers, own_acts: Numbers, settings: DetectorSettings) -> Counted:
    """`acts` float64[…, 2, 3] of active weeks; `own_acts` float64[…, 2]: each side's acts up to and with that week."""
    k, n = np.zeros((*asked.shape, len(STREAMS))), np.zeros((*asked.shape, len(STREAMS)))
    k[..., :ACTS], k[..., ACTS] = acts, acts.sum(axis=-1)
    n[..., : ACTS + 1] = k[..., : ACTS + 1].sum(axis=-2, keepdims=True)
    # A record that one side keeps alone says who keeps it.
    both_record = (own_acts.min(axis=-1) >= settings.min_own_acts)[..., None, None]
    # One busy week cannot decide.
    scale = np.where(both_record, settings.most_acts / np.maximum(n[..., : ACTS + 1], settings.most_acts), 0.0)
    k[..., : ACTS + 1] *= scale
    n[..., : ACTS + 1] *= scale

    answered = (~np.isnan(answers)).sum(axis=-1).astype(np.float64)
    points = np.where(np.isnan(answers), 0.0, answers - 1).sum(axis=-1)
    view = np.full(answered.shape, np.nan)
    np.divide(points, QUESTIONS_A_CHECK_IN * answered, out=view, where=answered > 0)
    k[..., ANSWERS], n[..., ANSWERS] = points, QUESTIONS_A_CHECK_IN * answered

    apart = view - view[..., ::-1]
    n[..., GAP] = np.where(np.isnan(apart), 0.0, GAP_SIZE)
    k[..., GAP] = np.where(np.isnan(apart), 0.0, GAP_SIZE * np.clip(0.5 + apart / 2, 0.0, 1.0))

    n[..., REPLIES] = asked
    k[..., REPLIES] = asked & (answered > 0)
    return Counted(k, n, view)


def without_shared_mood(week: Counted, earlier: Earlier, baseline: ProgramBaseline) -> Numbers:
    """`k` with answers from which is taken what lowers, or lifts, both at once."""
    usual, strength = baseline.mean[:, ANSWERS], baseline.pair_precision[ANSWERS]
    level = (usual * strength + QUESTIONS_A_CHECK_IN * earlier.views) / (strength + QUESTIONS_A_CHECK_IN * earlier.times)
    spread = np.sqrt(level * (1 - level))
    others_deviation = ((week.view - level) / spread)[..., ::-1]
    adjusted = np.clip(week.view - baseline.side_correlation * others_deviation * spread, 0.0, 1.0)
    k = week.k.copy()
    k[..., ANSWERS] = np.where(np.isnan(adjusted), k[..., ANSWERS], week.n[..., ANSWERS] * adjusted)
    return k


def discount(n: Numbers, baseline: ProgramBaseline) -> Numbers:
    """What to divide k and n by: acts of one meeting hang together, and moods last."""
    by = 1 + np.maximum(n - 1, 0) / (baseline.week_precision + 1)
    by[..., (ANSWERS, GAP)] *= (1 + baseline.memory) / (1 - baseline.memory)
    return by


def of_history(acts: Numbers, asked: NDArray[np.bool_], answers: Numbers, settings: DetectorSettings, baseline: ProgramBaseline) -> Counted:
    """All weeks of pairs at once, [P, W, …], discounted; of weeks that were not lived everything is 0, and NaN in `answers`."""
    week = counted(acts, asked, answers, acts.sum(axis=-1).cumsum(axis=1), settings)
    known = np.nan_to_num(week.view)
    answered = (~np.isnan(week.view)).astype(np.float64)
    earlier = Earlier(known.cumsum(axis=1) - known, answered.cumsum(axis=1) - answered)
    by = discount(week.n, baseline)
    return Counted(without_shared_mood(week, earlier, baseline) / by, week.n / by, week.view)


def usual_counts(baseline: ProgramBaseline) -> tuple[Numbers, Numbers]:
    """The prior of a pair's level: Beta(a, b), float64[2, 7] each."""
    a = baseline.mean * baseline.pair_precision
    return a, np.broadcast_to(baseline.pair_precision, (SIDES, len(STREAMS))) - a
