"""Checks pairs of peers against their problem, trusting nobody: shares only the source of the scores with the solver.

Prices of people and of odd sets that pay for every pair bound every pairing (Edmonds, Maximum matching and a polyhedron with
0,1-vertices, 1965): a pairing takes each person once at most, and of an odd set of 2k + 1 people k pairs at most. Values are whole
numbers, so a bound below value + 1 proves the value.
"""

import numpy as np
from numpy.typing import NDArray

from .problem import PoolProblem
from .scores import pair_scores
from .solution import PoolSolution

BLOCK_CELLS = 2**19
LARGEST = 2**61
# Alone among the faults it says that the pairs are right, and that there might be better ones.
NOT_PROVED = "The prices do not prove the value."


def verify_pool(problem: PoolProblem, solution: PoolSolution) -> list[str]:
    """What is wrong with the pairs, in sentences; [] = they are proved to be the best. Looks at all pairs once, block by block."""
    try:
        return _form(problem, solution) or _faults(problem, solution)
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as broken:
        return [f"The solution cannot be read: {broken}."]


def _form(problem: PoolProblem, solution: PoolSolution) -> list[str]:
    n, certificate = problem.scores.shape[0], solution.certificate
    faults = [
        f"`{name}` is not an array of {n}."
        for name, values in (("mate", solution.mate), ("score", solution.score), ("prices", certificate.prices))
        if not isinstance(values, np.ndarray) or values.shape != (n,) or values.dtype.kind != "i"
    ]
    numbers = {"total": solution.total, "matched": solution.matched, "value": solution.value}
    numbers |= {"penalty": certificate.penalty, "scale": certificate.scale}
    faults += [f"The {name} is not a whole number." for name, value in numbers.items() if type(value) is not int]
    if faults:
        return faults
    if ((solution.mate < -1) | (solution.mate >= n)).any():
        return ["A person has a mate who does not exist."]
    if not (certificate.scale > 0 and 0 < certificate.penalty < LARGEST // certificate.scale // 4):
        return ["The penalty or the scale is out of range."]
    if (certificate.prices < 0).any() or (certificate.prices > LARGEST // 4).any():
        return ["A price is out of range."]
    for members, price in certificate.odd_sets:
        members = np.asarray(members)
        if type(price) is not int or not 0 <= price < LARGEST // (4 * len(certificate.odd_sets)):
            return ["The price of an odd set is out of range."]
        if members.ndim != 1 or members.dtype.kind not in "iu" or len(np.unique(members)) != len(members) or len(members) % 2 == 0:
            return ["A set is not odd."]
        if members.min() < 0 or members.max() >= n:
            return ["A set names somebody who does not exist."]
    return []


def _faults(problem: PoolProblem, solution: PoolSolution) -> list[str]:
    n, certificate = problem.scores.shape[0], solution.certificate
    locked = np.zeros(n, bool)
    locked[problem.locks] = True
    has = np.flatnonzero(solution.mate >= 0)
    faults = set()
    if (solution.mate[has] == has).any() or (solution.mate[solution.mate[has]] != has).any():
        faults.add("Somebody's mate has another mate.")
    if (solution.mate[problem.locks[:, 0]] != problem.locks[:, 1]).any():
        faults.add("A lock is not kept.")
    if solution.matched != len(has):
        faults.add("The number of matched people is wrong.")
    first = np.flatnonzero((solution.mate > np.arange(n)) & ~locked)
    if solution.total != int(solution.score[first].sum()):
        faults.add("The total is wrong.")
    if solution.value != solution.total + certificate.penalty * len(first):
        faults.add("The value is wrong.")
    if certificate.penalty < (n // 2 + 1) * (2 * problem.scores.maximum + 1):
        faults.add("The penalty is too small to put one more pair above all scores.")
    if faults:
        return sorted(faults)
    rows_at_once = max(1, BLOCK_CELLS // max(1, n))
    for start in range(0, n, rows_at_once):
        faults.update(_faults_of_rows(problem, solution, np.arange(start, min(n, start + rows_at_once)), locked))
    # Whole numbers of Python, which never overflow.
    bound = sum(int(price) for price in certificate.prices[~locked])
    bound += sum(price * (len(members) // 2) for members, price in certificate.odd_sets)
    if bound >= certificate.scale * (solution.value + 1):
        faults.add(NOT_PROVED)
    if solution.bound * certificate.scale != bound:
        faults.add("The bound is not what the prices add up to.")
    return sorted(faults)


def _faults_of_rows(problem: PoolProblem, solution: PoolSolution, rows: NDArray[np.int64], locked: NDArray[np.bool_]) -> set[str]:
    certificate, everyone = solution.certificate, np.arange(len(locked))
    faults = set()
    scores = pair_scores(problem.scores, rows, None)
    stored = np.where(solution.mate[rows] >= 0, scores[np.arange(len(rows)), solution.mate[rows]], -1)
    if (stored != solution.score[rows]).any():
        faults.add("A stored score is wrong.")
    for forbids in (problem.forbids, problem.forbids[:, ::-1]):
        here = forbids[(forbids[:, 0] >= rows[0]) & (forbids[:, 0] <= rows[-1])]
        scores[here[:, 0] - rows[0], here[:, 1]] = -1
    scores[rows[:, None] == everyone] = -1
    allowed = (scores >= max(problem.minimum, 0)) & ~locked[rows][:, None] & ~locked
    matched = np.flatnonzero((solution.mate[rows] >= 0) & ~locked[rows])
    if not allowed[matched, solution.mate[rows[matched]]].all():
        faults.add("A pair is forbidden, ruled out or too low.")
    paid = certificate.prices[rows].astype(np.int64)[:, None] + certificate.prices
    for members, price in certificate.odd_sets:
        paid[np.ix_(np.isin(rows, members), np.isin(everyone, members))] += price
    if (allowed & (certificate.scale * (scores.astype(np.int64) + certificate.penalty) > paid)).any():
        faults.add("The prices do not pay for every pair.")
    return faults
