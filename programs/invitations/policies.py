"""May this person invite? Only who runs the program; the roles of admin and deputy are an admin's to give."""

from programs.memberships.models import Membership


def may_invite(by: Membership, *, is_admin: bool = False) -> bool:
    return by.left_at is None and (by.is_admin or (by.is_coordinator and not is_admin))
