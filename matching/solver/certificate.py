"""Checks a solution against its problem, trusting nobody: shares only the source of the scores with the solver.

By the duality of linear programming, no assignment is worth more than the sum of what every mentee could have at most at these prices,
and of what every place brings above its cost (Bertsekas, Network Optimization, 1998, chapter 7). Where that sum is the value of the
assignment itself, none is better. Covers prove in the same way that no more can be matched (Koenig's theorem), and prices in weights of
waiting that those who waited longest come first (Egervary's).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .problem import LARGEST_SUM, MatchProblem
from .solution import Cover, MatchSolution

Flags = NDArray[np.bool_]


def verify(problem: MatchProblem, solution: MatchSolution) -> list[str]:
    """What is wrong with the solution, in sentences; [] = it is proved to be the best. Looks at all pairs once, block by block."""
    try:
        return _form(problem, solution) or _Check(problem, solution).faults()
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as broken:
        return [f"The solution cannot be read: {broken}."]


def _form(problem: MatchProblem, solution: MatchSolution) -> list[str]:
    """Lengths, types and ranges, so that nothing below overflows or points at nobody."""
    n, m = problem.scores.shape
    certificate = solution.certificate
    faults = []
    for name, values, length, kinds in (
        ("mentor_of", solution.mentor_of, n, "iu"),
        ("score", solution.score, n, "iu"),
        ("locked", solution.locked, n, "b"),
        ("prices", certificate.prices, m, "iu"),
        *([("waiting", certificate.waiting, m, "iu")] if problem.weights is not None else []),
    ):
        if not isinstance(values, np.ndarray) or values.shape != (length,) or (values.dtype.kind not in kinds):
            faults.append(f"`{name}` is not an array of {length}.")
    for name, cover in (("count_cover", certificate.count_cover), ("floor_cover", certificate.floor_cover)):
        if cover is not None and not (_flags(cover[0], n) and _flags(cover[1], m)):
            faults.append(f"`{name}` is not a set of mentees and one of mentors.")
    numbers = {"total": solution.total, "matched": solution.matched, "value": solution.value, "penalty": certificate.penalty}
    if solution.floor is not None:
        numbers["floor"] = solution.floor
    numbers["value of the certificate"] = certificate.value
    faults += [f"The {name} is not a whole number." for name, value in numbers.items() if type(value) is not int]
    if faults:
        return faults
    if ((solution.mentor_of < -1) | (solution.mentor_of >= m)).any():
        return ["A mentee has a mentor who does not exist."]
    if (certificate.prices < 0).any():
        return ["A price is below 0."]
    if certificate.prices.size and int(certificate.prices.max()) >= LARGEST_SUM:
        return ["A price is too large."]
    if not 0 < certificate.penalty < LARGEST_SUM // (n + m + 2) // (1 if problem.weights is None else 2):
        return ["The penalty is out of range."]
    waiting = certificate.waiting
    if problem.weights is not None and waiting is not None and ((waiting < 0) | (waiting > 2 * n + 1)).any():
        return ["A price of waiting is out of range."]
    return []


def _flags(values: object, length: int) -> bool:
    return isinstance(values, np.ndarray) and values.dtype == np.bool_ and values.shape == (length,)


class _Check:
    def __init__(self, problem: MatchProblem, solution: MatchSolution) -> None:
        self.problem, self.solution = problem, solution
        self.n, self.m = problem.scores.shape
        self.locked = np.zeros(self.n, bool)
        self.locked[problem.locks[:, 0]] = True
        self.has = solution.mentor_of >= 0
        self.free = int((self.has & ~self.locked).sum())
        self.taken = np.bincount(problem.locks[:, 1], minlength=self.m)
        self.places = problem.capacity - self.taken
        self.with_floor = problem.fairness == "floor" and self.free > 0
        self.least = max(problem.minimum, 0)
        self.weights, waiting = problem.weights, solution.certificate.waiting
        self.waiting = np.zeros(self.m, np.int64) if waiting is None else waiting.astype(np.int64)
        # What each mentee has in weights of waiting, after paying.
        self.ahead = np.zeros(self.n, np.int64)

    def faults(self) -> list[str]:
        faults = [*self._plain_faults(), *self._cover_faults()]
        return faults or self._faults_of_pairs()

    def _plain_faults(self) -> list[str]:
        """What can be seen without scores."""
        problem, solution = self.problem, self.solution
        faults = []
        if (solution.mentor_of[problem.locks[:, 0]] != problem.locks[:, 1]).any():
            faults.append("A lock is not kept.")
        if (solution.locked != self.locked).any():
            faults.append("Others are marked as locked than are locked.")
        load = np.bincount(solution.mentor_of[self.has & ~self.locked], minlength=self.m)
        if (load > self.places).any():
            faults.append("A mentor has more mentees than places.")
        if solution.matched != int(self.has.sum()):
            faults.append("The number of matches is wrong.")
        of_free = solution.score[self.has & ~self.locked].astype(np.int64)
        if solution.total != int(of_free.sum()):
            faults.append("The total is wrong.")
        cost = sum(problem.load_step * (int(k) * int(t) + int(k) * (int(k) - 1) // 2) for k, t in zip(load, self.taken, strict=True))
        alone = int((~self.has & ~self.locked).sum())
        if solution.value != solution.total - cost - solution.certificate.penalty * alone or solution.certificate.value != solution.value:
            faults.append("The value is wrong.")
        if solution.floor != (int(of_free.min()) if self.with_floor else None):
            faults.append("The floor is not the lowest score of a match.")
        most = problem.scores.maximum + problem.load_step * int(problem.capacity.max(initial=0)) + 1
        if solution.certificate.penalty < (min(self.n - len(problem.locks), int(self.places.sum())) + 1) * most:
            faults.append("The penalty is too small to put one more match above all scores.")
        return faults

    def _cover_faults(self) -> list[str]:
        if not self.with_floor:
            return []
        count, floor = self.solution.certificate.count_cover, self.solution.certificate.floor_cover
        if count is None or floor is None:
            return ["A cover is missing."]
        faults = []
        if self._size(count) != self.free:
            faults.append("The cover does not prove that no more can be matched.")
        return faults

    def _keep_the_order(self, rows: NDArray[np.int64], scores: NDArray[np.int32]) -> None:
        """Leave the pairs that assignments use in which the longest waiting come first: those at the lowest price a mentee can find.

        By complementary slackness, they are all that any assignment uses which has the greatest sum of weights.
        """
        if self.weights is None:
            return
        prices, has_room, beyond = self.waiting, self.places > 0, 2 * self.n + 2
        found = np.where((scores >= self.least) & has_room, prices, beyond).min(axis=1, initial=beyond)
        self.ahead[rows] = np.where(self.locked[rows], 0, np.maximum(self.weights[rows] - found, 0))
        level = self.weights[rows] - self.ahead[rows]
        scores[has_room & (prices != level[:, None])] = -1

    def _faults_of_order(self) -> list[str]:
        """Whether the longest waiting come first, and whether the floor can be no higher where they do."""
        faults = []
        if self.weights is not None:
            waited = int(self.weights[self.has & ~self.locked].sum())
            if int(self.ahead.sum()) + int((self.places * self.waiting).sum()) != waited:
                faults.append("The prices do not prove that those who waited longest come first.")
        cover = self.solution.certificate.floor_cover
        if self.with_floor and cover is not None:
            must = self.ahead > 0
            # All who must be matched cannot be, or so many as are cannot be, by pairs above the floor.
            if self._size(cover) >= self.free and self._size((cover[0] & must, cover[1])) >= must.sum():
                faults.append("The cover does not prove that the floor can be no higher.")
        return faults

    def _size(self, cover: tuple[Flags, Flags]) -> int:
        """How many free mentees assignments can match that use only pairs it covers, at most."""
        return int((cover[0] & ~self.locked).sum()) + int(self.places[cover[1]].sum())

    def _faults_of_pairs(self) -> list[str]:
        """Everything that needs scores, in one pass over all pairs."""
        problem, solution = self.problem, self.solution
        prices = solution.certificate.prices.astype(np.int64)
        narrow = max(int(prices.max(initial=0)), solution.certificate.penalty) + problem.scores.maximum < 2**30
        never = -(2**31) if narrow else -(2**62)
        priced = prices.astype(np.int32) if narrow else prices
        worth = np.empty(self.n, np.int64)
        faults: set[str] = set()
        rows_at_once = max(1, problem.block_cells // max(1, self.m))
        for start in range(0, self.n, rows_at_once):
            rows = np.arange(start, min(self.n, start + rows_at_once))
            scores = problem.scores.block(rows)
            faults.update(self._faults_of_scores(rows, scores))
            self._forbid(rows, scores)
            faults.update(self._faults_of_cover(solution.certificate.count_cover, self.least, rows, scores))
            self._keep_the_order(rows, scores)
            faults.update(self._faults_of_matches(rows, scores))
            faults.update(self._faults_of_cover(solution.certificate.floor_cover, self._lowest() + 1, rows, scores))
            reached: NDArray[Any] = scores - priced
            if scores.size and int(scores.min()) < self._lowest():
                np.copyto(reached, never, where=scores < self._lowest())
            worth[rows] = reached.max(axis=1, initial=never)
        faults.update(self._faults_of_order())
        if faults:
            return sorted(faults)
        worth = np.maximum(worth, -solution.certificate.penalty * (1 + (self.ahead > 0)))
        bound = int(worth[~self.locked].sum()) + sum(self._earned(j, int(price)) for j, price in enumerate(prices))
        if bound != solution.value:
            return [f"The prices do not prove the value: they allow {bound - solution.value} more."]
        return []

    def _lowest(self) -> int:
        """The lowest score of the pairs that aim 3 chooses among."""
        return max(self.least, self.solution.floor or 0) if self.with_floor else self.least

    def _earned(self, mentor: int, price: int) -> int:
        """The sum over the free places of what the price is above the place's cost: step * (taken + k) for k = 0, 1, ..."""
        step, taken, places = self.problem.load_step, int(self.taken[mentor]), int(self.places[mentor])
        if step:
            places = max(0, min(places, -(-(price - step * taken) // step)))
        return places * price - step * (places * taken + places * (places - 1) // 2)

    def _faults_of_scores(self, rows: NDArray[np.int64], scores: NDArray[np.int32]) -> list[str]:
        faults = []
        if scores.size and not -1 <= int(scores.min()) <= int(scores.max()) <= self.problem.scores.maximum:
            faults.append("A score is out of range.")
        stored = np.where(self.has[rows], 0, -1)
        matched = np.flatnonzero(self.has[rows])
        stored[matched] = scores[matched, self.solution.mentor_of[rows[matched]]]
        if (stored != self.solution.score[rows]).any():
            faults.append("A stored score is wrong.")
        return faults

    def _forbid(self, rows: NDArray[np.int64], scores: NDArray[np.int32]) -> None:
        forbids = self.problem.forbids
        here = forbids[(forbids[:, 0] >= rows[0]) & (forbids[:, 0] <= rows[-1])]
        scores[here[:, 0] - rows[0], here[:, 1]] = -1

    def _faults_of_matches(self, rows: NDArray[np.int64], scores: NDArray[np.int32]) -> list[str]:
        matched = np.flatnonzero(self.has[rows] & ~self.locked[rows])
        if (scores[matched, self.solution.mentor_of[rows[matched]]] < self._lowest()).any():
            return ["A match is forbidden, ruled out or too low."]
        return []

    def _faults_of_cover(self, cover: Cover | None, lowest: int, rows: NDArray[np.int64], scores: NDArray[np.int32]) -> list[str]:
        if self.with_floor and cover is not None and self._highest_outside(cover, rows, scores) >= lowest:
            return [f"A cover leaves out some pairs that score {lowest} or more."]
        return []

    def _highest_outside(self, cover: tuple[Flags, Flags], rows: NDArray[np.int64], scores: NDArray[np.int32]) -> int:
        outside, columns = ~cover[0][rows] & ~self.locked[rows], ~cover[1]
        if not outside.any() or not columns.any():
            return -1
        part = scores[outside] if columns.all() else scores[np.ix_(outside, columns)]
        return int(part.max())
