"""What is usual in a program, learned from the weeks of its own pairs."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from checkins.imbalance import streams
from checkins.imbalance.settings import ACTS, ANSWERS, REPLIES, SIDES, STREAMS, USUAL_SETTINGS, DetectorSettings, Numbers, ProgramBaseline
from checkins.imbalance.weekly_facts import WeeklyFacts, checked

# What a pair must have shown in a stream, on both sides, before anything is learned from it.
ENOUGH = {**dict.fromkeys(STREAMS[: ACTS + 1], 8), "answers": 48, "gap": 48, "replies": 4}
FEWEST_WEEKS, FEWEST_CHECK_INS = 3, 5
FEWEST_PAIRS = 5
# So many pairs weigh as much as what is usual elsewhere.
AS_GOOD_AS_USUAL = 30
MEAN_WITHIN = (0.01, 0.99)
BETWEEN_WEEKS_WITHIN, BETWEEN_PAIRS_WITHIN = (1 / 60, 0.4), (1 / 41, 0.25)
MEMORY_WITHIN, SIDE_CORRELATION_WITHIN = (0.0, 0.7), (0.0, 0.8)
LEAST_VARIANCE = 0.02


class Alikeness(NamedTuple):
    """How much of what varies lies between weeks of a pair, and between pairs."""

    weeks: float
    pairs: float


def calibrate(facts: WeeklyFacts, settings: DetectorSettings = USUAL_SETTINGS) -> ProgramBaseline:
    """Never of pairs chosen because something was found in them. Where few pairs tell, it stays near what is usual elsewhere."""
    facts = checked(facts)
    usual = ProgramBaseline()
    mean, pair_precision, week_precision = usual.mean.copy(), usual.pair_precision.copy(), usual.week_precision.copy()
    lived = facts.lived()
    week = streams.counted(lived.acts, lived.asked, lived.answers, lived.acts.sum(axis=-1).cumsum(axis=1), settings)
    used = np.zeros(facts.pairs, np.bool_)
    for stream, name in enumerate(STREAMS):
        k, n = week.k[..., stream], week.n[..., stream]
        enough = ((n.sum(axis=1) >= ENOUGH[name]) & ((n > 0).sum(axis=1) >= FEWEST_WEEKS)).all(axis=1)
        pairs = int(enough.sum())
        if pairs < FEWEST_PAIRS:
            continue
        used |= enough
        k, n = k[enough], n[enough]
        weight = pairs / (pairs + AS_GOOD_AS_USUAL)
        level = (k.sum(axis=1) / n.sum(axis=1)).mean(axis=0)
        mean[:, stream] = np.clip(weight * level + (1 - weight) * mean[:, stream], *MEAN_WITHIN)
        # Shares and gaps of one side are the other's turned round.
        sides = range(SIDES) if stream in (ANSWERS, REPLIES) else range(1)
        alike = [_alikeness(k[..., side], n[..., side], weeks_matter=stream != REPLIES) for side in sides]
        between_weeks, between_pairs = _mean(each.weeks for each in alike), _mean(each.pairs for each in alike)
        if not np.isnan(between_pairs):
            precision = 1 / np.clip(between_pairs, *BETWEEN_PAIRS_WITHIN) - 1
            pair_precision[stream] = precision**weight * pair_precision[stream] ** (1 - weight)
        if stream != REPLIES and not np.isnan(between_weeks):
            precision = 1 / np.clip(between_weeks, *BETWEEN_WEEKS_WITHIN) - 1
            week_precision[stream] = precision**weight * week_precision[stream] ** (1 - weight)
    memory, side_correlation = _moods(week.view, usual)
    return ProgramBaseline(mean, pair_precision, week_precision, memory, side_correlation, int(used.sum()))


def _mean(parts: Iterable[float]) -> float:
    """Of those that are numbers; NaN of none."""
    known = [part for part in parts if not np.isnan(part)]
    return float(np.mean(known)) if known else np.nan


def _alikeness(k: Numbers, n: Numbers, *, weeks_matter: bool) -> Alikeness:
    """Of float64[pairs, weeks]. NaN where nothing varies."""
    total = n.sum(axis=1)
    own = k.sum(axis=1) / total
    weeks = (n > 0).sum(axis=1)
    by_chance = own * (1 - own)
    between_weeks = 0.0
    if weeks_matter:
        seen = (k - n * own[:, None]) ** 2 * (weeks / (weeks - 1))[:, None] - n * by_chance[:, None]
        possible = (n * (n - 1) * by_chance[:, None]).sum()
        between_weeks = float(np.clip(seen.sum() / possible, *BETWEEN_WEEKS_WITHIN)) if possible > 0 else np.nan
    level = own.mean()
    deff = 1 + np.maximum((n**2).sum(axis=1) / total - 1, 0) * np.nan_to_num(between_weeks)
    possible = level * (1 - level)
    between_pairs = float((own.var() - (possible * deff / total).mean()) / possible) if possible > 0 else np.nan
    return Alikeness(between_weeks, between_pairs)


def _moods(view: Numbers, usual: ProgramBaseline) -> tuple[float, float]:
    """How long moods last and how far two share them, of `view` float64[pairs, weeks, 2]."""
    check_ins = (~np.isnan(view)).sum(axis=1)
    known = check_ins >= FEWEST_CHECK_INS
    deviation = np.full(view.shape, np.nan)
    own = np.divide(np.nansum(view, axis=1), check_ins, out=np.zeros(known.shape), where=known)
    spread = np.sqrt(np.maximum(own * (1 - own), LEAST_VARIANCE))
    np.divide(view - own[:, None], spread[:, None], out=deviation, where=known[:, None] & ~np.isnan(view))
    varies = np.nanvar(deviation) if known.any() else 0.0
    memory, side_correlation = usual.memory, usual.side_correlation
    if varies <= 0:
        return memory, side_correlation
    pairs = int(known.any(axis=1).sum())
    if pairs >= FEWEST_PAIRS:
        lasting = [_lasting(deviation[pair, :, side]) for pair, side in zip(*np.nonzero(known), strict=True)]
        found = float(np.mean(lasting) / varies + (1 / check_ins[known]).mean())
        memory = _shrunk(found, memory, MEMORY_WITHIN, pairs)
    pairs = int(known.all(axis=1).sum())
    together = deviation.prod(axis=2)
    if pairs >= FEWEST_PAIRS and not np.isnan(together).all():
        side_correlation = _shrunk(float(np.nanmean(together) / varies), side_correlation, SIDE_CORRELATION_WITHIN, pairs)
    return memory, side_correlation


def _lasting(deviation: Numbers) -> float:
    there = deviation[~np.isnan(deviation)]
    return float((there[1:] * there[:-1]).mean())


def _shrunk(found: float, usual: float, within: tuple[float, float], pairs: int) -> float:
    weight = pairs / (pairs + AS_GOOD_AS_USUAL)
    return float(weight * np.clip(found, *within) + (1 - weight) * usual)
