"""May this person? Pure questions: no query, no write, no request."""

from checkins.plans.models import CheckInPlan
from programs.memberships.models import Membership


def may_change(membership: Membership, plan: CheckInPlan) -> bool:
    return membership.is_staff and membership.program_id == plan.program_id
