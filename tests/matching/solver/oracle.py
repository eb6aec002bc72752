"""What is right, found in ways so plain that they can be believed: everything tried, or a table of all places. No code of the solver."""

import itertools
from collections.abc import Callable, Iterator

import numpy as np
from scipy.optimize import linear_sum_assignment

from .cases import Case

Reached = tuple[int, int | None, int]


def best_by_trying(case: Case) -> Reached:
    """Number of free matches, floor (None without one, or where it is no aim), scores minus load cost: the best of all assignments."""
    best: tuple[int, list[int], int, int] = (-1, [], 0, 0)
    for chosen in _assignments(case):
        of_free = [case.scores[i][j] for i, j in chosen]
        floor = min(of_free, default=0) if case.fairness == "floor" else 0
        waited = times_waited(case, [i for i, _ in chosen])
        best = max(best, (len(chosen), waited, floor, sum(of_free) - load_cost(case, [j for _, j in chosen])))
    return best[0], best[2] if best[0] and case.fairness == "floor" else None, best[3]


def times_waited(case: Case, mentees: list[int]) -> list[int]:
    """How long they have waited, the longest first: of two such lists of equal length, the greater has who waited longest."""
    return sorted((-case.waiting_since[i] for i in mentees), reverse=True) if case.waiting_since else []


def longest_waiting(case: Case) -> list[int]:
    """The free mentees who get a place where nobody else counts: one after the other, the longest waiting first, each who can be matched
    together with all before. The greedy choice in a matroid, by augmenting paths."""
    holders: list[list[int]] = [[] for _ in range(case.m)]

    def finds(i: int, seen: set[int]) -> bool:
        for j in range(case.m):
            if j not in seen and case.allowed(i, j):
                seen.add(j)
                if len(holders[j]) < case.capacity[j] - case.taken[j]:
                    holders[j].append(i)
                    return True
                for at, other in enumerate(holders[j]):
                    if finds(other, seen):
                        holders[j][at] = i
                        return True
        return False

    free = [i for i in range(case.n) if i not in case.locked]
    return [i for i in sorted(free, key=lambda i: case.waiting_since[i]) if finds(i, set())]


def _assignments(case: Case) -> Iterator[list[tuple[int, int]]]:
    free = [i for i in range(case.n) if i not in case.locked]
    choices = [[None, *(j for j in range(case.m) if case.allowed(i, j))] for i in free]
    for chosen in itertools.product(*choices):
        pairs = [(i, j) for i, j in zip(free, chosen, strict=True) if j is not None]
        if all([j for _, j in pairs].count(j) + case.taken[j] <= case.capacity[j] for j in range(case.m)):
            yield pairs


def load_cost(case: Case, mentors: list[int]) -> int:
    """What the free mentees of these mentors cost, beyond the locks."""
    return sum(case.load_step * (case.taken[j] + k) for j in set(mentors) for k in range(mentors.count(j)))


def best_by_table(case: Case) -> Reached:
    """The same by the assignment of scipy, on a table with a column for each free place; the floor by trying each score."""
    free = [i for i in range(case.n) if i not in case.locked]
    places = [(j, case.taken[j] + k) for j in range(case.m) for k in range(case.capacity[j] - case.taken[j])]

    def reached(lowest: int) -> tuple[int, int]:
        worth = (case.maximum + case.load_step * case.n + 1) * (case.n + 1)
        table = np.array(
            [[worth + case.scores[i][j] - case.load_step * k if case.allowed(i, j, lowest) else 0 for j, k in places] for i in free]
        ).reshape(len(free), len(places))
        rows, columns = linear_sum_assignment(table, maximize=True)
        chosen = [int(table[i, j]) for i, j in zip(rows, columns, strict=True) if table[i, j]]
        return len(chosen), sum(chosen) - worth * len(chosen)

    count, total = reached(0)
    if case.fairness == "none" or not count:
        return count, None, total
    floors = sorted({score for row in case.scores for score in row if score >= max(case.minimum, 0)})
    low, high = 0, len(floors)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reached(floors[middle])[0] == count else (low, middle)
    return count, floors[low], reached(floors[low])[1]


