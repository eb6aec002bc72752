from programs.memberships.models import Membership


def may_choose(by: Membership) -> bool:
    return by.is_admin and by.left_at is None
