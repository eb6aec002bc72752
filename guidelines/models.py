"""Contents page for Django. Import from the subject, never from here."""

from guidelines.agreements.models import Agreement, Clause, Edition
from guidelines.consents.models import Consent, PrivacyText
from guidelines.courses.models import Course, CourseVersion, Picture
from guidelines.enrolments.models import Enrolment, LiveHour, Reflection, Step
from guidelines.limits.models import OwnLimit
from guidelines.versions.models import Acknowledgement, GuidelineVersion, Reading

__all__ = [
    "Acknowledgement",
    "Agreement",
    "Clause",
    "Consent",
    "Course",
    "CourseVersion",
    "Edition",
    "Enrolment",
    "GuidelineVersion",
    "LiveHour",
    "OwnLimit",
    "Picture",
    "PrivacyText",
    "Reading",
    "Reflection",
    "Step",
]
