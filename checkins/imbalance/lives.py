"""Pairs that live, week by week, as a program of a world says: facts as a real program would bring them, and who went bad when."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import expit, logit

from checkins.imbalance.settings import SIDES, Numbers
from checkins.imbalance.weekly_facts import QUESTIONS, WeeklyFacts
from checkins.imbalance.worlds import FIRST_ONSET, INSIDE, LAST_ONSET, Fall, Life, Program, World, go_bad, pause

# What parts of somebody's answers stay with them, and belong to one question alone; the rest is mood.
OF_THE_PERSON, OF_THE_QUESTION = 0.5, 0.25
CUTS = np.array([-2.05, -1.48, -0.67, 0.385])
LOGGED_BY_OTHERS = 0.02
BURST = (8, 20)


class Cohort(NamedTuple):
    """`onset` int64[P]: the first bad week; of a pair that stays well a week beyond the last."""

    facts: WeeklyFacts
    onset: NDArray[np.int64]


def live(
    world: World, rng: Generator, pairs: int, weeks: int, *, fall: Fall | None = None, gone_bad: float = 1.0, cadence: int = 2
) -> Cohort:
    """So many pairs of the world, of which a part goes bad as `fall` says; a check-in every `cadence` weeks."""
    program = world.program
    life = _usual(program, rng, pairs, weeks)
    if world.course:
        world.course(life, rng)
    pause(life, rng, program.paused)
    onset = np.full(pairs, weeks)
    if fall:
        first = 0 if fall.from_the_start else rng.integers(FIRST_ONSET, LAST_ONSET + 1, pairs)
        onset = np.where(rng.random(pairs) < gone_bad, first, weeks)
        go_bad(fall, life, onset, rng)
    counts = np.where(life.active[..., None, None], _acts(program, life, rng), np.nan)
    absences = np.where(life.active[..., None], rng.random((pairs, weeks, SIDES)) < program.absent, np.nan)
    due = np.arange(weeks) % cadence == 1 % cadence
    asked = np.broadcast_to((due[:, None] & life.active[..., None]), (pairs, weeks, SIDES))
    replied = asked & (rng.random(asked.shape) < life.replies)
    answers = np.where(replied[..., None], _answers(program, life, rng), np.nan)
    topics, decisions, scheduling = np.moveaxis(counts, -1, 0)
    return Cohort(WeeklyFacts(topics, decisions, scheduling, absences, asked, answers), onset)


def _usual(program: Program, rng: Generator, pairs: int, weeks: int) -> Life:
    everywhere = (pairs, weeks)
    of_pair = rng.gamma(program.volume_of_pair, 1 / program.volume_of_pair, (pairs, 1))
    if program.log_normal_volume_of_week is None:
        of_week = rng.gamma(program.volume_of_week, 1 / program.volume_of_week, everywhere)
    else:
        sd = program.log_normal_volume_of_week
        of_week = rng.lognormal(-(sd**2) / 2, sd, everywhere)
    share = np.clip(_beta(rng, program.share, program.pair_precision, (pairs, 1)), *INSIDE)
    reply = _beta(rng, program.reply, program.reply_precision, (pairs, 1, SIDES))
    return Life(
        volume=of_pair * of_week,
        share=np.repeat(share, weeks, axis=1),
        decision_share=np.repeat(share, weeks, axis=1),
        does=np.ones((*everywhere, SIDES)),
        replies=np.repeat(reply, weeks, axis=1),
        feels=np.zeros((*everywhere, SIDES, len(QUESTIONS))),
        active=np.ones(everywhere, np.bool_),
    )


def _acts(program: Program, life: Life, rng: Generator) -> Numbers:
    """[P, W, 2, 3]: topics, decisions, scheduling."""
    pairs, weeks = life.shape
    of_week = logit(_beta(rng, life.share, program.week_precision))
    # What a week brings it brings to all kinds of acts, unless decisions go their own way.
    apart = life.decision_share != life.share
    of_decisions = np.where(apart, logit(_beta(rng, life.decision_share, program.week_precision)), of_week)
    of_kinds = np.stack([of_week, of_decisions, of_week], axis=-1)
    by_design = [0.0 if share is None else logit(share) - logit(program.share) for share in program.shares_by_design]
    share = expit(of_kinds + rng.normal(0, program.kinds_differ, (pairs, 1, 3)) + np.array(by_design))
    expected = life.volume[..., None, None] * np.stack([share, 1 - share], axis=2) * life.does[..., None] * np.array(program.acts_a_week)
    by_mentor = (rng.random(pairs) < program.mentor_records)[:, None, None, None]
    records = np.array([LOGGED_BY_OTHERS, 1 - LOGGED_BY_OTHERS])[:, None]
    acts = rng.poisson(np.where(by_mentor, expected.sum(axis=2, keepdims=True) * records, expected))
    bursts = (rng.random((pairs, weeks)) < program.bursts) * rng.integers(BURST[0], BURST[1] + 1, (pairs, weeks))
    acts[..., 0] += bursts[..., None] * (rng.integers(0, SIDES, (pairs, weeks))[..., None] == np.arange(SIDES))
    return np.asarray(acts, np.float64)


def _answers(program: Program, life: Life, rng: Generator) -> Numbers:
    """[P, W, 2, 4], 1 to 5, as if all were answered."""
    pairs, weeks = life.shape
    person = rng.normal(0, np.sqrt(OF_THE_PERSON), (pairs, 1, SIDES, 1))
    question = rng.normal(0, np.sqrt(OF_THE_QUESTION), life.feels.shape)
    shared, own = _moods(program, rng, (pairs, weeks, 1)), _moods(program, rng, (pairs, weeks, SIDES))
    mood = np.sqrt(program.mood) * (np.sqrt(program.mood_shared) * shared + np.sqrt(1 - program.mood_shared) * own)
    felt = person + mood[..., None] + question + life.feels
    answers = 1.0 + (felt[..., None] > CUTS).sum(axis=-1)
    careless = rng.random(answers.shape) < program.random_answers
    answers[careless] = rng.integers(1, 6, answers.shape)[careless]
    return np.asarray(answers, np.float64)


def _moods(program: Program, rng: Generator, shape: tuple[int, ...]) -> Numbers:
    """Of variance 1; each week's resembles the one before."""
    moods = rng.normal(size=shape)
    for week in range(1, shape[1]):
        moods[:, week] = program.mood_lasts * moods[:, week - 1] + np.sqrt(1 - program.mood_lasts**2) * moods[:, week]
    return moods


def _beta(rng: Generator, mean: Numbers | float, precision: float, shape: tuple[int, ...] | None = None) -> Numbers:
    drawn: Numbers = np.clip(rng.beta(mean * precision, (1 - mean) * precision, shape), 1e-9, 1 - 1e-9)
    return drawn
