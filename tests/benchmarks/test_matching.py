"""How long matching takes and how much memory it grows by, against a table of all places solved by scipy, in one run on one machine.

`python -m pytest -s tests/benchmarks/test_matching.py`; CPU seconds of the process, both sides with their scoring. The largest needs 2 GB.
"""

import ctypes
import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from matching.solver import MatchProblem, MatchSolution, PoolProblem, solve, solve_pool, verify, verify_pool

from .people import places, scores

RULED_OUT = -1e7


@dataclass
class Run:
    result: Any
    seconds: float
    megabytes: float


def run(work: Callable[[], Any]) -> Run:
    """What it returns, CPU seconds, and by how much the process grew above where it was, at most."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # gives back what earlier runs freed
    Path("/proc/self/clear_refs").write_text("5")  # forgets the highest so far
    before, began = _megabytes("VmRSS"), time.process_time()
    result = work()
    return Run(result, time.process_time() - began, _megabytes("VmHWM") - before)


def _megabytes(name: str) -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def score_pass(problem: MatchProblem) -> None:
    n, m = problem.scores.shape
    step = max(1, problem.block_cells // m)
    for start in range(0, n, step):
        problem.scores.block(np.arange(start, min(n, start + step)))


def dense(problem: MatchProblem) -> tuple[int, int]:
    """Matches and total from the whole table, a column for each place."""
    n, m = problem.scores.shape
    columns = np.repeat(np.arange(m), problem.capacity)
    table = np.empty((n, len(columns)))
    step = max(1, problem.block_cells // m)
    for start in range(0, n, step):
        table[start : start + step] = problem.scores.block(np.arange(start, min(n, start + step)))[:, columns]
    table[table < 0] = RULED_OUT
    rows, chosen = linear_sum_assignment(table, maximize=True)
    values = table[rows, chosen]
    return int((values >= 0).sum()), int(values[values >= 0].sum())


def problem_of(n: int, scarce: bool, **changes: Any) -> MatchProblem:
    return MatchProblem(**{"capacity": places(n // 2, scarce=scarce), "scores": scores(n, n // 2), "fairness": "none"} | changes)


@pytest.mark.parametrize("scarce", [False, True], ids=["enough", "scarce"])
@pytest.mark.parametrize("n", [5_000, 10_000])
def test_against_a_table_of_all_places(n: int, scarce: bool) -> None:
    problem = problem_of(n, scarce)
    alike = {name: getattr(problem, name) for name in ("capacity", "scores")}
    one = run(lambda: score_pass(problem))
    total = run(lambda: solve(problem))
    solution: MatchSolution = total.result
    floor = run(lambda: solve(MatchProblem(**alike)))
    check = run(lambda: verify(problem, solution))
    check_floor = run(lambda: verify(MatchProblem(**alike), floor.result))
    pair = [(int(np.flatnonzero(solution.mentor_of >= 0)[0]), int(solution.mentor_of[solution.mentor_of >= 0][0]))]
    cold = run(lambda: solve(MatchProblem(**alike, fairness="none", forbids=pair)))
    warm = run(lambda: solve(MatchProblem(**alike, fairness="none", forbids=pair, warm_prices=solution.certificate.prices)))
    table = run(lambda: dense(problem))

    print(f"\n{n} mentees, {n // 2} mentors, {problem.capacity.sum()} places; load {os.getloadavg()[0]:.1f}")
    for words, one_run in (
        ("table of all places", table),
        ("score pass", one),
        ("total only", total),
        ("floor", floor),
        ("verify", check),
        ("verify floor", check_floor),
        ("one forbid, cold", cold),
        ("one forbid, warm", warm),
    ):
        print(f"{words:20} {one_run.seconds:7.2f} s {one_run.megabytes:7.0f} MB")
    looks = solution.statistics["looks"]
    for words, reached, aim in (
        ("table / total only", table.seconds / total.seconds, ">= 1.5"),
        ("table / memory of total only", table.megabytes / total.megabytes, ">= 15 at 10,000"),
        ("table / memory of floor", table.megabytes / floor.megabytes, ">= 15 at 10,000"),
        ("total only / score pass", total.seconds / one.seconds, f"<= {20 if scarce else 6}"),
        ("floor / total only", floor.seconds / total.seconds, f"<= {3 if scarce else 2}"),
        ("verify / score pass", max(check.seconds, check_floor.seconds) / one.seconds, "<= 1.8"),
        ("warm / cold", warm.seconds / cold.seconds, "<= 1"),
        ("score pass / table", one.seconds / table.seconds, "<= 0.2"),
        ("looks at a row", looks, "<= 4"),
    ):
        print(f"{words:30} {reached:6.2f}  {aim}")
    assert table.result == (solution.matched, solution.total)
    assert check.result == check_floor.result == []
    assert warm.result.value == cold.result.value
    assert table.seconds >= 1.5 * total.seconds
    assert n < 10_000 or max(total.megabytes, floor.megabytes) <= min(150, table.megabytes / 15)
    assert total.seconds <= (20 if scarce else 6) * one.seconds
    assert floor.seconds <= (3 if scarce else 2) * total.seconds
    assert check.seconds <= 1.8 * one.seconds
    assert warm.seconds <= cold.seconds
    assert one.seconds <= table.seconds / 5
    assert looks <= 4


def test_twice_as_many_people() -> None:
    """By which power of the number of people the time grows, from 10,000 to 20,000."""
    runs = {}
    for n in (10_000, 20_000):
        problem = problem_of(n, scarce=False)
        runs[n] = run(lambda problem=problem: solve(problem))
        print(f"\n{n} mentees: {runs[n].seconds:.1f} s, {runs[n].megabytes:.0f} MB; load {os.getloadavg()[0]:.1f}", end="")
        assert verify(problem, runs[n].result) == []
    print(f"\ntime grows as n^{np.log2(runs[20_000].seconds / runs[10_000].seconds):.2f}")


@pytest.mark.parametrize("n", [300, 301, 1000, 4000])
def test_peers(n: int) -> None:
    problem = PoolProblem(scores(n, n))
    pairs = run(lambda: solve_pool(problem))
    check = run(lambda: verify_pool(problem, pairs.result))

    gap = (pairs.result.bound - pairs.result.value) / pairs.result.total
    print(
        f"\n{n} peers: {pairs.seconds:.2f} s, {pairs.megabytes:.0f} MB, within {100 * gap:.5f}%; verify {check.seconds:.2f} s", check.result
    )
    assert check.result == [] or n > 1000
