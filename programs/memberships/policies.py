"""May this person? Roles alone; what is read of a pair is `visible_to`'s."""

from programs.memberships.models import Membership


def is_open_to_members(membership: Membership) -> bool:
    return membership.left_at is None


def is_open_to_participants(membership: Membership) -> bool:
    return membership.left_at is None and membership.is_participant


def is_open_to_staff(membership: Membership) -> bool:
    return membership.left_at is None and membership.is_staff


def is_open_to_admins(membership: Membership) -> bool:
    return membership.left_at is None and membership.is_admin
