"""May this person? Pure questions: no query, no write, no request."""

from guidelines.courses.models import Course, CourseVersion
from guidelines.enrolments.models import Enrolment
from programs.memberships.models import Membership


def may_learn(membership: Membership, course: Course) -> bool:
    """Participants, whatever side they are on: everybody may take every course."""
    return membership.left_at is None and membership.is_participant and membership.program_id == course.program_id


def is_asked(audience: str, *, offers: bool | None, seeks: bool | None) -> bool:
    """Of a course that comes first: is it for somebody of these sides? Who has not said yet which they are on may have any to do."""
    if audience == CourseVersion.Audience.MENTORS:
        return bool(offers) or not seeks
    if audience == CourseVersion.Audience.MENTEES:
        return bool(seeks) or not offers
    return True


def may_share(membership: Membership, enrolment: Enrolment) -> bool:
    """Who holds a certificate decides who sees it."""
    return enrolment.membership_id == membership.pk and enrolment.finished_at is not None


def may_run(membership: Membership, course: Course) -> bool:
    """Remind people, and record what they did elsewhere or together."""
    return membership.left_at is None and membership.is_staff and membership.program_id == course.program_id
