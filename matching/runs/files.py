"""What a run came to, row by row, for a file."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from matching.runs.models import Proposal, Run, Unmatched
from matching.runs.peer_words import words_of
from matching.runs.rows import people_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

ROWS_AT_ONCE = 500


def header_of_pairs(run: Run) -> list[str]:
    two = (_("One"), _("Other")) if run.is_among_peers else (capfirst(run.program.mentee_word), capfirst(run.program.mentor_word))
    how = [_("Of 100"), _("State"), _("Why left out"), _("Changed by hand"), _("Waits since")]
    return [*two, *how, _("For"), _("Against"), _("Not known")]


def pairs(run: Run, proposals: "QuerySet[Proposal]") -> Iterator[list[object]]:
    """Two queries every few hundred rows."""
    rows = proposals.iterator(chunk_size=ROWS_AT_ONCE)
    while portion := list(islice(rows, ROWS_AT_ONCE)):
        for proposal in portion:
            proposal.run = run
        words = words_of(run)(run, people_of(portion))
        for proposal in portion:
            explained = words.explained(proposal)
            yield [
                proposal.mentee.user.full_name,
                proposal.mentor.user.full_name,
                proposal.shown if run.maximum and proposal.score >= 0 else None,
                proposal.get_state_display(),
                proposal.get_left_out_display() if proposal.left_out else "",
                _("Yes") if proposal.by_hand else "",
                proposal.waiting_since,
                *(" ".join(said) for said in (explained.those_for, explained.those_against, explained.not_known)),
            ]


def alone(run: Run, unmatched: "QuerySet[Unmatched]") -> Iterator[list[object]]:
    """Two queries every few hundred rows."""
    rows = unmatched.iterator(chunk_size=ROWS_AT_ONCE)
    while portion := list(islice(rows, ROWS_AT_ONCE)):
        words = words_of(run)(run, [one.membership_id for one in portion])
        for one in portion:
            why = words.why_nobody(one) if run.forgotten_at is None else []
            yield [one.membership.user.full_name, one.waiting_since, " ".join(why)]
