"""What is looked at, how sure one must be, and what is usual in a program. Numbers only; SIGNALS says where each comes from."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Bars = tuple[tuple[float, ...], tuple[float, ...]]

SIDES = 2
STREAMS: tuple[str, ...] = ("topics", "decisions", "scheduling", "acts", "answers", "gap", "replies")
ACTS, ANSWERS, GAP, REPLIES = 3, 4, 5, 6
KINDS: tuple[str, ...] = ("together", "topics", "decisions", "scheduling", "answers", "gap", "from_start", "silence")
FROM_START, SILENCE = 6, 7
# Which streams each kind is made of. Evidence of several is multiplied.
STREAMS_OF: dict[str, tuple[str, ...]] = {
    "together": ("acts", "answers"),
    "topics": ("topics",),
    "decisions": ("decisions",),
    "scheduling": ("scheduling",),
    "answers": ("answers",),
    "gap": ("gap",),
    "from_start": ("acts", "answers"),
    "silence": ("replies",),
}

# Least evidence for a finding, by side and kind, in natural logarithms: so that 0.9 findings in 100 healthy months of a pair are false.
MENTEE_MENTOR: Bars = ((5.68, 7.41, 6.69, 7.02, 6.67, 5.49, 2.46, 5.90), (7.13, 8.46, 7.46, 8.35, 7.82, 6.50, 4.21, 6.05))
# The same for 0.45.
CAREFUL: Bars = ((6.23, 7.70, 7.06, 7.54, 7.03, 6.01, 3.52, 5.90), (7.56, 9.18, 7.83, 8.67, 8.73, 6.70, 5.58, 6.05))
# For two who both mentor: 0.9, and neither side is watched more closely.
RECIPROCAL: Bars = ((6.14, 7.58, 6.95, 7.24, 6.94, 5.86, 2.87, 5.90), (6.32, 7.91, 7.14, 7.59, 7.00, 5.72, 3.44, 6.05))

USUAL_LEVEL = (0.48, 0.48, 0.48, 0.48, 0.75, 0.50, 0.75)
# A share and what is left of it.
USUAL_LEVEL_OTHER_SIDE = (*(1 - share for share in USUAL_LEVEL[:4]), *USUAL_LEVEL[4:])
USUAL_PAIR_PRECISION = (12.0, 12.0, 12.0, 14.0, 6.3, 14.0, 8.0)
USUAL_WEEK_PRECISION = (10.0, 10.0, 10.0, 10.0, 20.0, 20.0, 1e6)


def numbers(given: Any, shape: tuple[int, ...], name: str, *, is_bounded: bool = True) -> Numbers:
    """As float64 of that shape. Raises ValueError."""
    try:
        made = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers") from error
    if made.shape != shape:
        raise ValueError(f"{name} has the shape {made.shape}, not {shape}")
    if np.isnan(made).any() or (is_bounded and np.isinf(made).any()):
        raise ValueError(f"{name} holds what is no number")
    return made


def _above(made: Numbers, least: float, name: str) -> None:
    if (made <= least).any():
        raise ValueError(f"{name} must be more than {least}")


@dataclass(frozen=True)
class DetectorSettings:
    """`bars` by side and kind; `fall` (log-odds) and `fallen_precision` by stream; weeks; acts. Raises ValueError for what cannot be."""

    bars: Bars = MENTEE_MENTOR
    fall: tuple[float, ...] = (1.7, 1.7, 1.7, 1.7, 1.0, 0.8, 2.1)
    fallen_precision: tuple[float, ...] = (15, 15, 15, 15, 12, 15, 15)
    window: int = 16
    quiet_weeks: int = 8
    min_weeks: int = 4
    min_own_acts: float = 2
    most_acts: float = 8

    def __post_init__(self) -> None:
        numbers(self.bars, (SIDES, len(KINDS)), "bars", is_bounded=False)
        numbers(self.fall, (len(STREAMS),), "fall")
        _above(numbers(self.fallen_precision, (len(STREAMS),), "fallen_precision"), 0, "fallen_precision")
        for name, least in (("window", 1), ("quiet_weeks", 0), ("min_weeks", 0)):
            value = getattr(self, name)
            if not isinstance(value, (int, np.integer)) or value < least:
                raise ValueError(f"{name} must be a whole number, {least} or more")
        if not self.min_own_acts >= 0:
            raise ValueError("min_own_acts must be 0 or more")
        if not self.most_acts > 0:
            raise ValueError("most_acts must be more than 0")


USUAL_SETTINGS = DetectorSettings()


@dataclass(frozen=True, eq=False)
class ProgramBaseline:
    """What is usual in a program. `mean` float64[2, 7]: usual level by side and stream. `pair_precision`, `week_precision` float64[7]: how
    alike pairs are, and the weeks of one pair. `memory`: how long a mood lasts; `side_correlation`: how far two share it. `pairs_used`: of
    how many pairs something was learned, 0 where nothing was. Raises ValueError for what cannot be.
    """

    mean: Numbers = field(default_factory=lambda: np.array([USUAL_LEVEL, USUAL_LEVEL_OTHER_SIDE]))
    pair_precision: Numbers = field(default_factory=lambda: np.array(USUAL_PAIR_PRECISION))
    week_precision: Numbers = field(default_factory=lambda: np.array(USUAL_WEEK_PRECISION))
    memory: float = 0.25
    side_correlation: float = 0.12
    pairs_used: int = 0

    def __post_init__(self) -> None:
        mean = numbers(self.mean, (SIDES, len(STREAMS)), "mean")
        _above(mean, 0, "mean")
        if (mean >= 1).any():
            raise ValueError("mean must be less than 1")
        object.__setattr__(self, "mean", mean)
        for name in ("pair_precision", "week_precision"):
            made = numbers(getattr(self, name), (len(STREAMS),), name)
            _above(made, 0, name)
            object.__setattr__(self, name, made)
        for name in ("memory", "side_correlation"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be 0 or more and less than 1")
