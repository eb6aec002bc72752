"""What the rules of a program do, before anybody is matched: how many pairs they leave, and whom each leaves with nobody.

Exclusions and earlier pairings are counted beside it and take no part: who is left with nobody by them would tell of a private choice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matching import solver
from matching.criteria.models import Criterion
from matching.scoring.encoding import encoded
from matching.scoring.people import Candidate, candidates, forbidden, peers
from programs.memberships.models import Program

# So many cells of a table are looked at at once.
CELLS = 2**19


@dataclass(frozen=True)
class Effect:
    """Of one rule: how many pairs would be possible without it, and who has somebody only without it."""

    rule: Criterion
    possible_without: int
    alone: list[Candidate]


@dataclass(frozen=True)
class Preview:
    """`pairs` are all of mentees and mentors, `possible` those that no rule shuts out; `apart` are never proposed for another reason.

    Among equal peers both sides are the same people, and a pair is any two of them.
    """

    mentees: int
    mentors: int
    places: int
    pairs: int
    possible: int
    apart: int
    effects: list[Effect]
    # With whom the rules leave nobody, all of them together.
    alone: list[Candidate]
    is_among_peers: bool = False


def preview(program: Program, criteria: Iterable[Criterion], *, on: date) -> Preview:
    """By the rules among `criteria` that can count. Four queries."""
    rules = [criterion for criterion in criteria if criterion.is_rule and not criterion.trouble]
    if program.kind == Program.Kind.RECIPROCAL:
        return _of_a_pool(program, rules, on)
    mentees, mentors, _either = candidates(program, on=on)
    possible, effects, alone = _counted(rules, mentees, mentors, on)
    return Preview(
        mentees=len(mentees),
        mentors=len(mentors),
        places=sum(mentor.places for mentor in mentors),
        pairs=len(mentees) * len(mentors),
        possible=possible,
        apart=len(forbidden(program, mentees, mentors)),
        effects=effects,
        alone=alone,
    )


def _of_a_pool(program: Program, rules: Sequence[Criterion], on: date) -> Preview:
    """A rule is the same for both of a pair, so each two are counted twice, and each with themselves."""
    people = peers(program, on=on)
    pairs = len(people) * (len(people) - 1) // 2
    possible, effects, alone = (pairs, [], []) if not rules else _counted(rules, people, people, on, among_peers=True)
    return Preview(
        mentees=len(people),
        mentors=len(people),
        places=len(people),
        pairs=pairs,
        possible=possible,
        apart=len(forbidden(program, people, people)) // 2,
        effects=effects,
        alone=alone,
        is_among_peers=True,
    )


def _counted(
    rules: Sequence[Criterion], mentees: Sequence[Candidate], mentors: Sequence[Candidate], on: date, *, among_peers: bool = False
) -> tuple[int, list[Effect], list[Candidate]]:
    if not rules:
        return len(mentees) * len(mentors), [], []
    made = encoded(rules, mentees, mentors, on).criteria
    # Whoever answered all of these alike is counted together, so that ten thousand people are a few hundred rows.
    rows, columns = _Alike([rule.mentee for rule in made]), _Alike([rule.mentor for rule in made])
    shut = [
        solver.CriteriaScores([replace(rule, mentee=rule.mentee[rows.first], mentor=rule.mentor[columns.first])], len(rows), len(columns))
        for rule in made
    ]
    # The first is with all rules, those after it without one each.
    totals = [0] * (1 + len(rules))
    row_has, column_has = np.zeros((len(totals), len(rows)), bool), np.zeros((len(totals), len(columns)), bool)
    step = max(1, CELLS // max(1, len(columns)))
    for start in range(0, len(rows), step):
        at = np.arange(start, min(start + step, len(rows)))
        blocked = [scores.block(at) < 0 for scores in shut]
        by_how_many = np.sum(blocked, axis=0, dtype=np.int64)
        for number, without in enumerate([0, *blocked]):
            possible = by_how_many == without
            totals[number] += int(rows.sizes[at] @ (possible @ columns.sizes))
            if among_peers:
                with_their_like = possible[np.arange(len(at)), at]
                totals[number] -= int(rows.sizes[at] @ with_their_like)
                possible[np.arange(len(at)), at] = with_their_like & (rows.sizes[at] > 1)
            row_has[number, at] = possible.any(axis=1)
            column_has[number] |= possible.any(axis=0)
    if among_peers:
        totals = [total // 2 for total in totals]
        column_has[:] = False
    effects = []
    for number, rule in enumerate(rules, start=1):
        alone = [*rows.of(row_has[number] & ~row_has[0], mentees), *columns.of(column_has[number] & ~column_has[0], mentors)]
        effects.append(Effect(rule, totals[number], alone))
    nobody = [*rows.of(~row_has[0], mentees), *([] if among_peers else columns.of(~column_has[0], mentors))]
    return totals[0], effects, nobody


class _Alike:
    """People grouped by what they answered: `first` is one of each group, `sizes` says how many it has."""

    def __init__(self, answers: Sequence[NDArray[np.int64] | NDArray[np.uint64]]) -> None:
        columns = np.column_stack([answer.view(np.int64) for answer in answers])
        _rows, self.first, group, self.sizes = np.unique(columns, axis=0, return_index=True, return_inverse=True, return_counts=True)
        self.group = group.reshape(-1)

    def __len__(self) -> int:
        return len(self.first)

    def of(self, groups: NDArray[np.bool_], people: Sequence[Candidate]) -> list[Candidate]:
        return [person for person, is_in in zip(people, groups[self.group], strict=True) if is_in]
