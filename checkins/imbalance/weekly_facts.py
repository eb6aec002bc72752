"""What two people did, week by week: the only input of the reckoning. No words, no tone, nothing of who somebody is."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checkins.imbalance.settings import SIDES, Numbers

QUESTIONS: tuple[str, ...] = ("voice", "comfort", "respect", "boundaries")
COUNTS: tuple[str, ...] = ("topics", "decisions", "scheduling", "absences")
LOWEST_ANSWER, HIGHEST_ANSWER = 1, 5
# Sums of what is counted stay finite, whatever comes in.
MOST_OF_A_KIND = 1e12


@dataclass(frozen=True, eq=False)
class WeeklyFacts:
    """Of P pairs in W weeks, for side 0 (the mentee, or the first) and side 1.

    `topics`, `decisions`, `scheduling`, `absences` float64[P, W, 2]: how many; NaN where a pair was not active, in all four and for both.
    `asked` bool[P, W, 2]: a check-in fell due. `answers` float64[P, W, 2, 4], 1 to 5 in the order of `QUESTIONS`; NaN for none.
    """

    topics: Any
    decisions: Any
    scheduling: Any
    absences: Any
    asked: Any
    answers: Any

    @property
    def pairs(self) -> int:
        return int(self.topics.shape[0])

    @property
    def weeks(self) -> int:
        return int(self.topics.shape[1])

    @property
    def active(self) -> NDArray[np.bool_]:
        """bool[P, W]."""
        there: NDArray[np.bool_] = ~np.isnan(self.topics[:, :, 0])
        return there

    @property
    def acts(self) -> Numbers:
        """float64[P, W, 2, 3]: topics, decisions, scheduling."""
        acts: Numbers = np.minimum(np.stack([self.topics, self.decisions, self.scheduling], axis=-1), MOST_OF_A_KIND)
        return acts

    def lived(self) -> "WeeklyFacts":
        """The same with nothing where a pair was not active: 0, not asked, no answer."""
        active = self.active[..., None]
        counts = {name: np.where(active, getattr(self, name), 0.0) for name in COUNTS}
        return WeeklyFacts(**counts, asked=self.asked & active, answers=np.where(active[..., None], self.answers, np.nan))

    def of(self, pairs: Any = slice(None), weeks: Any = slice(None)) -> "WeeklyFacts":
        """Those pairs and weeks of it."""
        return WeeklyFacts(*(getattr(self, each.name)[pairs][:, weeks] for each in fields(self)))


def checked(facts: WeeklyFacts) -> WeeklyFacts:
    """The same as arrays. Raises ValueError naming the array that cannot be."""
    made = {name: _floats(getattr(facts, name), name) for name in (*COUNTS, "answers")}
    shape = made["topics"].shape
    if len(shape) != 3 or shape[2] != SIDES:
        raise ValueError(f"topics has the shape {shape}, not (pairs, weeks, {SIDES})")
    asked = _yes_or_no(facts.asked)
    wanted = {name: (made[name], shape) for name in COUNTS} | {"asked": (asked, shape), "answers": (made["answers"], (*shape, 4))}
    for name, (given, its_shape) in wanted.items():
        if given.shape != its_shape:
            raise ValueError(f"{name} has the shape {given.shape}, not {its_shape}")
    not_active = np.isnan(made["topics"][:, :, :1])
    for name in COUNTS:
        if (np.isnan(made[name]) != not_active).any():
            raise ValueError(f"{name} and topics must be missing together, in the same weeks and for both sides")
        if np.isinf(made[name]).any() or (made[name] < 0).any():
            raise ValueError(f"{name} must be 0 or more, and finite")
    answers = made["answers"]
    if ((answers < LOWEST_ANSWER) | (answers > HIGHEST_ANSWER)).any():
        raise ValueError(f"answers must be from {LOWEST_ANSWER} to {HIGHEST_ANSWER}")
    return WeeklyFacts(**made, asked=asked)


def _floats(given: Any, name: str) -> Numbers:
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers") from error


def _yes_or_no(given: Any) -> NDArray[np.bool_]:
    made = np.asarray(given)
    if made.dtype != np.bool_ and not np.isin(made, (0, 1)).all():
        raise ValueError("asked must be true or false")
    return made.astype(np.bool_)
