"""Contents page: each subject's declaration of what it holds about people, made when it is imported. In the order of a copy."""

from guidelines.agreements import personal as agreements
from guidelines.consents import personal as consents
from guidelines.courses import personal as courses
from guidelines.enrolments import personal as enrolments
from guidelines.limits import personal as limits
from guidelines.versions import personal as versions

__all__ = [
    "agreements",
    "consents",
    "courses",
    "enrolments",
    "limits",
    "versions",
]
