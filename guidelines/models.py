"""Contents page for Django. Import from the subject, never from here."""

from guidelines.courses.models import Course, CourseVersion
from guidelines.enrolments.models import Enrolment, LiveHour, Reflection, Step
from guidelines.versions.models import Acknowledgement, GuidelineVersion

__all__ = ["Acknowledgement", "Course", "CourseVersion", "Enrolment", "GuidelineVersion", "LiveHour", "Reflection", "Step"]
