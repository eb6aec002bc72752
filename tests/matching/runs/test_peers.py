"""What is said of a pool, against what an exact solve says."""

import numpy as np
import pytest

from matching import solver
from matching.runs import peers
from matching.runs.arrays import Inputs, inputs_of, packed_pool, pool_of
from matching.runs.found import NotProvedError


def pool(seed: int, n: int = 7, **more: object) -> Inputs:
    """People with two wishes, of which one is not the same from both sides, and a rule."""
    by_chance = np.random.default_rng(seed)
    values, sought, offered = by_chance.integers(0, 3, n), by_chance.integers(1, 8, n), by_chance.integers(1, 8, n)
    team = by_chance.integers(0, 3, n)
    return Inputs(
        mentees=np.arange(n, dtype=np.int64) + 100,
        mentors=np.arange(n, dtype=np.int64) + 100,
        capacity=np.ones(n, np.int64),
        waiting=by_chance.integers(1, 10**9, n),
        locks=np.empty((0, 2), np.int64),
        forbids=np.array([[0, 1], [1, 0]]),
        criteria=[
            solver.Criterion("c1", "same", values, values, weight=30),
            solver.Criterion("c2", "offers", sought.astype(np.uint64)[:, None], offered.astype(np.uint64)[:, None], weight=60),
            solver.Criterion("c3", "different", team, team, hard=True),
        ],
        is_among_peers=True,
        **more,
    )


def silent(*_: object) -> None:
    return None


@pytest.mark.parametrize("seed", range(6))
def test_the_parts_of_every_pair_add_up_to_its_score(seed):
    for pair in peers.found(pool(seed), silent).result.pairs:
        assert sum(part[4] for part in pair.parts) == pair.score


@pytest.mark.parametrize("seed", range(6))
def test_choosing_another_costs_at_least_what_is_said(seed):
    inputs = pool(seed)
    best = solver.solve_pool(peers.problem_of(inputs))
    checked = 0
    for other, score, cost, has_nobody, leaves_out, of in peers.next_best(inputs, best, range(7), 7):
        i, j = other - 100, of - 100
        locked = solver.solve_pool(peers.problem_of(inputs, locks=np.array([[i, j]])))
        exact = best.value - (locked.value + score + locked.certificate.penalty)
        assert exact >= cost
        assert has_nobody == (best.mate[i] < 0)
        assert not leaves_out or locked.matched < best.matched
        checked += 1
    assert checked


@pytest.mark.parametrize("seed", range(6))
def test_whoever_is_alone_is_told_how_many_would_be_possible(seed):
    inputs = pool(seed)
    table = peers.scores_of(inputs, range(7), range(7))
    alone = peers.found(inputs, silent).result.alone
    assert alone
    for one in alone:
        assert one.found["allowed"] == int((table[one.mentee - 100] >= 0).sum())


def test_a_rule_that_alone_shuts_somebody_out_is_counted():
    inputs = pool(0, 4)
    shut = solver.Criterion("c9", "same", [1, 1, 2, 2], [1, 1, 2, 2], hard=True)
    inputs = Inputs(**{**vars(inputs), "criteria": [*inputs.criteria[:2], shut]})
    [first] = [one for one in peers.found(inputs, silent).result.alone if one.mentee == 100]
    assert first.found == {"allowed": 0, "excluded": {"c9": 2, "#forbidden": 1}, "only": {"c9": 2, "#forbidden": 1}, "alone": 2}


def test_a_pool_is_kept_and_read_as_it_was():
    inputs = pool(3)
    best = solver.solve_pool(peers.problem_of(inputs))
    again = pool_of(packed_pool(best), best.value)
    read = inputs_of(inputs.packed())
    assert (read.is_among_peers, read.digest()) == (True, inputs.digest())
    assert peers.check(read, again, is_proved=True) == []
    assert peers.fingerprint_of(again) == peers.fingerprint_of(best)


def test_odd_groups_are_kept_with_their_prices():
    alike = Inputs(**{**vars(pool(0, 5)), "criteria": [solver.Criterion("c1", "same", [1] * 5, [1] * 5, weight=30)]})
    best = solver.solve_pool(peers.problem_of(alike))
    assert best.certificate.odd_sets
    assert peers.check(alike, pool_of(packed_pool(best), best.value), is_proved=True) == []


def triangles(apart: bool, n: int = 6) -> Inputs:
    """Threes who suit one another, and nobody else as well; who are `apart` can meet within their three, or the last person, alone."""
    threes = np.arange(n) // 3
    inputs = Inputs(**{**vars(pool(0, n)), "criteria": [solver.Criterion("c1", "same", threes, threes, weight=30)]})
    if not apart:
        return Inputs(**{**vars(inputs), "forbids": np.empty((0, 2), np.int64)})
    others = [(i, j) for i in range(n - 1) for j in range(i) if threes[i] != threes[j]]
    return Inputs(**{**vars(inputs), "forbids": np.array(others)})


@pytest.fixture
def beyond_proof(monkeypatch):
    """As where there are too many people."""
    monkeypatch.setattr(solver.pool, "LARGEST_PROVED", 3)


def test_what_is_not_proved_says_how_near_to_the_best_total_it_is(beyond_proof):
    found = peers.found(triangles(apart=False), silent)
    # Three pairs, of which two suit each other: no three could be more than three of the best.
    assert (found.is_proved, found.total) == (False, 2 * 6000)
    assert found.statistics["bound"] == {"more_pairs": 0, "percent": 33.4}


def test_what_is_not_proved_says_how_many_more_pairs_there_could_be(beyond_proof):
    found = peers.found(triangles(apart=True, n=10), silent)
    assert (found.is_proved, found.matched) == (False, 8)
    assert found.statistics["bound"] == {"more_pairs": 1, "percent": None}


def test_an_odd_number_is_no_reason_not_to_be_proved(beyond_proof):
    assert peers.found(triangles(apart=False, n=3), silent).is_proved
    assert all(peers.found(pool(seed, 9), silent).is_proved for seed in (0, 1, 3))


def test_what_is_not_proved_has_no_fault_where_it_was_kept_as_that(beyond_proof):
    inputs = triangles(apart=False)
    near = solver.solve_pool(peers.problem_of(inputs))
    assert peers.check(inputs, near, is_proved=False) == []
    assert peers.check(inputs, near, is_proved=True)


def test_a_result_with_a_fault_is_not_found(monkeypatch):
    monkeypatch.setattr(solver, "verify_pool", lambda *_: ["A lock is not kept."])
    with pytest.raises(NotProvedError, match="A lock is not kept"):
        peers.found(pool(0), silent)


def test_nobody_who_is_locked_is_among_the_next_best():
    inputs = pool(
        2,
        8,
    )
    inputs = Inputs(**{**vars(inputs), "locks": np.array([[2, 3]])})
    pairs = peers.found(inputs, silent).result.pairs
    offered = {other[0] for pair in pairs for other in pair.alternatives}
    assert offered
    assert not offered & {102, 103}
    assert [pair.alternatives for pair in pairs if pair.locked] == [[]]
