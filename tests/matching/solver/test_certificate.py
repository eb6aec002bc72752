"""A guard that has not been seen to fail is none: each way of tampering is found."""

from dataclasses import replace

import numpy as np
import pytest

from matching.solver import solve, verify

from . import oracle
from .cases import Case, random_case


def with_a_weak_match(case: Case) -> Case:
    """Somebody fits nobody well and is matched all the same, so that the floor leaves the others a choice."""
    weak = [max(score) for score in zip([20] * case.m, case.scores[9], strict=True)]
    return case.but(scores=[*case.scores[:9], [min(20, score) for score in weak], *case.scores[10:]])


LOCKED = with_a_weak_match(random_case(40, 30, 11, top=900, load_step=2, minimum=1, capacity=[2] * 15 + [1] * 15))
LOCKED = LOCKED.but(locks=tuple(pair for pair in ((0, 3), (5, 20)) if pair not in LOCKED.forbids))
SCARCE = with_a_weak_match(random_case(40, 39, 13, top=900, capacity=[1] * 39, block_cells=50))
SCARCE = SCARCE.but(scores=[*SCARCE.scores[:10], *([-1] * 39 for _ in range(5)), *SCARCE.scores[15:]])
PLAIN = random_case(30, 30, 17, top=900, fairness="none", capacity=[2] * 30)


def first_free(case, solution) -> int:
    return next(i for i, j in enumerate(solution.mentor_of) if j >= 0 and i not in case.locked)


def put(values, place, value):
    made = values.copy()
    made[place] = value
    return made


def certified(solution, **changes):
    return replace(solution, certificate=replace(solution.certificate, **changes))


def swapped(case, solution):
    """Two free mentees exchange their mentors, and everything that is stored about it is put right: only the prices can tell."""
    free = [i for i, j in enumerate(solution.mentor_of) if j >= 0 and i not in case.locked]
    for one in free:
        for two in free:
            j, k = (int(solution.mentor_of[i]) for i in (one, two))
            change = case.scores[one][k] + case.scores[two][j] - case.scores[one][j] - case.scores[two][k]
            if (
                change < 0
                and min(case.scores[one][k], case.scores[two][j]) >= (solution.floor or 0)
                and case.allowed(one, k)
                and case.allowed(two, j)
            ):
                score = put(put(solution.score, one, case.scores[one][k]), two, case.scores[two][j])
                made = certified(solution, value=solution.value + change)
                return replace(
                    made,
                    mentor_of=put(put(solution.mentor_of, one, k), two, j),
                    score=score,
                    total=solution.total + change,
                    value=solution.value + change,
                    floor=solution.floor if solution.floor is None else min(int(s) for i, s in enumerate(score) if i in free),
                )
    raise AssertionError("No swap in this case.")


def unmatched(case, solution):
    one = first_free(case, solution)
    lost = case.scores[one][int(solution.mentor_of[one])]
    value = solution.value - lost - solution.certificate.penalty
    made = replace(solution, mentor_of=put(solution.mentor_of, one, -1), score=put(solution.score, one, -1), matched=solution.matched - 1)
    return certified(replace(made, total=solution.total - lost, value=value), value=value)


