"""How often the detector is right about pairs that are invented, so that one knows which are well. Nobody has tried it on people."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from checkins.imbalance.calibration import calibrate
from checkins.imbalance.detector import assess_many
from checkins.imbalance.fixed_rules import OVER_SEVENTY_PER_CENT, TO_BE_TUNED, FixedRule, tuned
from checkins.imbalance.lives import live
from checkins.imbalance.settings import SILENCE, USUAL_SETTINGS, DetectorSettings, ProgramBaseline
from checkins.imbalance.weekly_facts import WeeklyFacts
from checkins.imbalance.worlds import FIRST_ONSET, LAST_ONSET, SUDDEN, WEEKS_WHEN_BAD, WEEKS_WHEN_BENIGN, WORLDS, World

# In 100 months of healthy pairs. What the bars were set for.
STATED_FALSE_FINDINGS, STATED_SILENCE = 0.9, 0.5
WEEKS_A_MONTH = 52 / 12
# The cohort from which a program learns what is usual.
COHORT_PAIRS, COHORT_WEEKS, COHORT_GONE_BAD = 300, 26, 0.08
WITHIN_WEEKS = (4, 6, 10)
# Ninety-five of a hundred lie within so many standard errors.
STANDARD_ERRORS = 1.96
NEVER = 10**6


@dataclass(frozen=True)
class Run:
    """`pairs` of each world and seed, a check-in every `cadence` weeks, and the rules that stand beside the detector."""

    pairs: int
    seeds: tuple[int, ...]
    cadence: int = 2
    rules: tuple[FixedRule, ...] = ()
    settings: DetectorSettings = USUAL_SETTINGS


class Estimate(NamedTuple):
    """A number, and how far off it may be (95 %)."""

    value: float
    margin: float


class Found(NamedTuple):
    """In which pair and week, and of which side: int64[F]."""

    pair: NDArray[np.int64]
    week: NDArray[np.int64]
    side: NDArray[np.int64]


@dataclass(frozen=True)
class Benign:
    """False findings per 100 months of pairs that are well, by the detector and by each fixed rule; notes of silence apart."""

    world: World
    findings: Estimate
    silence: Estimate
    by_rule: dict[str, Estimate]
    # Parts of the pairs of which something was found: in so many weeks as a bad world has, and within WITHIN_WEEKS of a week like those
    # in which others go bad. The latter also by each rule.
    flagged: Estimate
    by_chance: tuple[Estimate, ...]
    rules_by_chance: dict[str, tuple[Estimate, ...]]


@dataclass(frozen=True)
class Bad:
    """Parts of the pairs that went bad: found within WITHIN_WEEKS, and at all; the median is NEVER where fewer than half were found."""

    world: World
    within: tuple[Estimate, ...]
    at_all: Estimate
    median_weeks: float
    side_right: float  # of the findings after the onset; NaN of none
    by_rule: dict[str, tuple[Estimate, ...]]


def rules_beside(pairs: int, seed: int, cadence: int = 2) -> tuple[FixedRule, ...]:
    """The fixed rules, where it can be done tuned to raise as many false alarms as is stated of the detector."""
    healthy = live(WORLDS[0], np.random.default_rng([seed, len(WORLDS)]), pairs, WEEKS_WHEN_BENIGN, cadence=cadence).facts
    false_findings = STATED_FALSE_FINDINGS / 100 * healthy.active.sum() / WEEKS_A_MONTH
    return (OVER_SEVENTY_PER_CENT, *(tuned(rule, healthy, false_findings) for rule in TO_BE_TUNED))


def judge_benign(world: World, run: Run) -> Benign:
    months, counts, silences, flagged, soon = [], [], [], [], []
    by_rule: dict[str, list[NDArray[np.int64]]] = {rule.name: [] for rule in run.rules}
    rules_soon: dict[str, list[NDArray[np.int64]]] = {rule.name: [] for rule in run.rules}
    for seed in run.seeds:
        rng, baseline = _learned(world, seed, run)
        facts = live(world, rng, run.pairs, WEEKS_WHEN_BENIGN, cadence=run.cadence).facts
        found, silent = _findings(facts, run.settings, baseline)
        months.append(facts.active.sum(axis=1) / WEEKS_A_MONTH)
        counts.append(np.bincount(found.pair, minlength=run.pairs))
        silences.append(np.bincount(silent.pair, minlength=run.pairs))
        flagged.append(np.bincount(found.pair[found.week < WEEKS_WHEN_BAD], minlength=run.pairs) > 0)
        some_week = rng.integers(FIRST_ONSET, LAST_ONSET + 1, run.pairs)
        soon.append(_delays(found, some_week))
        for rule in run.rules:
            found_by_rule = rule.findings(facts)
            by_rule[rule.name].append(found_by_rule.sum(axis=(1, 2)))
            rules_soon[rule.name].append(_delays(Found(*np.nonzero(found_by_rule)), some_week))
    return Benign(
        world=world,
        findings=_rate(counts, months),
        silence=_rate(silences, months),
        by_rule={name: _rate(found_by, months) for name, found_by in by_rule.items()},
        flagged=_part(np.concatenate(flagged)),
        by_chance=_parts(np.concatenate(soon)),
        rules_by_chance={name: _parts(np.concatenate(found_by)) for name, found_by in rules_soon.items()},
    )


def judge_bad(world: World, run: Run) -> Bad:
    delays, right = [], []
    by_rule: dict[str, list[NDArray[np.int64]]] = {rule.name: [] for rule in run.rules}
    for seed in run.seeds:
        rng, baseline = _learned(world, seed, run)
        facts, onset = live(world, rng, run.pairs, WEEKS_WHEN_BAD, fall=world.fall, cadence=run.cadence)
        found, _ = _findings(facts, run.settings, baseline)
        delays.append(_delays(found, onset))
        right.append(found.side[found.week >= onset[found.pair]] == (world.fall.side if world.fall else 0))
        for rule in run.rules:
            by_rule[rule.name].append(_delays(Found(*np.nonzero(rule.findings(facts))), onset))
    all_delays, named = np.concatenate(delays), np.concatenate(right)
    return Bad(
        world=world,
        within=_parts(all_delays),
        at_all=_part(all_delays < NEVER),
        median_weeks=float(np.median(all_delays)),
        side_right=float(np.mean(named)) if len(named) else float("nan"),
        by_rule={name: _parts(np.concatenate(found_by)) for name, found_by in by_rule.items()},
    )


def share_true(bad: Bad, healthy: Benign, bad_in_a_hundred: float) -> float:
    """Of the pairs of which something was found within the weeks of a bad world: what part was bad, where so many in a hundred are."""
    true = bad_in_a_hundred * bad.at_all.value
    false = (100 - bad_in_a_hundred) * healthy.flagged.value
    return true / (true + false) if true + false else float("nan")


def _learned(world: World, seed: int, run: Run) -> tuple[Generator, ProgramBaseline]:
    """What the program learned from an earlier cohort, of which a few went bad; what happens to this one had not happened yet."""
    rng = np.random.default_rng([seed, WORLDS.index(world)])
    earlier = live(replace(world, course=None), rng, COHORT_PAIRS, COHORT_WEEKS, fall=SUDDEN, gone_bad=COHORT_GONE_BAD, cadence=run.cadence)
    return rng, calibrate(earlier.facts, run.settings)


def _findings(facts: WeeklyFacts, settings: DetectorSettings, baseline: ProgramBaseline) -> tuple[Found, Found]:
    """Of imbalance, and of silence."""
    found = assess_many(facts, settings, baseline)
    silence = found.kind == SILENCE
    imbalance, silent = (Found(found.pair[which], found.week[which], found.side[which]) for which in (~silence, silence))
    return imbalance, silent


def _delays(found: Found, onset: NDArray[np.int64]) -> NDArray[np.int64]:
    """Weeks until the first finding, that of the onset included."""
    delays = np.full(len(onset), NEVER)
    after = found.week >= onset[found.pair]
    np.minimum.at(delays, found.pair[after], found.week[after] - onset[found.pair[after]] + 1)
    return delays


def _rate(counts: list[NDArray[np.int64]], months: list[NDArray[np.float64]]) -> Estimate:
    """Per 100 months of a pair. Findings cluster in pairs, so pairs are what varies."""
    count, month = np.concatenate(counts), np.concatenate(months)
    rate = count.sum() / month.sum()
    error = (count - rate * month).std() / np.sqrt(len(count)) / month.mean()
    return Estimate(100 * float(rate), 100 * STANDARD_ERRORS * float(error))


def _part(yes: NDArray[np.bool_]) -> Estimate:
    return Estimate(float(yes.mean()), STANDARD_ERRORS * float(yes.std() / np.sqrt(len(yes))))


def _parts(delays: NDArray[np.int64]) -> tuple[Estimate, ...]:
    return tuple(_part(delays <= weeks) for weeks in WITHIN_WEEKS)
