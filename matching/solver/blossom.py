"""The best pairs among given ones, with the prices that prove it: Edmonds' blossom method with duals (Maximum matching and a polyhedron
with 0,1-vertices, 1965; the searches as in Galil, Efficient algorithms for finding maximum matching in graphs, 1986), begun from the
doubled assignment, as Applegate and Cook do (Solving large-scale matching problems, 1993): nearly everyone is in a pair by then.

Prices stand in halves of a point. A price is paid by each person, and by each odd group (a blossom) that is full.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .whole import Indices

Edge = tuple[int, int]
OUTER, INNER = 1, 2
FAR = 2**62


@dataclass(frozen=True)
class Prices:
    """In halves of a point: `people` int64[n], and of odd sets (members, price)."""

    people: Indices
    odd_sets: list[tuple[Indices, int]]

    @property
    def bound(self) -> int:
        """What no pairing is worth more than, where every pair is paid for."""
        return int(self.people.sum()) + sum(price * (len(members) // 2) for members, price in self.odd_sets)

    def of_pairs(self, rows: Indices) -> Indices:
        """int64[rows, n]: what pairs pay."""
        made: Indices = self.people[rows][:, None] + self.people
        for members, price in self.odd_sets:
            inside = np.flatnonzero(np.isin(rows, members))
            made[np.ix_(inside, members)] += price
        return made


def best_pairs(pairs: Indices, worth: Indices, prices: Indices, mate: Indices) -> tuple[Indices, Prices]:
    """`pairs` int64[k, 2] with their `worth` (points), `prices` int64[n] (halves) that pay for every pair, `mate` int64[n] of pairs that
    are paid for exactly (-1 = none). Returns the mates of a pairing of the greatest worth, and prices that prove it."""
    search = _Search(pairs, worth, prices, mate)
    for person in np.flatnonzero(mate < 0):
        if search.mate[person] < 0 and search.prices[person] > 0:
            search.find_mate(int(person))
    return np.array(search.mate, np.int64), search.result()


class _Search:
    """People are 0..n-1, odd groups are numbered from n on. `top` is the largest group that each person is in, or the person."""

    def __init__(self, pairs: Indices, worth: Indices, prices: Indices, mate: Indices) -> None:
        self.one, self.other, self.cost = pairs[:, 0], pairs[:, 1], 2 * worth
        self.prices = prices.copy()
        self.mate: list[int] = mate.tolist()
        self.n = len(mate)
        self.top = np.arange(self.n)
        # Of a group: its members round the circle, the first holding its base, and the pair from each to the next; and its price.
        self.members: dict[int, list[int]] = {}
        self.links: dict[int, list[Edge]] = {}
        self.price: dict[int, int] = {}
        self.next = self.n

    def result(self) -> Prices:
        odd_sets = [(np.array(sorted(self.people_of(group))), price) for group, price in self.price.items() if price]
        return Prices(self.prices, odd_sets)

    def people_of(self, group: int) -> Iterator[int]:
        if group < self.n:
            yield group
        else:
            for member in self.members[group]:
                yield from self.people_of(member)

    def base(self, group: int) -> int:
        """The one person of a group who has no mate within it."""
        while group >= self.n:
            group = self.members[group][0]
        return group

    def find_mate(self, root: int) -> None:
        """Grow a tree of tight pairs from somebody alone, until they have a mate or someone can stay alone at no price."""
        self.label: NDArray[np.int8] = np.zeros(self.n, np.int8)
        # How the tree reached a group: (person outside, person inside); nothing for the root's.
        self.reached: dict[int, Edge | None] = {}
        self.kind: dict[int, int] = {}
        self._put(int(self.top[root]), OUTER, None)
        while True:
            pair, by_pair = self._nearest()
            outer = np.flatnonzero(self.label == OUTER)
            alone = int(outer[np.argmin(self.prices[outer])])
            inner = [group for group, kind in self.kind.items() if kind == INNER and group >= self.n]
            full = min(inner, key=lambda group: self.price[group], default=-1)
            by_group = self.price[full] // 2 if full >= 0 else FAR
            delta = min(by_pair, int(self.prices[alone]), by_group)
            self._shift(delta)
            if self.prices[alone] == 0:
                self._rematch(alone, -1)
                return
            if delta == by_group:
                self._expand(full)
                continue
            u, v = int(self.one[pair]), int(self.other[pair])
            if self.label[u] != OUTER:
                u, v = v, u
            if self.label[v] == OUTER:
                self._contract(u, v)
            elif self.mate[self.base(int(self.top[v]))] < 0:
                self._rematch(u, v)
                self._settle(v, u)
                return
            else:
                group = int(self.top[v])
                base = self.base(group)
                mate = self.mate[base]
                self._put(group, INNER, (u, v))
                self._put(int(self.top[mate]), OUTER, (base, mate))

    def _nearest(self) -> tuple[int, int]:
        """The pair that becomes tight first as the tree's prices shift, and by how much they shift until then."""
        a, b = self.label[self.one], self.label[self.other]
        slack = self.prices[self.one] + self.prices[self.other] - self.cost
        grows = ((a == OUTER) & (b == 0)) | ((b == OUTER) & (a == 0))
        meets = (a == OUTER) & (b == OUTER) & (self.top[self.one] != self.top[self.other])
        shift = np.where(grows, slack, np.where(meets, slack // 2, FAR))
        if not len(shift):
            return -1, FAR
        pair = int(np.argmin(shift))
        return pair, int(shift[pair])

    def _shift(self, delta: int) -> None:
        self.prices[self.label == OUTER] -= delta
        self.prices[self.label == INNER] += delta
        for group, kind in self.kind.items():
            if group >= self.n:
                self.price[group] += 2 * delta if kind == OUTER else -2 * delta

    def _put(self, group: int, kind: int, reached: Edge | None) -> None:
        self.kind[group], self.reached[group] = kind, reached
        self.label[list(self.people_of(group))] = kind

    def _take(self, group: int) -> None:
        self.kind.pop(group, None)
        self.reached.pop(group, None)

    def _contract(self, u: int, v: int) -> None:
        """Two outer groups of the tree are joined by a tight pair: the circle that it closes becomes a group."""
        above = {group for group, _ in self._way_up(u)}
        meeting = int(self.top[v])
        down: list[int] = []
        links: list[Edge] = []
        for group, edge in self._way_up(v):
            meeting = group
            if group in above or edge is None:
                break
            down.append(group)
            links.append((edge[1], edge[0]))
        up: list[int] = []
        up_links: list[Edge] = []
        for group, edge in self._way_up(u):
            if group == meeting or edge is None:
                break
            up.append(group)
            up_links.append(edge)
        made, self.next = self.next, self.next + 1
        self.members[made] = [meeting, *reversed(up), *down]
        self.links[made] = [*reversed(up_links), (u, v), *links]
        self.price[made] = 0
        reached = self.reached[meeting]
        for member in self.members[made]:
            self._take(member)
        self.top[list(self.people_of(made))] = made
        self._put(made, OUTER, reached)

    def _way_up(self, person: int) -> Iterator[tuple[int, Edge | None]]:
        """The groups from a person to the root, and how each was reached."""
        while True:
            group = int(self.top[person])
            edge = self.reached[group]
            yield group, edge
            if edge is None:
                return
            person = edge[0]

    def _expand(self, group: int) -> None:
        """An inner group whose price is 0 is no group any more: its even way from where the tree came in to the base stays in the tree."""
        members, links, reached = self.members.pop(group), self.links.pop(group), self.reached[group]
        del self.price[group]
        self._take(group)
        for member in members:
            people = list(self.people_of(member))
            self.top[people], self.label[people] = member, 0
        if reached is None:
            raise RuntimeError("The root of a tree is never an inner group.")
        outside, inside = reached
        place = members.index(int(self.top[inside]))
        for at, after, _, matched, onward in self._even_way(members, links, place):
            self._put(members[at], INNER, (outside, inside))
            self._put(members[after], OUTER, matched)
            outside, inside = onward
        self._put(members[0], INNER, (outside, inside))

    @staticmethod
    def _even_way(members: list[int], links: list[Edge], place: int) -> Iterator[tuple[int, int, int, Edge, Edge]]:
        """From a member to the first, two steps at a time, the way round that is even: where, after one step, after two, and both steps."""
        while place % len(members):
            if place % 2:
                after, beyond = place + 1, (place + 2) % len(members)
                first, second = links[place], links[after]
            else:
                after, beyond = place - 1, place - 2
                (first_to, first_from), (second_to, second_from) = links[after], links[beyond]
                first, second = (first_from, first_to), (second_from, second_to)
            yield place, after, beyond, first, second
            place = beyond

    def _rematch(self, person: int, mate: int) -> None:
        """Give an outer person another mate (-1 = none), and rematch the way up to the root, who was alone."""
        while True:
            group = int(self.top[person])
            edge = self.reached[group]
            self._settle(person, mate)
            if edge is None:
                return
            outside, inside = self._reached_by(edge)
            self._settle(inside, outside)
            person, mate = outside, inside

    def _reached_by(self, edge: Edge) -> Edge:
        reached = self.reached[int(self.top[edge[0]])]
        if reached is None:
            raise RuntimeError("An inner group is always reached from somebody.")
        return reached

    def _settle(self, person: int, mate: int) -> None:
        """Make a person the base of their group, with this mate outside it."""
        self._rebase(int(self.top[person]), person)
        self.mate[person] = mate

    def _rebase(self, group: int, person: int) -> None:
        if group < self.n:
            return
        members, links = self.members[group], self.links[group]
        place = next(at for at, member in enumerate(members) if person in self.people_of(member))
        self._rebase(members[place], person)
        # On the even way to the old base, each second member is matched anew with the one after it.
        for _, after, beyond, _, (here, there) in self._even_way(members, links, place):
            self._rebase(members[after], here)
            self._rebase(members[beyond], there)
            self.mate[here], self.mate[there] = there, here
        self.members[group] = members[place:] + members[:place]
        self.links[group] = links[place:] + links[:place]
