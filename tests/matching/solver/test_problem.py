import numpy as np
import pytest

from matching.solver import CriteriaScores, Criterion, MatchError, MatchProblem, MatrixScores, PoolProblem

TWO = MatrixScores([[1, 2], [3, 4]])
# Three quarters of what can be counted, where two mentees share two places.
NEARLY_TOO_LARGE = 2**61 // 18 * 3 // 4
SETS = np.ones((2, 1), np.uint64)


def same(key: str = "home", mentee=(0, 1), mentor=(0, 1), kind: str = "same", **more) -> Criterion:
    return Criterion(key, kind, np.array(mentee), np.array(mentor), **more)


@pytest.mark.parametrize(
    ("code", "where", "make"),
    [
        ("shape", None, lambda: MatchProblem([1], TWO)),
        ("shape", None, lambda: MatrixScores([1, 2])),
        ("shape", None, lambda: MatrixScores([[1, 2], [3]])),
        ("shape", None, lambda: MatchProblem([1, 1], TWO, locks=[(0, 1, 1)])),
        ("shape", None, lambda: MatchProblem([1, 1], TWO, warm_prices=[1])),
        ("shape", "home", lambda: CriteriaScores([same(mentee=(0, 1, 2))], 2, 2)),
        ("shape", "home", lambda: same(mentee=((0, 1),))),
        ("shape", "sets", lambda: Criterion("sets", "overlap", SETS, np.ones((2, 2), np.uint64))),
        ("shape", "wish", lambda: Criterion("wish", "wish", ([0], [0]), None)),
        ("shape", "wish", lambda: Criterion("wish", "wish", ([0], [0, 1], [5]), None)),
        ("shape", None, lambda: PoolProblem(MatrixScores([[1, 2]]))),
        ("shape", None, lambda: MatchProblem([1, 1], TWO, waiting_since=[1])),
        ("capacity", 1, lambda: MatchProblem([0, -1], TWO)),
        ("capacity", 0, lambda: MatchProblem([1.5, 1], TWO)),
        ("nan", 1, lambda: MatchProblem([1, float("nan")], TWO)),
        ("nan", (0, 1), lambda: MatrixScores([[1, float("nan")]])),
        ("not_integer", 0, lambda: MatchProblem([1, 1], TWO, waiting_since=[0.5, 1])),
        ("not_integer", (0, 1), lambda: MatrixScores([[1, 2.5]])),
        ("not_integer", None, lambda: MatchProblem([1, 1], TWO, minimum=2.5)),
        ("not_integer", None, lambda: PoolProblem(TWO, minimum=1.5)),
        ("not_integer", None, lambda: MatchProblem([1, 1], TWO, block_cells=1.5)),
        ("range", (0, 0), lambda: MatrixScores([[-2, 1]])),
        ("range", (0, 1), lambda: MatrixScores([[0, 2**24 + 1]])),
        ("range", (0, 1), lambda: MatrixScores([[0, float("inf")]])),
        ("range", None, lambda: MatchProblem([1, 1], TWO, block_cells=0)),
        ("range", "wish", lambda: Criterion("wish", "wish", ([0], [0], [101]), None)),
        ("range", "age", lambda: same("age", mentee=(2**61, 0), kind="near")),
        ("kind", "home", lambda: same(kind="alike")),
        ("weight", "home", lambda: same(weight=101)),
        ("weight", "home", lambda: same(weight=-1)),
        ("weight", "home", lambda: same(weight=0.5)),
        ("weight", "home", lambda: same(weight=True)),
        ("weight", "home", lambda: same(weight="much")),
        ("span", "home", lambda: same(kind="near", span=0)),
        ("span", "sets", lambda: Criterion("sets", "overlap", SETS, SETS, need=0)),
        ("missing", "home", lambda: same(missing=101)),
        ("dtype", "home", lambda: same(mentee=(0.5, 1))),
        ("dtype", "home", lambda: same(mentee=("north", "south"))),
        ("dtype", "sets", lambda: Criterion("sets", "offers", np.ones((2, 1), np.int64), SETS)),
        ("dtype", None, lambda: MatrixScores([["a", "b"]])),
        ("dtype", None, lambda: MatchProblem([1, 1], TWO, forbids=[(0.0, 1.0)])),
        ("duplicate_key", "home", lambda: CriteriaScores([same(), same()], 2, 2)),
        ("duplicate_key", "wish", lambda: Criterion("wish", "wish", ([0, 0], [1, 1], [5, 6]), None)),
        ("fairness", None, lambda: MatchProblem([1, 1], TWO, fairness="fair")),
        ("load_step", None, lambda: MatchProblem([1, 1], TWO, load_step=-1)),
        ("load_step", None, lambda: MatchProblem([1, 1], TWO, load_step=0.5)),
        ("lock_twice", 0, lambda: MatchProblem([1, 1], TWO, locks=[(0, 0), (0, 1)])),
        ("lock_twice", 1, lambda: PoolProblem(MatrixScores(np.ones((3, 3))), locks=[(0, 1), (1, 2)])),
        ("lock_forbidden", (0, 1), lambda: MatchProblem([1, 1], TWO, locks=[(0, 1)], forbids=[(0, 1)])),
        ("lock_forbidden", (0, 1), lambda: PoolProblem(TWO, locks=[(0, 1)], forbids=[(1, 0)])),
        ("lock_capacity", 1, lambda: MatchProblem([1, 1], TWO, locks=[(0, 1), (1, 1)])),
        ("lock_capacity", 1, lambda: MatchProblem([0, 0], TWO, locks=[(0, 1)])),
        ("lock_self", 1, lambda: PoolProblem(TWO, locks=[(1, 1)])),
        ("unknown_person", (0, 2), lambda: MatchProblem([1, 1], TWO, forbids=[(0, 2)])),
        ("unknown_person", (-1, 0), lambda: MatchProblem([1, 1], TWO, locks=[(-1, 0)])),
        ("unknown_person", "wish", lambda: CriteriaScores([Criterion("wish", "wish", ([0], [2], [5]), None)], 2, 2)),
        ("too_large", None, lambda: MatchProblem([1, 1], TWO, load_step=2**60)),
        ("too_large", None, lambda: MatchProblem([1, 1], TWO, load_step=NEARLY_TOO_LARGE, waiting_since=[1, 2])),
        ("too_large", None, lambda: PoolProblem(CriteriaScores([], 4001, 4001))),
    ],
)
def test_what_contradicts_itself_is_refused_by_name_before_any_work(code, where, make):
    with pytest.raises(MatchError) as refused:
        make()

    assert (refused.value.code, refused.value.where) == (code, where)
    assert str(refused.value).endswith(".")


