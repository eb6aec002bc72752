"""Rules with a limit on a share: what stands beside the detector, so that one sees what it is good for."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from checkins.imbalance.settings import SIDES, Numbers
from checkins.imbalance.weekly_facts import WeeklyFacts

HALVINGS = 12


@dataclass(frozen=True)
class FixedRule:
    """A side that did less than `least_share` of what both did in the last `weeks`, if that was `least_acts` or more; then it is quiet."""

    name: str
    weeks: int
    least_share: float
    least_acts: int
    acts: bool  # all acts; otherwise topics alone
    sides: tuple[int, ...] = (0, 1)
    quiet_weeks: int = 8

    @property
    def words(self) -> str:
        share, what = f"{100 * self.least_share:.1f}", "acts" if self.acts else "topics"
        return f"less than {share} % of the {what} of {self.weeks} weeks, of {self.least_acts} or more"

    def findings(self, facts: WeeklyFacts) -> NDArray[np.bool_]:
        """bool[P, W, 2]."""
        own = _last(facts.acts.sum(axis=-1) if self.acts else facts.topics, self.weeks)
        both = own.sum(axis=-1, keepdims=True)
        low = (own < self.least_share * both) & (both >= self.least_acts) & np.isin(np.arange(SIDES), self.sides)
        low[:, : self.weeks - 1] = False
        found, not_before = np.zeros(low.shape, np.bool_), np.zeros(facts.pairs, np.int64)
        for week in range(facts.weeks):
            now = low[:, week].any(axis=1) & (week >= not_before)
            found[now, week, low[now, week].argmax(axis=1)] = True
            not_before[now] = week + self.quiet_weeks + 1
        return found


OVER_SEVENTY_PER_CENT = FixedRule("70 % rule", weeks=4, least_share=0.3, least_acts=8, acts=False)
# Of the two the shorter is earlier and the longer surer.
TO_BE_TUNED = tuple(
    FixedRule(f"tuned {weeks} weeks", weeks=weeks, least_share=0.1, least_acts=16, acts=True, sides=(0,)) for weeks in (6, 8)
)


def tuned(rule: FixedRule, healthy: WeeklyFacts, false_findings: float) -> FixedRule:
    """The same with the highest share that finds at most so many in these facts."""
    low, high = 0.0, 0.5
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if replace(rule, least_share=middle).findings(healthy).sum() > false_findings:
            high = middle
        else:
            low = middle
    return replace(rule, least_share=low)


def _last(counts: Numbers, weeks: int) -> Numbers:
    """Sums over the last weeks, each with its own."""
    sums = np.cumsum(np.nan_to_num(counts), axis=1)
    sums[:, weeks:] -= sums[:, :-weeks].copy()
    return sums
