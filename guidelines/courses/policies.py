"""May this person? Pure questions: no query, no write, no request."""

from programs.memberships.models import Membership


def may_write(membership: Membership) -> bool:
    """Courses are made by those who run the program."""
    return membership.left_at is None and membership.is_staff
