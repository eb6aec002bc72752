"""What is to be solved, checked when it is made: nothing that contradicts itself reaches the solver."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import MatchError
from .scores import ScoreSource
from .whole import Indices, array, number, pairs, whole

# Sums of penalties and prices stay whole 64-bit numbers below it.
LARGEST_SUM = 2**61
LARGEST_POOL = 4000


@dataclass(frozen=True, eq=False)
class MatchProblem:
    """n mentees, m mentors, and who may meet whom. After it is made, `capacity` is int64[m] (at most n), `locks` and `forbids` int64[k, 2].

    `capacity`: places of each mentor. `minimum`: lowest score of a free match. `fairness`: 'floor' lifts the lowest score of a match
    before the total, 'none' leaves that out. `load_step`: the k-th mentee of a mentor costs load_step * (k - 1) points. `warm_prices`:
    int[m] of an earlier run, however wrong. `block_cells` bounds the pairs looked at at once. `seed` turns which of equal scores is
    looked at first. `waiting_since`: int[n] in any unit, since when each mentee waits; where not all can be matched, who waited longest
    comes first, before floor and total.

    Raises MatchError: shape, capacity, nan, not_integer, dtype, fairness, load_step, range, unknown_person, lock_twice, lock_forbidden,
    lock_capacity, too_large.
    """

    capacity: Any
    scores: ScoreSource
    locks: Any = ()
    forbids: Any = ()
    minimum: int = 0
    fairness: str = "floor"
    load_step: int = 0
    warm_prices: Any = None
    seed: int = 0
    block_cells: int = 2**19
    waiting_since: Any = None

    def __post_init__(self) -> None:
        n, m = self.scores.shape
        if self.fairness not in ("floor", "none"):
            raise MatchError("fairness", f"There is no way of being fair called {self.fairness!r}.")
        step = number(self.load_step, code="load_step", sentence="What a further mentee costs must be a whole number, 0 or more.")
        if step < 0:
            raise MatchError("load_step", "What a further mentee costs must be 0 or more.")
        _keep(self, load_step=step, minimum=_whole(self.minimum, "The lowest score of a match"), seed=_whole(self.seed, "The seed"))
        _keep(self, block_cells=_whole(self.block_cells, "The pairs looked at at once"))
        if self.block_cells < 1:
            raise MatchError("range", "At least one pair must be looked at at once.")
        _keep(self, capacity=_capacity(self.capacity, n, m))
        _keep(self, locks=pairs(self.locks, n, m, what="The locks"), forbids=pairs(self.forbids, n, m, what="The forbids"))
        _one_lock_each(self.locks[:, 0])
        _no_lock_forbidden(self.locks, self.forbids, m)
        taken = np.bincount(self.locks[:, 1], minlength=m)
        if (taken > self.capacity).any():
            mentor = int(np.flatnonzero(taken > self.capacity)[0])
            raise MatchError("lock_capacity", f"Mentor {mentor} has more locked mentees than places.", mentor)
        if self.waiting_since is not None:
            _keep(self, waiting_since=_since(self.waiting_since, n))
        # Where waiting counts, some mentees without a match cost twice as much.
        if self.penalty * (n + m + 2) >= LARGEST_SUM // (1 if self.weights is None else 2):
            raise MatchError("too_large", "These are too many people, or too large scores, to be counted exactly.")
        if self.warm_prices is not None:
            _keep(self, warm_prices=_prices(self.warm_prices, m, self.penalty + self.scores.maximum))

    @property
    def taken(self) -> Indices:
        """int64[m]: places that locks take."""
        return np.bincount(self.locks[:, 1], minlength=self.scores.shape[1]).astype(np.int64)

    @property
    def weights(self) -> Indices | None:
        """int64[n]: 2 for the free mentees who wait since latest, 4 for those before them, and so on; 0 where locked. None where nobody has
        waited longer than another. Odd numbers between them are for prices that tell one from the next."""
        if self.waiting_since is None:
            return None
        free = np.ones(self.scores.shape[0], bool)
        free[self.locks[:, 0]] = False
        times, place = np.unique(self.waiting_since[free], return_inverse=True)
        if len(times) < 2:
            return None
        weights = np.zeros(len(free), np.int64)
        weights[free] = 2 * (len(times) - place)
        return weights

    @property
    def penalty(self) -> int:
        """What a free mentee without a match costs: so much that one more match outweighs any change of scores and load costs."""
        free = self.scores.shape[0] - len(self.locks)
        places = int(self.capacity.sum()) - len(self.locks)
        return (min(free, places) + 1) * (self.scores.maximum + self.load_step * int(self.capacity.max(initial=0)) + 1)


@dataclass(frozen=True, eq=False)
class PoolProblem:
    """n people who meet one another in twos: s_ij is how well j serves i, a pair is worth s_ij + s_ji. Locks and forbids go both ways.

    `minimum`: least worth of a free pair. After it is made, `locks` and `forbids` are int64[k, 2] with the smaller index first.
    Raises MatchError: shape, not_integer, dtype, unknown_person, lock_self, lock_twice, lock_forbidden, too_large (above 4,000 people).
    """

    scores: ScoreSource
    locks: Any = ()
    forbids: Any = ()
    minimum: int = 0

    def __post_init__(self) -> None:
        n, m = self.scores.shape
        if n != m:
            raise MatchError("shape", "Peers need as many rows of scores as columns.")
        if n > LARGEST_POOL:
            raise MatchError("too_large", f"A pool can have {LARGEST_POOL} people at most.")
        _keep(self, minimum=_whole(self.minimum, "The least worth of a pair"))
        for name in ("locks", "forbids"):
            made = np.unique(np.sort(pairs(getattr(self, name), n, n, what=f"The {name}"), axis=1), axis=0)
            _keep(self, **{name: made})
        alone = self.locks[self.locks[:, 0] == self.locks[:, 1], 0]
        if len(alone):
            raise MatchError("lock_self", f"Person {int(alone[0])} is locked to themselves.", int(alone[0]))
        _one_lock_each(np.sort(self.locks, axis=None))
        _no_lock_forbidden(self.locks, self.forbids, n)

    @property
    def penalty(self) -> int:
        """What one more pair is worth beyond its score: more than any change of scores."""
        return (self.scores.shape[0] // 2 + 1) * (2 * self.scores.maximum + 1)


def _keep(problem: object, **values: Any) -> None:
    for name, value in values.items():
        object.__setattr__(problem, name, value)


def _whole(value: object, name: str) -> int:
    return number(value, code="not_integer", sentence=f"{name} must be a whole number.")


def _capacity(capacity: Any, n: int, m: int) -> Indices:
    made = array(capacity, what="The places")
    if made.shape != (m,):
        raise MatchError("shape", f"The places of {m} mentors are needed.")
    made = whole(made, what="The places", code="capacity")
    if (made < 0).any():
        mentor = int(np.flatnonzero(made < 0)[0])
        raise MatchError("capacity", f"Mentor {mentor} has fewer than no places.", mentor)
    places: Indices = np.minimum(made, n).astype(np.int64)
    return places


def _prices(prices: Any, m: int, most: int) -> Indices:
    made: NDArray[Any] = array(prices, what="The earlier prices")
    if made.shape != (m,):
        raise MatchError("shape", f"Earlier prices of {m} mentors are needed.")
    clipped: Indices = np.clip(whole(made, what="The earlier prices"), 0, most).astype(np.int64)
    return clipped


def _since(times: Any, n: int) -> Indices:
    made = array(times, what="The times of waiting")
    if made.shape != (n,):
        raise MatchError("shape", f"The times of waiting of {n} mentees are needed.")
    since: Indices = whole(made, what="The times of waiting").astype(np.int64)
    return since


def _one_lock_each(people: Indices) -> None:
    twice = people[1:][people[1:] == people[:-1]]
    if len(twice):
        person = int(twice[0])
        raise MatchError("lock_twice", f"Person {person} is locked to two others.", person)


def _no_lock_forbidden(locks: Indices, forbids: Indices, m: int) -> None:
    both = np.intersect1d(locks[:, 0] * m + locks[:, 1], forbids[:, 0] * m + forbids[:, 1])
    if len(both):
        pair = (int(both[0]) // m, int(both[0]) % m)
        raise MatchError("lock_forbidden", f"The pair {pair} is both locked and forbidden.", pair)
