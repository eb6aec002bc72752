"""A guard that has not been seen to fail is none: each way of tampering is found."""

from dataclasses import replace

import numpy as np
import pytest

from matching.solver import MatchProblem, MatrixScores, solve, verify

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


def arranged(case, solution, mentor_of):
    """Everybody has these mentors, and everything that is stored about it is put right: only what proves it is as it was."""
    free = [i for i, j in enumerate(mentor_of) if j >= 0 and i not in case.locked]
    score = np.array([case.scores[i][j] if j >= 0 else -1 for i, j in enumerate(mentor_of)], np.int32)
    total = sum(int(score[i]) for i in free)
    alone = case.n - len(free) - len(case.locked)
    value = total - oracle.load_cost(case, [int(mentor_of[i]) for i in free]) - solution.certificate.penalty * alone
    floor = None if solution.floor is None else min(int(score[i]) for i in free)
    made = replace(solution, mentor_of=mentor_of, score=score, matched=len(free) + len(case.locked), total=total, value=value, floor=floor)
    return certified(made, value=value)


def swapped(case, solution):
    """Two free mentees exchange their mentors, to the loss of all."""
    free = [i for i, j in enumerate(solution.mentor_of) if j >= 0 and i not in case.locked]
    for one in free:
        for two in free:
            j, k = (int(solution.mentor_of[i]) for i in (one, two))
            change = case.scores[one][k] + case.scores[two][j] - case.scores[one][j] - case.scores[two][k]
            if change < 0 and case.allowed(one, k, solution.floor) and case.allowed(two, j, solution.floor):
                return arranged(case, solution, put(put(solution.mentor_of, one, k), two, j))
    raise AssertionError("No swap in this case.")


def together(case, solution, fits):
    """A free mentee has another mentor, for whom `fits(mentee, mentor)`; whoever had that mentor gets the mentee's own, if they may."""
    free = [i for i, j in enumerate(solution.mentor_of) if j >= 0 and i not in case.locked]
    for one in free:
        mine = int(solution.mentor_of[one])
        for mentor in (j for j in range(case.m) if j != mine and fits(one, j)):
            for other in free:
                if solution.mentor_of[other] == mentor and case.allowed(other, mine, solution.floor):
                    return arranged(case, solution, put(put(solution.mentor_of, one, mentor), other, mine))
    raise AssertionError("Nobody in this case.")


def one_too_many(case, solution):
    one = first_free(case, solution)
    full = next(j for j in range(case.m) if solution.mentor_of.tolist().count(j) == case.capacity[j] and j != solution.mentor_of[one])
    return arranged(case, solution, put(solution.mentor_of, one, full))


def of_others(case, solution):
    """As large as it must be, with a mentor in place of a mentee."""
    mentees, mentors = solution.certificate.count_cover
    one = next(i for i in range(case.n) if mentees[i] and i not in case.locked)
    mentor = next(j for j in reversed(range(case.m)) if not mentors[j] and case.capacity[j] - case.taken[j] == 1)
    return certified(solution, count_cover=(put(mentees, one, False), put(mentors, mentor, True)))


def with_two_scores_stored_wrong(case, solution):
    """One more for the first free mentee and one less for the last, so that the total is right."""
    free = [i for i, j in enumerate(solution.mentor_of) if j >= 0 and i not in case.locked]
    most = max(free, key=lambda i: solution.score[i])
    other = next(i for i in free if i != most and solution.score[i] > (solution.floor or 0))
    return replace(solution, score=put(put(solution.score, most, solution.score[most] + 1), other, solution.score[other] - 1))


