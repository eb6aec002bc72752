from dataclasses import replace

import numpy as np
import pytest
import rustworkx
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.solver import Cancelled, MatrixScores, PoolProblem, blossom, pool, pool_certificate, solve_pool, verify_pool
from matching.solver.pool_certificate import NOT_PROVED

from . import oracle


def worth_of(scores: list[list[int]], forbids=(), minimum: int = 0, without=()) -> list[list[int]]:
    """Worth of each pair, -1 where it may not be."""
    n = len(scores)
    made = [[-1] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            both = scores[i][j], scores[j][i]
            out = i == j or min(both) < 0 or sum(both) < minimum or {i, j} & set(without)
            if not out and (i, j) not in forbids and (j, i) not in forbids:
                made[i][j] = sum(both)
    return made


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nothing_tried_is_better_and_the_proof_holds(data):
    n = data.draw(st.integers(0, 8))
    top = data.draw(st.sampled_from([0, 1, 3, 1000]))
    scores = data.draw(st.lists(st.lists(st.integers(-1, top), min_size=n, max_size=n), min_size=n, max_size=n))
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    forbids = data.draw(st.sets(st.sampled_from(pairs), max_size=6)) if pairs else set()
    locks = [pair for pair in data.draw(st.lists(st.sampled_from(pairs), max_size=1)) if not {pair, pair[::-1]} & forbids] if pairs else []
    minimum = data.draw(st.sampled_from([-3, 0, 1, 2]))
    problem = PoolProblem(MatrixScores(np.array(scores, int).reshape(n, n)), locks, sorted(forbids), minimum)

    solution = solve_pool(problem)

    locked = {person for pair in locks for person in pair}
    count, total = oracle.best_pairs_by_trying(worth_of(scores, forbids, minimum, locked))
    assert (solution.matched, solution.total) == (2 * count + len(locked), total)
    assert verify_pool(problem, solution) == []


def random_scores(n: int, top: int, out: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.where(rng.random((n, n)) < out, -1, rng.integers(0, top + 1, (n, n)))


@pytest.mark.parametrize(
    ("n", "top", "out"), [(60, 1, 0.0), (61, 3, 0.5), (61, 9000, 0.0), (75, 1, 0.8), (75, 9000, 0.8), (90, 5, 0.9), (91, 100, 0.3)]
)
def test_a_compiled_blossom_gives_the_same(n, top, out):
    scores = random_scores(n, top, out, n + top)
    problem = PoolProblem(MatrixScores(scores))

    solution = solve_pool(problem)

    worth = worth_of(scores.tolist())
    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from([(i, j, worth[i][j]) for i in range(n) for j in range(i) if worth[i][j] >= 0])
    pairs = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    assert (solution.matched, solution.total) == (2 * len(pairs), sum(worth[i][j] for i, j in pairs))
    assert solution.bound == solution.value
    assert verify_pool(problem, solution) == []


@pytest.mark.parametrize(("n", "top", "out"), [(299, 1, 0.9), (299, 40000, 0.0), (300, 100, 0.5), (300, 40000, 0.95)])
def test_three_hundred_people_are_proved(n, top, out):
    problem = PoolProblem(MatrixScores(random_scores(n, top, out, n)))

    assert verify_pool(problem, solve_pool(problem)) == []


def test_pairs_that_were_not_asked_about_are_found_where_they_are_needed(monkeypatch):
    monkeypatch.setattr(pool, "KEPT", 1)
    monkeypatch.setattr(pool, "ADDED", 1)
    problem = PoolProblem(MatrixScores(random_scores(41, 900, 0.3, 5)))

    solution = solve_pool(problem)

    assert solution.statistics["rounds"] > 1
    assert verify_pool(problem, solution) == []


def test_an_odd_group_made_for_one_person_is_undone_for_another(monkeypatch):
    undone = []
    expand = blossom._Search._expand
    monkeypatch.setattr(blossom._Search, "_expand", lambda search, group: (undone.append(group), expand(search, group)))
    rng = np.random.default_rng(817)
    rng.choice([15, 31, 45]), rng.choice([3, 100, 9000]), rng.choice([0, 0.5, 0.8])
    problem = PoolProblem(MatrixScores(np.where(rng.random((45, 45)) < 0.5, -1, rng.integers(0, 4, (45, 45)))))

    solution = solve_pool(problem)

    assert undone
    assert verify_pool(problem, solution) == []


def test_three_groups_of_three_need_the_prices_of_odd_groups():
    """Within a group of three everyone suits everyone, and hardly anyone else: one of each is left over."""
    scores = np.where(np.arange(9)[:, None] // 3 == np.arange(9) // 3, 50, -1)
    problem = PoolProblem(MatrixScores(scores))

    solution = solve_pool(problem)

    assert solution.matched == 6
    assert sorted(tuple(members.tolist()) for members, _ in solution.certificate.odd_sets) == [(0, 1, 2), (3, 4, 5), (6, 7, 8)]


def test_locked_people_leave_the_pool_first_and_keep_their_score():
    scores = [[0, 5, 9, 9], [5, 0, 9, 9], [9, 9, 0, -1], [9, 9, -1, 0]]

    solution = solve_pool(PoolProblem(MatrixScores(scores), locks=[(3, 2)]))

    assert solution.mate.tolist() == [1, 0, 3, 2]
    assert solution.score.tolist() == [10, 10, -1, -1]
    assert (solution.matched, solution.total) == (4, 10)


def test_a_large_pool_comes_with_a_bound(monkeypatch):
    monkeypatch.setattr(pool, "LARGEST_PROVED", 10)
    threes = np.where(np.arange(30)[:, None] // 3 == np.arange(30) // 3, 90, 0)

    solution = solve_pool(problem := PoolProblem(MatrixScores(threes)))

    assert verify_pool(problem, solution) == [NOT_PROVED]
    assert solution.value < solution.bound
    assert solution.matched == 30


def test_an_odd_number_in_a_large_pool_is_no_reason_for_a_gap(monkeypatch):
    monkeypatch.setattr(pool, "LARGEST_PROVED", 10)
    apart = np.where(np.arange(61)[:, None] < 20, np.arange(61) < 19, np.arange(61) > 19)
    problem = PoolProblem(MatrixScores(np.where(apart & apart.T, random_scores(61, 9000, 0.0, 3), -1)))

    solution = solve_pool(problem)

    assert verify_pool(problem, solution) == []
    assert solution.matched == 18 + 40


def test_who_wants_no_more_is_heard():
    with pytest.raises(Cancelled):
        solve_pool(PoolProblem(MatrixScores(random_scores(20, 9, 0.0, 3))), cancelled=lambda: True)


PROBLEM = PoolProblem(MatrixScores(random_scores(21, 900, 0.2, 8)), locks=[(0, 1)], forbids=[(2, 3)])


def put(values, place, value):
    made = values.copy()
    made[place] = value
    return made


def certified(solution, **changes):
    return replace(solution, certificate=replace(solution.certificate, **changes))


def swapped(solution):
    """Two pairs exchange mates, and everything that is stored about it is put right."""
    scores = random_scores(21, 900, 0.2, 8).tolist()
    worth = worth_of(scores, [(2, 3)], without=[0, 1])
    pairs = [(i, int(j)) for i, j in enumerate(solution.mate) if 1 < i < j]
    for a, b in pairs:
        for c, d in pairs:
            if a < c and worth[a][c] >= 0 and worth[b][d] >= 0 and worth[a][c] + worth[b][d] != worth[a][b] + worth[c][d]:
                change = worth[a][c] + worth[b][d] - worth[a][b] - worth[c][d]
                mate, score = solution.mate.copy(), solution.score.copy()
                mate[[a, c, b, d]] = [c, a, d, b]
                score[[a, c]], score[[b, d]] = worth[a][c], worth[b][d]
                return replace(solution, mate=mate, score=score, total=solution.total + change, value=solution.value + change)
    raise AssertionError("No swap in this pool.")


def alone_again(solution):
    """The lock is undone, and everything that is stored about it is put right."""
    return replace(
        solution, mate=put(put(solution.mate, 0, -1), 1, -1), score=put(put(solution.score, 0, -1), 1, -1), matched=solution.matched - 2
    )


def fewer(solution):
    """A pair is taken apart, and everything that is stored about it is put right."""
    one = int(np.flatnonzero(solution.mate > 1)[0])
    other, lost = int(solution.mate[one]), int(solution.score[one])
    gone = replace(solution, mate=put(put(solution.mate, one, -1), other, -1), score=put(put(solution.score, one, -1), other, -1))
    value = solution.value - lost - solution.certificate.penalty
    return replace(gone, matched=solution.matched - 2, total=solution.total - lost, value=value)


@pytest.mark.parametrize("cells", [1, 50, 2**19])
def test_what_may_not_be_is_found_whatever_the_size_of_a_block(monkeypatch, cells):
    monkeypatch.setattr(pool_certificate, "BLOCK_CELLS", cells)
    scores = MatrixScores(random_scores(21, 900, 0.2, 8))
    solution = solve_pool(PoolProblem(scores))
    weakest = int(solution.score[solution.mate >= 0].min())

    assert verify_pool(PoolProblem(scores, minimum=weakest), solution) == []
    assert "A pair is forbidden, ruled out or too low." in verify_pool(PoolProblem(scores, minimum=weakest + 1), solution)
    for one in np.flatnonzero(solution.mate >= 0):
        forbidden = PoolProblem(scores, forbids=[(one, solution.mate[one])])
        assert "A pair is forbidden, ruled out or too low." in verify_pool(forbidden, solution)


def nobody(solution) -> int:
    return int(np.flatnonzero(solution.mate < 0)[0])


def priced(solution, change):
    return certified(
        solution, prices=put(solution.certificate.prices, 4, solution.certificate.prices[4] + change * solution.certificate.scale)
    )


def with_set(solution, *members, price=1):
    return certified(solution, odd_sets=[(np.array(members), price)])


MATE, SET = "another mate", "A set is not odd"
TAMPERINGS = {
    "two pairs have exchanged mates": ("do not prove the value", swapped),
    "a pair is gone": ("do not prove the value", fewer),
    "a mate has another mate": (MATE, lambda s: replace(s, mate=put(s.mate, 2, int(s.mate[4])))),
    "a mate has nobody": (MATE, lambda s: replace(s, mate=put(s.mate, 2, -1))),
    "somebody is their own mate": (MATE, lambda s: replace(s, mate=put(s.mate, nobody(s), nobody(s)))),
    "a mate does not exist": ("does not exist", lambda s: replace(s, mate=put(s.mate, 2, 21))),
    "a mate is nobody in a wrong way": ("does not exist", lambda s: replace(s, mate=put(s.mate, 2, -2))),
    "a lock is undone": ("A lock is not kept", alone_again),
    "a score is one more": ("A stored score", lambda s: replace(s, score=put(s.score, int(s.mate.max()), s.score[int(s.mate.max())] + 1))),
    "more are said to be matched": ("The number of matched", lambda s: replace(s, matched=s.matched + 2)),
    "the total is one more": ("The total is wrong", lambda s: replace(s, total=s.total + 1)),
    "the total is a fraction": ("The total is not a whole", lambda s: replace(s, total=s.total / 1)),
    "the scale is a fraction": ("The scale is not a whole", lambda s: certified(s, scale=s.certificate.scale / 1)),
    "the value is one less": ("The value is wrong", lambda s: replace(s, value=s.value - 1)),
    "the bound is lower": ("The bound is not", lambda s: replace(s, bound=s.bound - 1)),
    "a price is lower": ("do not pay for every pair", lambda s: priced(s, -2)),
    "a price is higher": ("do not prove the value", lambda s: priced(s, 1)),
    "a price is below 0": ("A price is out of range", lambda s: certified(s, prices=put(s.certificate.prices, 4, -1))),
    "a price is beyond counting": ("A price is out of range", lambda s: certified(s, prices=put(s.certificate.prices, 4, 2**59 + 1))),
    "prices are fractions": ("`prices`", lambda s: certified(s, prices=s.certificate.prices / 1)),
    "prices are a list": ("`prices`", lambda s: certified(s, prices=s.certificate.prices.tolist())),
    "there are too few prices": ("`prices`", lambda s: certified(s, prices=s.certificate.prices[1:])),
    "odd sets are gone": ("do not pay for every pair", lambda s: certified(s, odd_sets=[])),
    "a set is even": (SET, lambda s: with_set(s, 2, 4)),
    "a set names one twice": (SET, lambda s: with_set(s, 2, 2, 4)),
    "a set is of fractions": (SET, lambda s: with_set(s, 2.0, 3.0, 4.0)),
    "a set is a table": (SET, lambda s: with_set(s, [2], [3], [4])),
    "a set names nobody": ("A set names somebody", lambda s: with_set(s, 2, 4, 21)),
    "a set counts from the end": ("A set names somebody", lambda s: with_set(s, 2, 4, -1)),
    "an odd set has a price below 0": ("price of an odd set", lambda s: with_set(s, 2, 3, 4, price=-1)),
    "an odd set has a price beyond counting": ("price of an odd set", lambda s: with_set(s, 2, 3, 4, price=2**59)),
    "an odd set has a fraction as a price": ("price of an odd set", lambda s: with_set(s, 2, 3, 4, price=1.0)),
    "the penalty is small": ("The penalty is too small", lambda s: certified(s, penalty=PROBLEM.penalty - 1)),
    "the penalty is 0": ("out of range", lambda s: certified(s, penalty=0)),
    "the penalty is beyond counting": ("out of range", lambda s: certified(s, penalty=2**61 // s.certificate.scale // 4)),
    "the scale is 0": ("out of range", lambda s: certified(s, scale=0)),
    "there is no certificate": ("cannot be read", lambda s: replace(s, certificate=None)),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found_and_named(tampering):
    solution = solve_pool(PROBLEM)
    assert verify_pool(PROBLEM, solution) == []
    assert solution.certificate.odd_sets

    named, tampered = TAMPERINGS[tampering]

    assert named in " ".join(verify_pool(PROBLEM, tampered(solution)))
