"""Signals of 10,000 pairs: one week as it comes, and two years at once. Against their gamma functions alone, and against a loop over pairs.

`python -m pytest -s tests/benchmarks/test_signals.py`; CPU seconds of the process, and by how much it grew.
"""

import ctypes
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import gammaln

from checkins.imbalance.detector import STREAMS, DetectorSettings, ProgramBaseline, WeeklyFacts, advance, assess_many, start
from checkins.imbalance.lives import live
from checkins.imbalance.worlds import WORLDS
from tests.checkins.imbalance import oracle

PAIRS, WEEKS = 10_000, 104
MOST_SECONDS_A_WEEK = 1.0
# Three values of the gamma function for each candidate week, side and stream; all of it may take so many times as long.
MOST_TIMES_GAMMA = 8
MOST_MEGABYTES_FOR_TWO_YEARS = 150
IN_A_LOOP = 3


@dataclass
class Measured:
    result: Any
    seconds: float
    megabytes: float


def measured(work: Callable[[], Any]) -> Measured:
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # gives back what earlier runs freed
    Path("/proc/self/clear_refs").write_text("5")  # forgets the highest so far
    before, began = _megabytes("VmRSS"), time.process_time()
    result = work()
    return Measured(result, time.process_time() - began, _megabytes("VmHWM") - before)


def _megabytes(name: str) -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


@pytest.fixture(scope="module")
def facts() -> WeeklyFacts:
    return live(WORLDS[0], np.random.default_rng(1), PAIRS, WEEKS).facts


def test_a_week_as_it_comes(facts: WeeklyFacts) -> None:
    settings = DetectorSettings()
    state = start(PAIRS)
    for week in range(settings.window):
        state, _ = advance(state, facts.of(weeks=slice(week, week + 1)))
    values = np.random.default_rng(2).uniform(0.1, 200, 3 * PAIRS * 2 * len(STREAMS) * settings.window)

    gamma = min(measured(lambda: gammaln(values)).seconds for _ in range(3))
    weeks = [measured(lambda: advance(state, facts.of(weeks=slice(20, 21)))) for _ in range(5)]
    week = min(weeks, key=lambda each: each.seconds)
    some, baseline = facts.of(slice(IN_A_LOOP), slice(settings.window + 1)), ProgramBaseline()
    loop = measured(lambda: [oracle.findings(some.of([pair]), settings, baseline) for pair in range(IN_A_LOOP)])
    in_a_loop = loop.seconds / IN_A_LOOP / (settings.window + 1) * PAIRS

    print(f"\na week of {PAIRS} pairs: {week.seconds:.2f} s, {week.megabytes:.0f} MB; its gamma functions alone {gamma:.2f} s", end="")
    print(
        f" ({week.seconds / gamma:.1f} times); in a loop over pairs, from scratch, {in_a_loop:.0f} s ({in_a_loop / week.seconds:.0f} times)"
    )
    print(f"kept of a pair: {sum(array.nbytes for array in vars(state).values()) / PAIRS / 1024:.1f} kB")
    assert week.seconds < MOST_SECONDS_A_WEEK
    assert week.seconds < MOST_TIMES_GAMMA * gamma


def test_two_years_at_once(facts: WeeklyFacts) -> None:
    year = measured(lambda: assess_many(facts.of(weeks=slice(WEEKS // 2))))
    both = measured(lambda: assess_many(facts))

    print(f"\ntwo years of {PAIRS} pairs: {both.seconds:.1f} s, {both.seconds / WEEKS:.2f} s a week; one year {year.seconds:.1f} s")
    print(f"{both.megabytes:.0f} MB beside their facts; {len(both.result)} findings")
    assert both.megabytes < MOST_MEGABYTES_FOR_TWO_YEARS
    assert both.seconds < 2.5 * year.seconds
