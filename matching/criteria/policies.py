"""May this person? Pure questions: no query, no write, no request."""

from matching.criteria.models import Exclusion
from programs.memberships.models import Membership


def may_set_criteria(membership: Membership) -> bool:
    """Those who run the program."""
    return membership.is_staff


def may_exclude(membership: Membership, one: Membership, other: Membership, reason: str) -> bool:
    """For a reason that can be said, those who run the program; in private each for themselves."""
    if reason == Exclusion.Reason.PRIVATE:
        return membership.pk in (one.pk, other.pk)
    return membership.is_staff


def may_take_back(membership: Membership, exclusion: Exclusion) -> bool:
    """What was private its author alone; what was not, those who run the program, but never about themselves."""
    if exclusion.by_id == membership.pk:
        return True
    is_private = exclusion.reason == Exclusion.Reason.PRIVATE
    return membership.is_staff and not is_private and membership.pk not in (exclusion.one_id, exclusion.other_id)
