"""What a page says of a run and of a pair of it, from what is kept. No query."""

from collections.abc import Iterable
from typing import Any

from matching.runs import policies
from matching.runs.explanation import Explained, of_hundred
from matching.runs.models import Proposal, Run
from programs.memberships.models import Membership

STATE_TAGS = {Proposal.State.LOCKED: "act", Proposal.State.RELEASED: "ok", Proposal.State.DROPPED: "warn"}


def row_of(explained: Explained, run: Run, viewer: Membership, lowest: int | None = None) -> dict[str, Any]:
    """`lowest`: the lowest score as the drafts stand, where it is no longer that of the run.

    One chooses nothing for oneself: who runs the program and takes part is not among the others.
    """
    proposal = explained.proposal
    halves = (proposal.mentee, proposal.mentor) if run.is_among_peers else (proposal.mentee,)
    return {
        "proposal": proposal,
        "those_for": explained.those_for,
        "those_against": explained.those_against,
        "not_known": explained.not_known,
        "others_of": [
            (half, [other for other in explained.others if other.of == half.pk and other.membership != viewer.pk]) for half in halves
        ],
        "tag": STATE_TAGS.get(Proposal.State(proposal.state), ""),
        "is_weakest": proposal.score == (run.statistics.get("weakest") if lowest is None else lowest),
        # Where nothing but rules counts, all pairs are alike.
        "has_score": bool(run.maximum),
        "may_settle": policies.may_settle(viewer, proposal),
    }


def people_of(proposals: Iterable[Proposal]) -> set[int]:
    """Everybody whose name stands on a page of these pairs."""
    found: set[int] = set()
    for proposal in proposals:
        found.update([proposal.mentee_id, proposal.mentor_id, *(other[0] for other in proposal.alternatives)])
    return found


def weakest_of(run: Run) -> int | None:
    """Of all pairs as the run put them together, of 100; None where nobody is matched, or where nothing but rules counts."""
    return _of_hundred(run, "weakest")


def mean_of(run: Run) -> int | None:
    """As the weakest."""
    return _of_hundred(run, "mean")


def _of_hundred(run: Run, name: str) -> int | None:
    score = run.statistics.get(name)
    return None if score is None or not run.maximum else of_hundred(score, run.maximum)
