"""May this person? Pure questions: no query, no write, no request."""

from guidelines.versions.models import GuidelineVersion
from programs.memberships.models import Membership


def may_write(membership: Membership) -> bool:
    """Drafts and versions are made by those who run the program."""
    return membership.left_at is None and membership.is_staff


def may_acknowledge(membership: Membership, version: GuidelineVersion) -> bool:
    """Participants, for themselves, and only what everybody can read. The same holds for what comes before it and after it."""
    return membership.left_at is None and membership.is_participant and membership.program_id == version.program_id and version.is_published


def may_remind(membership: Membership) -> bool:
    return membership.left_at is None and membership.is_staff
