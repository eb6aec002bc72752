"""Two runs side by side: who would meet somebody else, and what it does to all."""

from collections.abc import Mapping
from dataclasses import dataclass

from matching.runs.models import Proposal, Run
from programs.memberships.models import Membership


@dataclass(frozen=True)
class Change:
    """A mentee, and their mentor in either run; None where they have none. Of equal peers each is told with the other."""

    mentee: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Compared:
    """`changes` in the order of the mentees' keys."""

    same: int
    changes: list[Change]

    @property
    def other_mentor(self) -> int:
        return sum(change.before is not None and change.after is not None for change in self.changes)

    @property
    def new(self) -> int:
        return sum(change.before is None for change in self.changes)

    @property
    def gone(self) -> int:
        return sum(change.after is None for change in self.changes)


def compared(before: Run, after: Run, viewer: Membership) -> Compared:
    """As the drafts of both stand, without what is the viewer's own. Two queries."""
    return changes_between(_mentors_of(before, viewer), _mentors_of(after, viewer))


def changes_between(before: Mapping[int, int], after: Mapping[int, int]) -> Compared:
    people = sorted(before.keys() | after.keys())
    changes = [Change(one, before.get(one), after.get(one)) for one in people if before.get(one) != after.get(one)]
    return Compared(len(people) - len(changes), changes)


def _mentors_of(run: Run, viewer: Membership) -> dict[int, int]:
    found = dict(Proposal.objects.visible_to(viewer).filter(run=run).values_list("mentee", "mentor"))
    return found | {other: one for one, other in found.items()} if run.is_among_peers else found
