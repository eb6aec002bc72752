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


def may_set_roles(by: Membership, membership: Membership, *, is_admin: bool, is_deputy: bool) -> bool:
    """Staff say who takes part and who coordinates. Who sees what a coordinator must not is for admins to say."""
    if by.program_id != membership.program_id or not by.is_staff:
        return False
    return by.is_admin or (is_admin == membership.is_admin and is_deputy == membership.is_deputy)


def may_end(by: Membership, membership: Membership) -> bool:
    """Everybody may leave. Staff may end the place of others; that of an admin or the deputy is for admins to end."""
    if by.pk == membership.pk:
        return True
    if by.program_id != membership.program_id or not by.is_staff:
        return False
    return by.is_admin or not (membership.is_admin or membership.is_deputy)
