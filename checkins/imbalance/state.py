"""What is known of pairs before their next week: a few numbers for each, as arrays."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checkins.imbalance.settings import SIDES, STREAMS, USUAL_SETTINGS, DetectorSettings, Numbers, ProgramBaseline

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_WEEK = -1
ENOUGH_RECORDS = 10


@dataclass(frozen=True, eq=False)
class State:
    """What is known of P pairs before their next week: arrays only, and with them what they are judged by.

    Of each pair: the number of its next week, and of the first it lived (-1: none); weeks lived; acts of each side; sum and count of its
    answers; totals k and n by side and stream, and what they were before each of the last `window` weeks it lived; from which week on
    something may be found (imbalance, silence); whether a low start was told.
    """

    week: Integers  # [P]
    first_week: Integers  # [P]
    lived: Integers  # [P]
    own_acts: Numbers  # [P, 2]
    answer_sum: Numbers  # [P, 2]
    answer_count: Numbers  # [P, 2]
    k: Numbers  # [P, 2, 7]
    n: Numbers  # [P, 2, 7]
    candidate: Integers  # [P, window]: -1 where there is none yet
    k_before: Numbers  # [P, window, 2, 7]
    n_before: Numbers  # [P, window, 2, 7]
    known_before: Numbers  # [P, window, 2, 7]: follows from these two, and takes long to reckon
    not_before: Integers  # [P, 2]
    from_start_spent: Flags  # [P, 2]
    # Of all pairs.
    bars: Numbers  # [2, 8]
    fall: Numbers  # [7]
    fallen_precision: Numbers  # [7]
    limits: Numbers  # [5]: window, quiet_weeks, min_weeks, min_own_acts, most_acts
    mean: Numbers  # [2, 7]
    pair_precision: Numbers  # [7]
    week_precision: Numbers  # [7]
    moods: Numbers  # [2]: memory, side_correlation

    @property
    def is_one_sided(self) -> Flags:
        """bool[P]: there are records, and they come from one side only."""
        one_sided: Flags = (self.own_acts.sum(axis=1) >= ENOUGH_RECORDS) & (self.own_acts.min(axis=1) < self.settings.min_own_acts)
        return one_sided

    @property
    def is_too_early(self) -> Flags:
        """bool[P]: not enough weeks were lived yet to find anything."""
        return self.lived < self.settings.min_weeks

    @property
    def settings(self) -> DetectorSettings:
        window, quiet_weeks, min_weeks = (int(limit) for limit in self.limits[:3])
        own, most = (float(limit) for limit in self.limits[3:])
        zero, one = (tuple(float(bar) for bar in side) for side in self.bars)
        fall, precision = tuple(self.fall.tolist()), tuple(self.fallen_precision.tolist())
        return DetectorSettings((zero, one), fall, precision, window, quiet_weeks, min_weeks, own, most)

    @property
    def baseline(self) -> ProgramBaseline:
        memory, side_correlation = (float(mood) for mood in self.moods)
        return ProgramBaseline(self.mean, self.pair_precision, self.week_precision, memory, side_correlation)

    def of(self, pairs: Any) -> "State":
        """Of those pairs; with a slice it looks into the same arrays."""
        return State(**{name: array[pairs] if name in OF_EACH_PAIR else array for name, array in vars(self).items()})

    def copy(self) -> "State":
        return State(**{name: array.copy() for name, array in vars(self).items()})


ONCE_FOR_ALL = frozenset({"bars", "fall", "fallen_precision", "limits", "mean", "pair_precision", "week_precision", "moods"})
OF_EACH_PAIR = frozenset(each.name for each in fields(State)) - ONCE_FOR_ALL


def start(pairs: int, settings: DetectorSettings = USUAL_SETTINGS, baseline: ProgramBaseline | None = None) -> State:
    """Of so many pairs, before week 0."""
    baseline = baseline or ProgramBaseline()
    sides, window, each = (pairs, SIDES), settings.window, (SIDES, len(STREAMS))
    return State(
        week=np.zeros(pairs, np.int64),
        first_week=np.full(pairs, NO_WEEK, np.int64),
        lived=np.zeros(pairs, np.int64),
        own_acts=np.zeros(sides),
        answer_sum=np.zeros(sides),
        answer_count=np.zeros(sides),
        k=np.zeros((pairs, *each)),
        n=np.zeros((pairs, *each)),
        candidate=np.full((pairs, window), NO_WEEK, np.int64),
        k_before=np.zeros((pairs, window, *each)),
        n_before=np.zeros((pairs, window, *each)),
        known_before=np.zeros((pairs, window, *each)),
        not_before=np.zeros(sides, np.int64),
        from_start_spent=np.zeros(sides, np.bool_),
        bars=np.array(settings.bars, np.float64),
        fall=np.array(settings.fall, np.float64),
        fallen_precision=np.array(settings.fallen_precision, np.float64),
        limits=np.array([settings.window, settings.quiet_weeks, settings.min_weeks, settings.min_own_acts, settings.most_acts], np.float64),
        mean=baseline.mean.copy(),
        pair_precision=baseline.pair_precision.copy(),
        week_precision=baseline.week_precision.copy(),
        moods=np.array([baseline.memory, baseline.side_correlation]),
    )