def faults(case: Case, solution: object) -> list[str]:
    """The certificate checked in Python's own whole numbers, pair by pair."""
    mentor_of = [int(j) for j in solution.mentor_of]
    certificate = solution.certificate
    prices = [int(price) for price in certificate.prices]
    free = [i for i in range(case.n) if i not in case.locked]
    matched = [i for i in free if mentor_of[i] >= 0]
    places = [case.capacity[j] - case.taken[j] for j in range(case.m)]
    wrong = []
    if any(mentor_of[i] != j for i, j in case.locks):
        wrong.append("lock")
    if any([mentor_of[i] for i in matched].count(j) > places[j] for j in range(case.m)):
        wrong.append("places")
    if any(not case.allowed(i, mentor_of[i], solution.floor) for i in matched):
        wrong.append("pair")
    if [int(s) for s in solution.score] != [case.scores[i][j] if j >= 0 else -1 for i, j in enumerate(mentor_of)]:
        wrong.append("scores")
    total = sum(case.scores[i][mentor_of[i]] for i in matched)
    value = total - load_cost(case, [mentor_of[i] for i in matched]) - certificate.penalty * (len(free) - len(matched))
    if (solution.total, solution.value, certificate.value) != (total, value, value):
        wrong.append("value")
    least = (min(len(free), sum(places)) + 1) * (
        case.maximum + case.load_step * max([min(c, case.n) for c in case.capacity], default=0) + 1
    )
    if certificate.penalty < least or any(price < 0 for price in prices):
        wrong.append("penalty or price")
    ahead, in_order = in_order_of_waiting(case, certificate.waiting, places)
    if sum(ahead.values()) + sum(places[j] * int(certificate.waiting[j]) for j in range(case.m) if ahead) != sum(
        weights_of(case)[i] for i in matched if ahead
    ):
        wrong.append("order")
    could = [
        max(
            [
                -certificate.penalty * (2 if ahead.get(i) else 1),
                *(case.scores[i][j] - prices[j] for j in range(case.m) if case.allowed(i, j, solution.floor) and in_order(i, j)),
            ]
        )
        for i in free
    ]
    earned = [max(0, prices[j] - case.load_step * (case.taken[j] + k)) for j in range(case.m) for k in range(places[j])]
    if sum(could) + sum(earned) != value:
        wrong.append("gap")
    if case.fairness == "floor" and matched:
        for cover, lowest, fits in (
            (certificate.count_cover, 0, lambda size: size == len(matched)),
            (certificate.floor_cover, solution.floor + 1, lambda size: size < len(matched)),
        ):
            pairs = [(i, j) for i in free for j in range(case.m) if case.allowed(i, j, lowest) and (lowest == 0 or in_order(i, j))]
            if any(not cover[0][i] and not cover[1][j] for i, j in pairs):
                wrong.append("cover")
            of_mentors = sum(places[j] for j in range(case.m) if cover[1][j])
            of_those_ahead = [i for i in free if ahead.get(i)]
            is_too_small = lowest and of_mentors + sum(bool(cover[0][i]) for i in of_those_ahead) < len(of_those_ahead)
            if not fits(of_mentors + sum(bool(cover[0][i]) for i in free)) and not is_too_small:
                wrong.append("size of a cover")
    return wrong


def weights_of(case: Case) -> dict[int, int]:
    """2 for the free mentees who wait since latest, 4 for those before them, and so on."""
    free = [i for i in range(case.n) if i not in case.locked]
    times = sorted({case.waiting_since[i] for i in free}, reverse=True) if case.waiting_since else []
    return {i: 2 * times.index(case.waiting_since[i]) + 2 for i in free} if len(times) > 1 else {}


def in_order_of_waiting(case: Case, prices: object, places: list[int]) -> tuple[dict[int, int], Callable[[int, int], bool]]:
    """What each free mentee has of their weight after paying the lowest price, and whether a pair is at that price."""
    ahead, lowest = {}, {}
    for i, weight in weights_of(case).items():
        lowest[i] = min((int(prices[j]) for j in range(case.m) if case.allowed(i, j) and places[j]), default=10**9)
        ahead[i] = max(0, weight - lowest[i])
    return ahead, lambda i, j: not lowest or not places[j] or prices[j] == lowest[i] <= weights_of(case)[i]


def best_pairs_by_trying(worth: list[list[int]]) -> tuple[int, int]:
    """Number of pairs and their total, the best of all pairings; below 0 = may not be paired. By sets of people that are left."""
    n = len(worth)
    best = {0: (0, 0)}
    for people in range(1, 2**n):
        first = people.bit_length() - 1
        rest = people ^ (1 << first)
        reached = best[rest]
        for other in range(first):
            if rest >> other & 1 and worth[first][other] >= 0:
                count, total = best[rest ^ (1 << other)]
                reached = max(reached, (count + 1, total + worth[first][other]))
        best[people] = reached
    return best[2**n - 1]
