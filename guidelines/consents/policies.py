from programs.memberships.models import Membership


def may_write(by: Membership) -> bool:
    """How confidential things are treated is for whoever looks after safety to say."""
    return by.is_admin