TAMPERINGS = {
    "a mentee has another mentor": lambda c, s: replace(
        s, mentor_of=put(s.mentor_of, first_free(c, s), (s.mentor_of[first_free(c, s)] + 1) % c.m)
    ),
    "a mentee has a mentor who does not exist": lambda c, s: replace(s, mentor_of=put(s.mentor_of, 0, c.m)),
    "a match is gone": unmatched,
    "two have swapped": swapped,
    "a score is one more": lambda c, s: replace(s, score=put(s.score, first_free(c, s), s.score[first_free(c, s)] + 1)),
    "somebody else is locked": lambda c, s: replace(s, locked=~s.locked),
    "one more is said to be matched": lambda c, s: replace(s, matched=s.matched + 1),
    "the total is one more": lambda c, s: replace(s, total=s.total + 1),
    "the value is one more": lambda c, s: certified(replace(s, value=s.value + 1), value=s.value + 1),
    "the certificate has another value": lambda c, s: certified(s, value=s.value - 1),
    "the floor is one more": lambda c, s: replace(s, floor=(s.floor or 0) + 1),
    "the floor is one less": lambda c, s: replace(s, floor=(s.floor or 0) - 1),
    "a price is one more": lambda c, s: certified(s, prices=put(s.certificate.prices, s.mentor_of[first_free(c, s)], 10**6)),
    "a price is below 0": lambda c, s: certified(s, prices=put(s.certificate.prices, 0, -1)),
    "a price is beyond counting": lambda c, s: certified(s, prices=put(s.certificate.prices, 0, 2**63 - 1)),
    "all prices are 0": lambda c, s: certified(s, prices=np.zeros_like(s.certificate.prices)),
    "prices are fractions": lambda c, s: certified(s, prices=s.certificate.prices / 1),
    "the penalty is small": lambda c, s: certified(s, penalty=1),
    "the penalty is beyond counting": lambda c, s: certified(s, penalty=2**70),
    "there are too few prices": lambda c, s: certified(s, prices=s.certificate.prices[1:]),
    "there are no prices": lambda c, s: certified(s, prices=None),
    "there is no certificate": lambda c, s: replace(s, certificate=None),
}
OF_COVERS = {
    "the count cover is missing": lambda c, s: certified(s, count_cover=None),
    "the floor cover is missing": lambda c, s: certified(s, floor_cover=None),
    "the count cover is empty": lambda c, s: certified(s, count_cover=(np.zeros(c.n, bool), np.zeros(c.m, bool))),
    "the floor cover is everyone": lambda c, s: certified(s, floor_cover=(np.ones(c.n, bool), np.zeros(c.m, bool))),
    "the count cover is everyone and all": lambda c, s: certified(s, count_cover=(np.ones(c.n, bool), np.ones(c.m, bool))),
    "the floor cover is of another size": lambda c, s: certified(s, floor_cover=(np.zeros(c.n + 1, bool), np.zeros(c.m, bool))),
    "the floor cover misses a mentee": lambda c, s: certified(
        s, floor_cover=(s.certificate.floor_cover[0] & False, s.certificate.floor_cover[1] & False)
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
@pytest.mark.parametrize("case", [LOCKED, SCARCE, PLAIN], ids=["locked", "scarce", "plain"])
def test_tampering_is_found(case, tampering):
    problem = case.problem()
    solution = solve(problem)
    assert verify(problem, solution) == []

    faults = verify(problem, TAMPERINGS[tampering](case, solution))

    assert faults
    assert all(fault.endswith(".") for fault in faults)


@pytest.mark.parametrize("tampering", OF_COVERS)
@pytest.mark.parametrize("case", [LOCKED, SCARCE], ids=["locked", "scarce"])
def test_tampering_with_covers_is_found(case, tampering):
    problem = case.problem()
    solution = solve(problem)
    assert verify(problem, solution) == []

    assert verify(problem, OF_COVERS[tampering](case, solution))


def test_a_solution_of_another_problem_is_not_believed():
    solution = solve(SCARCE.problem())
    pair = next((i, int(j)) for i, j in enumerate(solution.mentor_of) if j >= 0)

    assert verify(SCARCE.but(forbids=(*SCARCE.forbids, pair)).problem(), solution)
    assert verify(SCARCE.but(minimum=solution.floor + 1).problem(), solution)
    assert verify(SCARCE.but(locks=((pair[0], (pair[1] + 1) % SCARCE.m),), forbids=()).problem(), solution)


def test_a_lower_floor_with_a_higher_total_is_not_believed():
    case = Case([[10, 4], [6, 1]], [1, 1])
    greedy = solve(case.but(fairness="none").problem())

    as_if_fair = replace(greedy, floor=1, certificate=solve(case.problem()).certificate)

    assert verify(case.problem(), as_if_fair)


def test_the_naive_check_agrees_with_the_quick_one():
    for case in (LOCKED, SCARCE, PLAIN):
        solution = solve(case.problem())
        assert oracle.faults(case, solution) == []
        assert "gap" in oracle.faults(case, swapped(case, solution))
