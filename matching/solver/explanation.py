"""Why a pair, why not another, why nobody, and how groups fare: in whole numbers that add up."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .errors import MatchError
from .problem import MatchProblem
from .scores import Flags, quality, ruled_out, shown
from .solution import MatchSolution
from .table import lowest_of, table_of
from .whole import Indices, array

FORBIDDEN, MINIMUM, NO_PLACE, RULE = "#forbidden", "#minimum", "#no_place", "#rule"


@dataclass(frozen=True)
class Part:
    """What one soft criterion adds to a score: points = weight * quality (0..100). `unknown`: an answer is missing."""

    key: str
    kind: str
    weight: int
    quality: int
    unknown: bool
    points: int


@dataclass(frozen=True)
class Alternative:
    """Another mentor for the same mentee: `own_change` of this mentee's score, and what all matches together would lose at least.

    `passes_over`: where it is true, somebody who has waited longer would lose their place by it, or somebody theirs for nothing in return.
    """

    mentor: int
    score: int
    own_change: int
    cost_at_least: int
    has_room: bool
    passes_over: bool = False


@dataclass(frozen=True)
class Explanation:
    """`parts` in the order of the criteria; they add up to `score`, of at most `maximum`."""

    mentee: int
    mentor: int
    score: int
    maximum: int
    parts: list[Part]
    alternatives: list[Alternative]


@dataclass(frozen=True)
class Unmatched:
    """`allowed` mentors are left when every rule has spoken. `excluded[rule]` mentors fall to a rule, `only[rule]` to it alone.

    `rivals` (the mentee among them) can be matched with no one but `contested`, who have `places` between them: one fewer than rivals.
    `waited_longer` of the rivals have waited longer than the mentee; where waiting counts, all others of them as long.
    """

    mentee: int
    allowed: int
    excluded: dict[str, int]
    only: dict[str, int]
    rivals: list[int]
    contested: list[int]
    places: int
    waited_longer: int = 0


def explain(problem: MatchProblem, solution: MatchSolution, mentee: int, top: int = 3) -> Explanation:
    """What the match of a mentee consists of, and the `top` next best by what they would cost all, then by score, then by index; those
    which pass over somebody come last.

    `cost_at_least` = u_i + p_j - s_ij, the reduced cost: no solution with that pair is worth more. Of a locked mentee it is only a hint.
    Raises MatchError: unknown_person, unmatched.
    """
    _known(problem, mentee)
    mentor = int(solution.mentor_of[mentee])
    if mentor < 0:
        raise MatchError("unmatched", f"Mentee {mentee} has no match to explain.", mentee)
    prices, load = solution.certificate.prices, np.bincount(solution.mentor_of[solution.mentor_of >= 0], minlength=len(problem.capacity))
    scores = _row(problem, mentee)
    own = int(solution.score[mentee])
    cost = np.maximum(own - int(prices[mentor]) + prices - scores, 0)
    lowest = max(lowest_of(problem), solution.floor or 0)
    others = np.flatnonzero((scores >= lowest) & (np.arange(len(scores)) != mentor))
    passes_over = _passes_over(problem, solution, mentor)
    best = others[np.lexsort((others, -scores[others], cost[others], passes_over[others]))][: max(top, 0)]
    alternatives = [
        Alternative(
            mentor=int(j),
            score=int(scores[j]),
            own_change=int(scores[j]) - own,
            cost_at_least=int(cost[j]),
            has_room=bool(load[j] < problem.capacity[j]),
            passes_over=bool(passes_over[j]),
        )
        for j in best
    ]
    return Explanation(mentee, mentor, own, problem.scores.maximum, _parts(problem, mentee, mentor), alternatives)


def why_unmatched(problem: MatchProblem, solution: MatchSolution, mentee: int) -> Unmatched:
    """What stands between a mentee and a match: rules, and then who else can only be matched with the same mentors.

    The group is Hall's: whoever is reached by "allowed mentor, who holds that mentor, their allowed mentors, ...", the floor ignored.
    Raises MatchError: unknown_person; unmatched where the mentee has a match.
    """
    _known(problem, mentee)
    if solution.mentor_of[mentee] >= 0:
        raise MatchError("unmatched", f"Mentee {mentee} has a match.", mentee)
    out = _rules(problem, mentee)
    falls = np.sum(list(out.values()), axis=0)
    excluded = {rule: int(mentors.sum()) for rule, mentors in out.items()}
    only = {rule: int((mentors & (falls == 1)).sum()) for rule, mentors in out.items()}
    rivals, contested = _group(problem, solution, mentee)
    free, since = problem.capacity - problem.taken, problem.waiting_since
    longer = 0 if since is None else int((since[rivals] < since[mentee]).sum())
    return Unmatched(mentee, int((falls == 0).sum()), excluded, only, rivals, contested, int(free[contested].sum()), longer)


def parity(solution: MatchSolution, groups: ArrayLike, maximum: int, smallest: int = 5) -> dict[str, Any]:
    """How groups of mentees fare. `groups` int[n], -1 = unknown, who are left out; `maximum` the largest possible score.

    For each group: `people`, `matched`, `rate` (0..1), `mean` and `lowest` score of its matches (0..100; None without any), `hidden` where
    it has fewer than `smallest` people and must not be shown. `rate_ratio` = lowest rate / highest rate (the four-fifths rule of the US
    Uniform Guidelines on Employee Selection, 1978, looks at 0.8), `mean_gap` = highest mean - lowest mean, both of groups not hidden, None
    where there is nothing to compare. Raises MatchError: shape, dtype.
    """
    made = array(groups, what="The groups")
    if made.shape != solution.mentor_of.shape:
        raise MatchError("shape", "The groups need one number a mentee.")
    if made.size and made.dtype.kind == "f":
        raise MatchError("dtype", "Groups are named by whole numbers.")
    listed = [_fares(solution, made == group, int(group), maximum, smallest) for group in np.unique(made[made >= 0])]
    seen = [group for group in listed if not group["hidden"]]
    rates = [group["rate"] for group in seen]
    means = [group["mean"] for group in seen if group["mean"] is not None]
    return {
        "groups": listed,
        "rate_ratio": min(rates) / max(rates) if rates and max(rates) else None,
        "mean_gap": max(means) - min(means) if means else None,
    }


def _fares(solution: MatchSolution, people: Flags, group: int, maximum: int, smallest: int) -> dict[str, Any]:
    count, matched = int(people.sum()), int((people & (solution.mentor_of >= 0)).sum())
    scores = solution.score[people & (solution.score >= 0)].astype(np.int64)
    return {
        "group": group,
        "people": count,
        "matched": matched,
        "rate": matched / count,
        "mean": 100 * int(scores.sum()) / (maximum * len(scores)) if len(scores) and maximum else None,
        "lowest": shown(int(scores.min()), maximum) if len(scores) else None,
        "hidden": count < smallest,
    }


def _passes_over(problem: MatchProblem, solution: MatchSolution, mentor: int) -> Flags:
    """bool[m]: mentors whose places have another price of waiting, which nobody pays where the longest waiting come first."""
    prices = solution.certificate.waiting
    if prices is None:
        return np.zeros(len(problem.capacity), bool)
    passed: Flags = (prices != prices[mentor]) & (problem.capacity > problem.taken)
    return passed


def _known(problem: MatchProblem, mentee: int) -> None:
    if not 0 <= mentee < problem.scores.shape[0]:
        raise MatchError("unknown_person", f"There is no mentee {mentee}.", mentee)


def _row(problem: MatchProblem, mentee: int) -> Indices:
    """int64[m]: the scores of a mentee, -1 also where forbidden."""
    scores: Indices = problem.scores.block(np.array([mentee]))[0].astype(np.int64)
    scores[problem.forbids[problem.forbids[:, 0] == mentee, 1]] = -1
    return scores


def _parts(problem: MatchProblem, mentee: int, mentor: int) -> list[Part]:
    parts = []
    for criterion in problem.scores.criteria:
        if not criterion.hard:
            of_all, unknown = quality(criterion, np.array([mentee]), problem.scores.shape[1])
            of_pair = int(of_all[0, mentor])
            parts.append(
                Part(criterion.key, criterion.kind, criterion.weight, of_pair, bool(unknown[0, mentor]), criterion.weight * of_pair)
            )
    return parts


def _rules(problem: MatchProblem, mentee: int) -> dict[str, Flags]:
    """For each rule the mentors (bool[m]) that it excludes for this mentee."""
    m = problem.scores.shape[1]
    row = np.array([mentee])
    scores = problem.scores.block(row)[0].astype(np.int64)
    hard = {criterion.key: ruled_out(criterion, row, m)[0] for criterion in problem.scores.criteria if criterion.hard}
    by_criteria = np.any(list(hard.values()), axis=0) if hard else np.zeros(m, bool)
    if hard:
        # What the score would be without the hard criteria, so that the minimum is judged by itself.
        scores = np.where(by_criteria, _soft(problem, row), scores)
    forbidden = np.zeros(m, bool)
    forbidden[problem.forbids[problem.forbids[:, 0] == mentee, 1]] = True
    return hard | {
        FORBIDDEN: forbidden,
        MINIMUM: (scores >= 0) & (scores < problem.minimum),
        NO_PLACE: problem.capacity <= problem.taken,
        RULE: (scores < 0) & ~by_criteria,
    }


def _soft(problem: MatchProblem, row: Indices) -> Indices:
    m = problem.scores.shape[1]
    points = np.zeros(m, np.int64)
    for criterion in problem.scores.criteria:
        if not criterion.hard:
            points += criterion.weight * quality(criterion, row, m)[0][0]
    return points


def _group(problem: MatchProblem, solution: MatchSolution, mentee: int) -> tuple[list[int], list[int]]:
    """Who is reached from the mentee, and over which mentors, both in order."""
    table = table_of(problem)
    of_row = solution.mentor_of[table.rows]
    rivals, contested = table.rows == mentee, np.zeros(len(table.columns), bool)
    reached = np.flatnonzero(rivals)
    while len(reached):
        for block in table.blocks(reached):
            others = np.flatnonzero(~contested)
            contested[others[(table.scores(block, others) >= table.lowest).any(axis=0)]] = True
        held = np.isin(of_row, table.columns[contested])
        reached = np.flatnonzero(held & ~rivals)
        rivals |= held
    return table.rows[rivals].tolist(), table.columns[contested].tolist()
