"""Contents page: each subject's declaration of what it holds about people, made when it is imported. In the order of a copy."""

from programs.invitations import personal as invitations
from programs.memberships import personal as memberships
from programs.people import personal as people
from programs.privacy import personal as privacy
from programs.profiles import personal as profiles
from programs.readiness import personal as readiness
from programs.retention import personal as retention
from programs.roster import personal as roster

__all__ = [
    "invitations",
    "memberships",
    "people",
    "privacy",
    "profiles",
    "readiness",
    "retention",
    "roster",
]
