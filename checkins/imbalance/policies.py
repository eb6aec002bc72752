"""May this person? Pure questions: no query, no write, no request."""

from checkins.care import policies as care
from checkins.imbalance.models import QuietReview, Signal
from programs.memberships.models import Membership


def may_see_patterns(membership: Membership) -> bool:
    """One level up: admins, and the deputy. Which of them, says the pattern."""
    return membership.is_admin or membership.is_deputy


def may_close(membership: Membership, signal: Signal) -> bool:
    """Those who may see it: staff, never about a pairing of their own, and by the rule of who reads answers."""
    return care.may_do(membership, signal.task)


def may_decide(membership: Membership, program_id: int) -> bool:
    """What is usual in a program, and how careful it is."""
    return membership.is_staff and membership.program_id == program_id


def may_review(membership: Membership, review: QuietReview) -> bool:
    return care.may_write_about(membership, review.pairing)
