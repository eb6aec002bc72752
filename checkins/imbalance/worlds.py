"""Invented programs, in words and numbers: healthy ones, ones that mislead a detector easily, and ones in which pairs go bad.

Each differs from the first only in what it says. What happens to a pair is written into its `Life`, week by week; `lives.py` lives it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import expit, logit

from checkins.imbalance.settings import Numbers

WEEKS_WHEN_BENIGN, WEEKS_WHEN_BAD = 52, 26
# Drawn from these weeks, both included.
FIRST_ONSET, LAST_ONSET = 4, 14
# How far the answers to voice, comfort, respect and boundaries fall, in about the steps of an answer, and how that differs between pairs.
ANSWERS_FALL, FALLS_DIFFER = np.array([1.0, 1.0, 0.8, 0.5]), (0.5, 1.5)
FALLEN_SHARE, FALLEN_PRECISION = 0.15, 20.0
FALLEN_REPLIES = 0.8
# A share that no Beta draws beyond.
INSIDE = (1e-4, 1 - 1e-4)


@dataclass(frozen=True)
class Program:
    """How the pairs of a program are. Shares are the mentee's."""

    acts_a_week: tuple[float, float, float] = (2.0, 1.0, 1.0)  # topics, decisions, scheduling
    share: float = 0.48
    pair_precision: float = 14.0
    week_precision: float = 10.0
    # Which part of each kind is the mentee's by design; None: as of all acts.
    shares_by_design: tuple[float | None, float | None, float | None] = (None, None, None)
    kinds_differ: float = 0.3
    volume_of_pair: float = 4.0  # shape of a gamma of mean 1
    volume_of_week: float = 3.0
    log_normal_volume_of_week: float | None = None  # in place of the gamma
    bursts: float = 0.0
    absent: float = 0.08  # of a side in a week: told beside a finding, and no ground for one
    mentor_records: float = 0.0  # part of the pairs in which the mentor records nearly all
    reply: float = 0.75
    reply_precision: float = 8.0
    mood: float = 0.25
    mood_lasts: float = 0.6  # from a week to the next
    mood_shared: float = 0.2
    random_answers: float = 0.0
    paused: float = 0.0


@dataclass
class Life:
    """What drives P pairs over W weeks; courses change it in place."""

    volume: Numbers  # [P, W]
    share: Numbers  # [P, W]: usual share of acts
    decision_share: Numbers  # [P, W]
    does: Numbers  # [P, W, 2]: what part of its acts a side does
    replies: Numbers  # [P, W, 2]: probability
    feels: Numbers  # [P, W, 2, 4]: how far its answers are moved, by question
    active: NDArray[np.bool_]  # [P, W]

    @property
    def shape(self) -> tuple[int, int]:
        pairs, weeks = self.volume.shape
        return pairs, weeks

    def shift_share(self, by: Any) -> None:
        """In log-odds."""
        for share in (self.share, self.decision_share):
            share[:] = expit(logit(share) + by)


Course = Callable[[Life, Generator], None]


@dataclass(frozen=True)
class Fall:
    """How a side goes bad from its onset on: what it does, what it says, and how often it says anything."""

    side: int = 0
    from_the_start: bool = False
    lasts: int = 1  # weeks until the full depth
    depth: float = 1.0  # of all of it
    acts: bool = True  # its share falls
    only_decisions: bool = False
    does: float = 1.0  # part of its acts, the other side's as before
    answers: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)  # part of the full fall, by question
    replies: float = FALLEN_REPLIES
    # Part of the pairs that answer as if well; the others reply this seldom.
    answer_as_if_well: float = 0.0
    seldom: float = 0.15


@dataclass(frozen=True)
class World:
    name: str
    words: str
    program: Program = Program()
    course: Course | None = None
    fall: Fall | None = None


def spell(life: Life, rng: Generator, part: float, weeks: tuple[int, int], for_good: float = 0.0) -> NDArray[np.bool_]:
    """bool[P, W]: of a part of the pairs, some weeks on end from one of the weeks of onsets on, of which some never end."""
    pairs, all_weeks = life.shape
    first = rng.integers(FIRST_ONSET, LAST_ONSET + 1, pairs)
    after = np.where(rng.random(pairs) < for_good, all_weeks, first + rng.integers(weeks[0], weeks[1] + 1, pairs))
    within = (np.arange(all_weeks) >= first[:, None]) & (np.arange(all_weeks) < after[:, None])
    return within & (rng.random(pairs) < part)[:, None]


def busy_mentee(life: Life, rng: Generator) -> None:
    busy = spell(life, rng, 0.25, (8, 20), for_good=0.5)
    life.does[..., 0][busy] *= 0.35
    life.replies[..., 0][busy] *= 0.8


def ill_mentor(life: Life, rng: Generator) -> None:
    life.does[..., 1][spell(life, rng, 0.25, (4, 12))] *= 0.25


def settling(life: Life, rng: Generator) -> None:
    left = np.maximum(0, 1 - np.arange(life.shape[1]) / 4)
    life.shift_share(-1.2 * left)
    life.feels[:, :, 0] -= 0.4 * left[:, None]


def exam_weeks(life: Life, rng: Generator) -> None:
    exams = np.arange(life.shape[1]) % 17 >= 14
    life.volume[:, exams] *= 0.35
    life.feels[:, exams] -= 0.35


