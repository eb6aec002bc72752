"""By what the pairings of a program are judged: what is usual there, how careful it is, and which rate of false findings that makes.

The rate is stated once a baseline was learned from the program itself. Before that, and where somebody only typed what is usual, findings
are provisional: nobody has measured how often they are wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from checkins.imbalance.models import Baseline, Signal, SignalRule
from checkins.imbalance.settings import ACTS, CAREFUL, MENTEE_MENTOR, RECIPROCAL, STREAMS, DetectorSettings, ProgramBaseline
from programs.memberships.models import Program

# False findings in 100 healthy months of a pair.
USUAL_RATE, CAREFUL_RATE, SILENCE_RATE = 0.9, 0.45, 0.5
# How many of each there are in a usual week, beside the others.
ACTS_OF = {"topics": 2, "decisions": 1, "scheduling": 1}
LEAST_SHARE, MOST_SHARE = 0.01, 0.99


@dataclass(frozen=True, eq=False)
class Measure:
    """`row` is the version of what is usual; none where nobody has decided on one yet."""

    row: Baseline | None
    baseline: ProgramBaseline
    is_careful: bool

    def settings(self, *, is_reciprocal: bool) -> DetectorSettings:
        """Where both mentor neither side is watched more closely, and a program is as careful as usual."""
        return DetectorSettings(bars=RECIPROCAL if is_reciprocal else CAREFUL if self.is_careful else MENTEE_MENTOR)

    def stated_rate(self, kind: str, *, is_reciprocal: bool) -> float | None:
        if self.row is None or not self.row.pairs_used:
            return None
        if kind == Signal.Kind.SILENCE:
            return SILENCE_RATE
        return CAREFUL_RATE if self.is_careful and not is_reciprocal else USUAL_RATE


def measure_of(program: Program) -> Measure:
    """Two queries."""
    row = baseline_in_force(program)
    is_careful = SignalRule.objects.filter(program=program, preset=SignalRule.Preset.CAREFUL).exists()
    return Measure(row, usual_by(row), is_careful)


def usual_by(row: Baseline | None) -> ProgramBaseline:
    return ProgramBaseline() if row is None else baseline_of(row.values)


def baseline_in_force(program: Program) -> Baseline | None:
    return Baseline.objects.filter(program=program).in_force().first()


def baseline_of(values: dict[str, Any]) -> ProgramBaseline:
    """As it was kept. Raises ValueError for what cannot be."""
    return ProgramBaseline(**values)


def values_of(baseline: ProgramBaseline) -> dict[str, Any]:
    """As it is kept: numbers and lists."""
    return {
        "mean": baseline.mean.tolist(),
        "pair_precision": baseline.pair_precision.tolist(),
        "week_precision": baseline.week_precision.tolist(),
        "memory": float(baseline.memory),
        "side_correlation": float(baseline.side_correlation),
        "pairs_used": int(baseline.pairs_used),
    }


def typed(shares: Mapping[str, float]) -> ProgramBaseline:
    """What is usual where nothing was learned, but for the shares of side 0 in topics, decisions and scheduling. Raises ValueError."""
    mean = ProgramBaseline().mean.copy()
    for name in ACTS_OF:
        share = shares[name]
        if not LEAST_SHARE <= share <= MOST_SHARE:
            raise ValueError(f"{name} must be from {LEAST_SHARE} to {MOST_SHARE}")
        mean[:, STREAMS.index(name)] = share, 1 - share
    mean[:, ACTS] = np.average(mean[:, : len(ACTS_OF)], axis=1, weights=list(ACTS_OF.values()))
    return ProgramBaseline(mean=mean)
