"""May this person? Pure questions: no query, no write, no request."""

from checkins.care.models import Task
from programs.memberships.models import Membership, Program


def may_do(membership: Membership, task: Task) -> bool:
    """Those who may see it: staff, never about a pairing of their own, and by the rule that the person was told."""
    if not membership.is_staff or membership.program_id != task.pairing.program_id or task.pairing.includes(membership):
        return False
    return membership.is_admin or task.read_by == Program.AnswersReadBy.COORDINATORS
