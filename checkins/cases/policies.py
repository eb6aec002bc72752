"""May this person? Pure questions. Who may read a concern at all is the queryset's to say, before any of these is asked."""

from collections.abc import Sequence

from checkins.cases.models import CaseDecision
from checkins.concerns.models import Concern
from checkins.concerns.playbook import ENTRIES
from programs.memberships.models import Membership


def needs_second(concern: Concern, readers: Sequence[Membership]) -> bool:
    """To close it. One person alone decides only where nobody else may read it."""
    return ENTRIES[concern.kind].needs_second and len(readers) > 1


def may_be_second(membership: Membership, decision: CaseDecision) -> bool:
    return decision.settled_at is None and decision.asked_by_id != membership.pk