def growing_mentee(life: Life, rng: Generator) -> None:
    life.shift_share(0.8 * np.minimum(np.arange(life.shape[1]) / 30, 1))


def pause(life: Life, rng: Generator, part: float) -> None:
    pairs, weeks = life.shape
    first = rng.integers(0, weeks, pairs)
    after = first + rng.integers(3, 9, pairs)
    within = (np.arange(weeks) >= first[:, None]) & (np.arange(weeks) < after[:, None])
    life.active[within & (rng.random(pairs) < part)[:, None]] = False


def go_bad(fall: Fall, life: Life, onset: NDArray[np.int64], rng: Generator) -> None:
    """From its onset on; a pair whose onset lies after the last week stays as it is."""
    pairs, weeks = life.shape
    since = np.arange(weeks) - onset[:, None]
    bad = since >= 0
    depth = np.where(bad, fall.depth * np.minimum((since + 1) / fall.lasts, 1), 0.0)
    low = rng.beta(FALLEN_SHARE * FALLEN_PRECISION, (1 - FALLEN_SHARE) * FALLEN_PRECISION, pairs)[:, None]
    low = np.clip(low if fall.side == 0 else 1 - low, *INSIDE)
    if fall.acts:
        life.decision_share[:] = _between(life.decision_share, low, depth)
    if fall.acts and not fall.only_decisions:
        life.share[:] = _between(life.share, low, depth)
    life.does[..., fall.side][bad] *= fall.does
    as_if_well = rng.random(pairs) < fall.answer_as_if_well
    falls = rng.uniform(*FALLS_DIFFER, pairs) * ~as_if_well
    life.feels[:, :, fall.side] -= (depth * falls[:, None])[..., None] * ANSWERS_FALL * np.array(fall.answers)
    if fall.answer_as_if_well:
        life.replies[..., fall.side][bad & ~as_if_well[:, None]] = fall.seldom
    else:
        life.replies[..., fall.side] *= 1 - depth * (1 - fall.replies)


def _between(share: Numbers, low: Numbers, depth: Numbers) -> Numbers:
    """So far on the way, in log-odds."""
    there: Numbers = expit(logit(share) + depth * (logit(low) - logit(share)))
    return there


BASE = Program()
STRUCTURED = replace(BASE, shares_by_design=(0.04, None, 0.10))
HEAVY_TAILS = replace(BASE, pair_precision=6.0, week_precision=4.0, log_normal_volume_of_week=0.8, bursts=0.03, random_answers=0.08)
ONE_SIDED = replace(BASE, mentor_records=0.3)
LOW_ACTIVITY = replace(BASE, acts_a_week=(0.5, 0.25, 0.25))
SUDDEN = Fall()

WORLDS: tuple[World, ...] = (
    World("healthy", "all is well"),
    World("busy", "a quarter of the mentees have less time, half of these for good", course=busy_mentee),
    World("ill", "a quarter of the mentors are ill for 4 to 12 weeks", course=ill_mentor),
    World("settling", "mentees are shy for four weeks", course=settling),
    World("one-sided", "in three of ten pairs the mentor records nearly all", ONE_SIDED),
    World("moods", "moods are strong, long and shared", replace(BASE, mood=0.45, mood_lasts=0.85, mood_shared=0.6)),
    World("heavy-tails", "pairs and weeks differ much, bursts, careless answers", HEAVY_TAILS),
    World("structured", "the mentor writes the agenda and finds the times, by design", STRUCTURED),
    World("low-activity", "one act a week", LOW_ACTIVITY),
    World("pauses", "four of ten pairs pause, fewer than half reply", replace(BASE, paused=0.4, reply=0.45)),
    World("exams", "three weeks in seventeen are hard for all", course=exam_weeks),
    World("growing", "mentees take over more and more", course=growing_mentee),
    World("sudden", "a side falls silent in a week, and says so", fall=SUDDEN),
    World("half-as-deep", "the same by half", fall=Fall(depth=0.5)),
    World("slow-drift", "the same over twelve weeks", fall=Fall(lasts=12)),
    World("from-the-start", "the same since the first week", fall=Fall(from_the_start=True)),
    World("withdrawal", "the mentee does less, the mentor as much", fall=Fall(acts=False, does=0.25)),
    World("fear", "half answer as if well, half hardly reply", fall=Fall(answer_as_if_well=0.5)),
    World("gaming", "answers fall, records stay pretty", fall=Fall(acts=False)),
    World("decides-alone", "decisions only, and being heard", fall=Fall(only_decisions=True, answers=(1, 0, 0, 0), replies=1.0)),
    World("mentor-silenced", "the mentor's side falls", fall=Fall(side=1)),
    World("low-activity-sudden", "one act a week, and a sudden fall", LOW_ACTIVITY, fall=SUDDEN),
    World("structured-sudden", "by design, and a sudden fall", STRUCTURED, fall=SUDDEN),
    World("heavy-tails-sudden", "heavy tails, and a sudden fall", HEAVY_TAILS, fall=SUDDEN),
    World("one-sided-sudden", "one-sided records, and a sudden fall", ONE_SIDED, fall=SUDDEN),
)
