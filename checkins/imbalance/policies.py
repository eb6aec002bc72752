"""May this person? Pure questions: no query, no write, no request."""

from checkins.care import policies as care
from checkins.imbalance.models import Signal
from programs.memberships.models import Membership


def may_close(membership: Membership, signal: Signal) -> bool:
    """Those who may see it: staff, never about a pairing of their own, and by the rule of who reads answers."""
    return care.may_do(membership, signal.task)
