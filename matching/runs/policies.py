"""May this person? Pure questions: no query, no write, no request."""

from matching.runs.models import Proposal, Run
from programs.memberships.models import Membership


def may_run(membership: Membership, run: Run) -> bool:
    """Those who run its program."""
    return membership.is_staff and membership.program_id == run.program_id


def may_settle(membership: Membership, proposal: Proposal) -> bool:
    """Those who run its program, while nobody has been asked, and never a pair that they are half of themselves."""
    return may_run(membership, proposal.run) and proposal.is_draft and membership.pk not in (proposal.mentee_id, proposal.mentor_id)
