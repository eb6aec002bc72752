"""Contents page for Django. Import from the subject, never from here."""

from programs.invitations.models import Invitation
from programs.memberships.models import Cohort, Holiday, Membership, Program
from programs.people.models import User
from programs.privacy.models import DataCopy
from programs.profiles.models import Profile, ProfileAnswer, ProfileQuestion
from programs.readiness.models import Requirement
from programs.retention.models import RetentionRule
from programs.roster.models import Sheet, SheetPart, SheetRow

__all__ = [
    "Cohort",
    "DataCopy",
    "Holiday",
    "Invitation",
    "Membership",
    "Profile",
    "ProfileAnswer",
    "ProfileQuestion",
    "Program",
    "Requirement",
    "RetentionRule",
    "Sheet",
    "SheetPart",
    "SheetRow",
    "User",
]