def test_what_is_only_said_twice_or_generously_is_accepted():
    problem = MatchProblem([7.0, 1], TWO, locks=[(1, 0), (1, 0)], forbids=[(0, 1), (0, 1)])

    assert problem.capacity.tolist() == [2, 1]
    assert problem.locks.tolist() == [[1, 0]]
    assert problem.forbids.tolist() == [[0, 1]]


def test_what_is_as_large_as_can_be_is_accepted():
    assert MatchProblem([1, 1], TWO, load_step=NEARLY_TOO_LARGE).load_step == NEARLY_TOO_LARGE
    assert PoolProblem(CriteriaScores([], 4000, 4000)).minimum == 0


def test_waiting_weighs_only_where_one_of_those_without_a_lock_has_waited_longer():
    assert MatchProblem([1, 1], TWO, waiting_since=[1, 2]).weights.tolist() == [4, 2]
    assert MatchProblem([1, 1], TWO, waiting_since=[1, 1]).weights is None
    assert MatchProblem([1, 1], TWO, waiting_since=[1, 2], locks=[(0, 0)]).weights is None


def test_a_lock_of_peers_is_the_same_from_either_side():
    assert PoolProblem(TWO, locks=[(0, 1), (1, 0)]).locks.tolist() == [[0, 1]]
