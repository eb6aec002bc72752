"""How groups of people fare in a run. A group is made of those who chose one answer to a question that a coordinator picks.

Decided: a group of fewer than five is never shown, and where all others together would give its numbers away by subtraction, the next
smallest is hidden with it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching import solver
from matching.pairings.models import Pairing
from matching.runs import peers, services
from matching.runs.models import Proposal, Run
from programs.profiles.models import ProfileAnswer, ProfileQuestion

SMALLEST = 5
# Below four fifths of the best group's rate it is said (the four-fifths rule of the US Uniform Guidelines, 1978).
FOUR_FIFTHS = 0.8
# A group that waits so much longer than another, in days and in proportion, is named.
LONGER_DAYS, LONGER = 7, 1.25


@dataclass(frozen=True)
class Group:
    """`rate` of 100, `mean` of 100 (None without a match), `waited` in days, `declined` of `asked` pairs."""

    label: str
    people: int
    matched: int
    rate: int
    mean: int | None
    waited: int
    asked: int
    declined: int


@dataclass(frozen=True)
class Report:
    """Groups in the order of the question's list; `hidden` says how many groups are too small to be shown."""

    groups: Sequence[Group]
    hidden: int
    unknown: int

    @property
    def rate_ratio(self) -> float | None:
        rates = [group.matched / group.people for group in self.groups]
        return min(rates) / max(rates) if len(rates) > 1 and max(rates) else None

    @property
    def ratio_of_hundred(self) -> int | None:
        return None if self.rate_ratio is None else round(100 * self.rate_ratio)

    @property
    def is_below_four_fifths(self) -> bool:
        return self.rate_ratio is not None and self.rate_ratio < FOUR_FIFTHS

    @property
    def lowest(self) -> Group:
        return min(self.groups, key=lambda group: group.matched / group.people)

    @property
    def highest(self) -> Group:
        return max(self.groups, key=lambda group: group.matched / group.people)

    @property
    def waits_longer(self) -> Group | None:
        """The group that waited longest, where that is clearly longer than the one that waited least."""
        if len(self.groups) < 2:
            return None
        longest, shortest = (pick(self.groups, key=lambda group: group.waited) for pick in (max, min))
        is_clear = longest.waited >= shortest.waited + LONGER_DAYS and longest.waited >= LONGER * shortest.waited
        return longest if is_clear else None


def report_of(run: Run, question: ProfileQuestion) -> Report:
    """Of those who looked for a mentor, or for an equal peer, by what they answer today. Three queries."""
    inputs, outcome = services.result_of(run)
    solution = peers.as_sides(outcome) if isinstance(outcome, solver.PoolSolution) else outcome
    mentees = inputs.mentees.tolist()
    given = ProfileAnswer.objects.filter(question=question, profile__membership__in=mentees)
    answer_of = {person: value for person, value in given.values_list("profile__membership", "value") if isinstance(value, str)}
    labels = [choice for choice in question.choices if choice in set(answer_of.values())]
    code_of = {label: code for code, label in enumerate(labels)}
    codes = np.array([code_of.get(answer_of.get(person, ""), -1) for person in mentees], dtype=np.int64)
    found = solver.parity(solution, codes, run.maximum, smallest=SMALLEST)["groups"]
    shown = _shown(found)
    waited = np.maximum(int(run.started_at.timestamp()) - inputs.waiting, 0) // 86400
    asked, declined = _asked_of(run, {person: int(code) for person, code in zip(mentees, codes, strict=True)})
    groups = [_group(one, labels, waited[codes == one["group"]], asked, declined) for one in found if one["group"] in shown]
    return Report(groups, len(found) - len(groups), int((codes < 0).sum()))


def _shown(found: Sequence[Mapping[str, Any]]) -> set[int]:
    """Those of enough people; and where the rest is too few to be left alone, without the smallest of them."""
    large = sorted((one for one in found if not one["hidden"]), key=lambda one: one["people"])
    rest = sum(one["people"] for one in found if one["hidden"])
    if 0 < rest < SMALLEST:
        large = large[1:]
    return {one["group"] for one in large}


def _group(found: Mapping[str, Any], labels: Sequence[str], waited: Any, asked: Counter[int], declined: Counter[int]) -> Group:
    return Group(
        label=labels[found["group"]],
        people=found["people"],
        matched=found["matched"],
        rate=round(100 * found["rate"]),
        mean=None if found["mean"] is None else round(found["mean"]),
        waited=round(float(waited.mean())),
        asked=asked[found["group"]],
        declined=declined[found["group"]],
    )


def _asked_of(run: Run, code_of: Mapping[int, int]) -> tuple[Counter[int], Counter[int]]:
    """How many pairs of each group were asked, and how many of these did not start. Who of the two said so is kept nowhere."""
    asked: Counter[int] = Counter()
    declined: Counter[int] = Counter()
    halves = ("mentee", "mentor") if run.is_among_peers else ("mentee",)
    for half in halves:
        for person, state in Proposal.objects.filter(run=run, pairing__isnull=False).values_list(half, "pairing__state"):
            code = code_of.get(person, -1)
            asked[code] += 1
            declined[code] += state == Pairing.State.DECLINED
    return asked, declined
