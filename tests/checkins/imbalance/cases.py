"""Facts to try the reckoning on: drawn by chance with everything that occurs, and others that are as steady as facts can be."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from checkins.imbalance.detector import DetectorSettings, ProgramBaseline, WeeklyFacts

COUNTS = ("topics", "decisions", "scheduling", "absences")
# So low that many things are found in few weeks; nothing is found without evidence even so.
LOW_BARS = DetectorSettings(bars=((2.9,) * 5 + (2.0, 1.0, 2.0),) * 2, window=6, quiet_weeks=2, min_weeks=2)


def drawn(seed: int, pairs: int = 1, weeks: int = 14) -> WeeklyFacts:
    """Shares and answers that wander, weeks that are not lived, check-ins that nobody or one side answered, or in part, or unasked."""
    rng = np.random.default_rng(seed)
    levels = rng.beta(1, 1, (pairs, 1, 1, 2))
    fallen = np.where(np.arange(weeks)[:, None, None] >= rng.integers(0, weeks, (pairs, 1, 1, 1)), rng.uniform(0, 1, (pairs, 1, 1, 2)), 1)
    counts = rng.poisson(rng.choice([0.3, 2, 9]) * levels * fallen, (pairs, weeks, 4, 2)).astype(float)
    counts[rng.random((pairs, weeks)) < rng.choice([0, 0.3])] = np.nan
    asked = rng.random((pairs, weeks, 2)) < 0.6
    answers = np.clip(rng.normal(1 + 4 * (levels * fallen)[:, :, 0, :, None], 1, (pairs, weeks, 2, 4)).round(), 1, 5)
    answers[rng.random(answers.shape) < 0.1] = np.nan
    answers[(~asked & (rng.random(asked.shape) < 0.9)) | (rng.random(asked.shape) < 0.3)] = np.nan
    return WeeklyFacts(*np.moveaxis(counts, 2, 0), asked, answers)


def steady(weeks: int, *, acts: int = 2, answer: float = 4.0) -> WeeklyFacts:
    """One pair: each side does `acts` of each kind every week, and gives the same answer every second week."""
    counts = np.full((1, weeks, 2), float(acts))
    asked = np.zeros((1, weeks, 2), np.bool_)
    asked[:, 1::2] = True
    answers = np.where(asked[..., None], answer, np.nan) * np.ones(4)
    return WeeklyFacts(counts, counts.copy(), counts.copy(), np.zeros_like(counts), asked, answers)


def one_sided(weeks: int, since: int = 0) -> WeeklyFacts:
    """As steady, until side 0 does a fifth and answers a step lower."""
    facts = steady(weeks)
    for name in COUNTS[:3]:
        getattr(facts, name)[:, since:] = (1, 4)
    facts.answers[:, since:, 0] -= 1
    return facts


def falling(weeks: int, since: int, side: int = 0) -> WeeklyFacts:
    """As steady, until a side does nothing more and says so."""
    facts = steady(weeks)
    for name in COUNTS[:3]:
        getattr(facts, name)[:, since:, side] = 0
    facts.answers[:, since:, side] -= 2
    return facts


def from_week(facts: WeeklyFacts, first: int) -> WeeklyFacts:
    """The same after so many weeks in which nothing was lived, though somebody was asked and answered."""
    pairs = facts.topics.shape[0]
    before = {name: np.full((pairs, first, 2), np.nan) for name in COUNTS}
    before |= {"asked": np.ones((pairs, first, 2), np.bool_), "answers": np.ones((pairs, first, 2, 4))}
    return WeeklyFacts(**{name: np.concatenate([before[name], array], axis=1) for name, array in vars(facts).items()})


def sides_exchanged(facts: WeeklyFacts) -> WeeklyFacts:
    return WeeklyFacts(**{name: array[:, :, ::-1] for name, array in vars(facts).items()})


def bars_exchanged(settings: DetectorSettings) -> DetectorSettings:
    return replace(settings, bars=settings.bars[::-1])


def mean_exchanged(baseline: ProgramBaseline) -> ProgramBaseline:
    return replace(baseline, mean=baseline.mean[::-1])


FACTS = st.builds(drawn, st.integers(0, 2**32))
SETTINGS = st.sampled_from([LOW_BARS, replace(LOW_BARS, min_own_acts=0, most_acts=3, window=20), DetectorSettings()])