TAMPERINGS = {
    "a mentee has a mentor who does not exist": ("does not exist", lambda c, s: replace(s, mentor_of=put(s.mentor_of, 0, c.m))),
    "a mentee has no mentor in a wrong way": ("does not exist", lambda c, s: replace(s, mentor_of=put(s.mentor_of, 0, -2))),
    "a mentor has one mentee more": ("more mentees than places", one_too_many),
    "two are together who may not be": ("forbidden, ruled out or too low", lambda c, s: together(c, s, lambda i, j: (i, j) in c.forbids)),
    "two are together whom a rule excludes": ("too low", lambda c, s: together(c, s, lambda i, j: c.scores[i][j] == -1)),
    "a match is gone": ("prove", lambda c, s: arranged(c, s, put(s.mentor_of, first_free(c, s), -1))),
    "two have swapped": ("The prices do not prove the value", swapped),
    "two scores are wrong": ("A stored score is wrong", with_two_scores_stored_wrong),
    "a score is one more": (
        "The total is wrong",
        lambda c, s: replace(s, score=put(s.score, first_free(c, s), s.score[first_free(c, s)] + 1)),
    ),
    "somebody else is locked": ("Others are marked", lambda c, s: replace(s, locked=put(s.locked, first_free(c, s), True))),
    "one more is said to be matched": ("The number of matches", lambda c, s: replace(s, matched=s.matched + 1)),
    "the total is one more": ("The total is wrong", lambda c, s: replace(s, total=s.total + 1)),
    "the value is one more": ("The value is wrong", lambda c, s: certified(replace(s, value=s.value + 1), value=s.value + 1)),
    "the certificate has another value": ("The value is wrong", lambda c, s: certified(s, value=s.value - 1)),
    "the floor is one more": ("The floor is not", lambda c, s: replace(s, floor=(s.floor or 0) + 1)),
    "the floor is one less": ("The floor is not", lambda c, s: replace(s, floor=(s.floor or 0) - 1)),
    "the floor is a fraction": ("The floor is not a whole number", lambda c, s: replace(s, floor=(s.floor or 0) / 1)),
    "the total is no number of Python's": ("The total is not a whole number", lambda c, s: replace(s, total=np.int64(s.total))),
    "the value of the certificate is a fraction": ("not a whole number", lambda c, s: certified(s, value=s.value / 1)),
    "a price is one more": (
        "The prices do not prove",
        lambda c, s: certified(s, prices=put(s.certificate.prices, s.mentor_of[first_free(c, s)], 10**6)),
    ),
    "a price is below 0": ("A price is below 0", lambda c, s: certified(s, prices=put(s.certificate.prices, 0, -1))),
    "a price is beyond counting": ("A price is too large", lambda c, s: certified(s, prices=put(s.certificate.prices, 0, 2**61))),
    "all prices are 0": ("The prices do not prove", lambda c, s: certified(s, prices=np.zeros_like(s.certificate.prices))),
    "prices are fractions": ("`prices`", lambda c, s: certified(s, prices=s.certificate.prices / 1)),
    "prices are a list": ("`prices`", lambda c, s: certified(s, prices=s.certificate.prices.tolist())),
    "the penalty is small": ("The penalty is too small", lambda c, s: certified(s, penalty=c.problem().penalty - 1)),
    "the penalty is 0": ("The penalty is out of range", lambda c, s: certified(s, penalty=0)),
    "the penalty is beyond counting": ("out of range", lambda c, s: certified(s, penalty=2**61 // (c.n + c.m + 2))),
    "there are too few prices": ("`prices`", lambda c, s: certified(s, prices=s.certificate.prices[1:])),
    "there are no prices": ("`prices`", lambda c, s: certified(s, prices=None)),
    "there is no certificate": ("cannot be read", lambda c, s: replace(s, certificate=None)),
}
OF_COVERS = {
    "the count cover is missing": ("A cover is missing", lambda c, s: certified(s, count_cover=None)),
    "the floor cover is missing": ("A cover is missing", lambda c, s: certified(s, floor_cover=None)),
    "the count cover is empty": (
        "does not prove that no more",
        lambda c, s: certified(s, count_cover=(np.zeros(c.n, bool), np.zeros(c.m, bool))),
    ),
    "the count cover is of others": ("leaves out some pairs", of_others),
    "the floor cover is everyone": (
        "does not prove that the floor",
        lambda c, s: certified(s, floor_cover=(np.ones(c.n, bool), np.zeros(c.m, bool))),
    ),
    "the floor cover is as large as the matches": (
        "does not prove that the floor",
        lambda c, s: certified(
            s, floor_cover=((s.mentor_of >= 0) & ~s.locked | s.certificate.floor_cover[0], s.certificate.floor_cover[1] & False)
        ),
    ),
    "the count cover is everyone and all": (
        "does not prove that no more",
        lambda c, s: certified(s, count_cover=(np.ones(c.n, bool), np.ones(c.m, bool))),
    ),
    "the floor cover is of another size": (
        "`floor_cover`",
        lambda c, s: certified(s, floor_cover=(np.zeros(c.n + 1, bool), np.zeros(c.m, bool))),
    ),
    "the count cover is of other mentors": (
        "`count_cover`",
        lambda c, s: certified(s, count_cover=(s.certificate.count_cover[0], np.zeros(c.m + 1, bool))),
    ),
    "the count cover is of numbers": (
        "`count_cover`",
        lambda c, s: certified(s, count_cover=tuple(part.astype(int) for part in s.certificate.count_cover)),
    ),
    "the count cover is of lists": (
        "`count_cover`",
        lambda c, s: certified(s, count_cover=tuple(part.tolist() for part in s.certificate.count_cover)),
    ),
    "the floor cover misses a mentee": (
        "leaves out some pairs",
        lambda c, s: certified(s, floor_cover=(s.certificate.floor_cover[0] & False, s.certificate.floor_cover[1] & False)),
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
@pytest.mark.parametrize("case", [LOCKED, SCARCE, PLAIN], ids=["locked", "scarce", "plain"])
def test_tampering_is_found_and_named(case, tampering):
    problem = case.problem()
    solution = solve(problem)
    assert verify(problem, solution) == []

    named, tampered = TAMPERINGS[tampering]
    faults = verify(problem, tampered(case, solution))

    assert named in " ".join(faults)
    assert all(fault.endswith(".") for fault in faults)


@pytest.mark.parametrize("tampering", OF_COVERS)
@pytest.mark.parametrize("case", [LOCKED, SCARCE], ids=["locked", "scarce"])
def test_tampering_with_covers_is_found_and_named(case, tampering):
    problem = case.problem()
    solution = solve(problem)
    assert verify(problem, solution) == []

    named, tampered = OF_COVERS[tampering]

    assert named in " ".join(verify(problem, tampered(case, solution)))


def test_a_lock_that_is_not_kept_is_named():
    solution = solve(LOCKED.problem())
    mentee, mentor = LOCKED.locks[0]

    moved = replace(solution, mentor_of=put(solution.mentor_of, mentee, (mentor + 1) % LOCKED.m))

    assert "A lock is not kept." in verify(LOCKED.problem(), moved)


@pytest.mark.parametrize(("score", "is_named"), [(-2, True), (-1, False), (7, False), (8, True)])
def test_a_score_outside_its_range_is_named(monkeypatch, score, is_named):
    source = MatrixScores([[7, 3]])
    monkeypatch.setattr(source, "block", lambda rows, columns=None: np.array([[score, 3]], np.int32))
    problem = MatchProblem([1, 1], source, fairness="none")

    assert ("A score is out of range." in verify(problem, solve(problem))) == is_named


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
