"""The letters about courses: finish one, five minutes to refresh, and take one again."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guidelines.courses.models import CourseVersion
from guidelines.enrolments.models import Enrolment
from guidelines.enrolments.services import AGAIN_LETTER, REFRESHER_LETTER, REMINDER_LETTER
from guidelines.versions.letters import GUIDELINES
from mentoring.kernel import times
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership

FOLDER = "guidelines/enrolments/mail"


def of_courses(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    """Of letters about a course as such."""
    versions = _in_force({message.subject_id for message in messages})
    return {message.pk: _told(versions[message.subject_id]) for message in messages if message.subject_id in versions}


def of_enrolments(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    enrolled = kinds.with_subjects(messages, Enrolment.objects.all())
    versions = _in_force({enrolment.course_id for _message, enrolment in enrolled})
    return {
        message.pk: _told(versions[enrolment.course_id]) | {"last_day": enrolment.expires_on}
        for message, enrolment in enrolled
        if enrolment.course_id in versions
    }


def not_yet_finished(messages: list[OutboxMessage]) -> set[int]:
    """Owed while the course is in use, to who is in the program and has it still to finish, by the day of the program: as its pages say."""
    courses: Any = {message.subject_id for message in messages}
    people = [message.recipient_id for message in messages]
    in_use = set(_in_force(courses))
    members = set(
        Membership.objects.current()
        .participants()
        .filter(user__in=people, program__courses__in=courses)
        .values_list("program__courses", "user")
    )
    now = timezone.now()
    finished = Enrolment.objects.finished().filter(course__in=courses, membership__user__in=people)
    done = {
        (course, user)
        for course, user, last_day, zone in finished.values_list("course", "membership__user", "expires_on", "course__program__time_zone")
        if last_day is None or last_day >= times.local_day(now, zone)
    }
    return {
        message.pk
        for message in messages
        for asked in [(message.subject_id, message.recipient_id)]
        if message.subject_id in in_use and asked in members and asked not in done
    }


def still_open(messages: list[OutboxMessage]) -> set[int]:
    """What was offered has not been finished, and can be taken."""
    open_ones = Enrolment.objects.open().filter(
        pk__in=[message.subject_id for message in messages], membership__left_at=None, course__retired_at=None
    )
    keys = set(open_ones.values_list("pk", flat=True))
    return {message.pk for message in messages if message.subject_id in keys}


def not_taken_again(messages: list[OutboxMessage]) -> set[int]:
    """The person is here, and has not finished it anew."""
    enrolments = Enrolment.objects.finished().filter(
        pk__in=[message.subject_id for message in messages], membership__left_at=None, course__retired_at=None
    )
    found: dict[Any, Enrolment] = {enrolment.pk: enrolment for enrolment in enrolments}
    newest: dict[tuple[int, int], int] = {}
    of_these = Enrolment.objects.finished().filter(membership__in=[enrolment.membership_id for enrolment in found.values()])
    for pk, membership, course in of_these.order_by("pk").values_list("pk", "membership", "course"):
        newest[membership, course] = pk
    return {
        message.pk
        for message in messages
        if (enrolment := found.get(message.subject_id)) and newest[enrolment.membership_id, enrolment.course_id] == enrolment.pk
    }


def _in_force(courses: "set[Any]") -> dict[Any, CourseVersion]:
    versions = CourseVersion.objects.filter(course__in=courses).in_force().select_related("course__program").defer("modules")
    return {version.course_id: version for version in versions}


def _told(version: CourseVersion) -> dict[str, Any]:
    program = version.course.program
    return {"program": program.slug, "program_name": program.name, "course": version.course_id, "title": version.title}


kinds.register(
    kinds.Kind(
        name=REMINDER_LETTER,
        label=_("A course that is still to finish"),
        priority=kinds.Priority.REMINDER,
        category=GUIDELINES,
        template=f"{FOLDER}/reminder.txt",
        context=of_courses,
        still_owed=not_yet_finished,
    )
)
kinds.register(
    kinds.Kind(
        name=REFRESHER_LETTER,
        label=_("Five minutes of learning"),
        priority=kinds.Priority.DIGEST,
        category=GUIDELINES,
        template=f"{FOLDER}/refresher.txt",
        context=of_enrolments,
        still_owed=still_open,
    )
)
kinds.register(
    kinds.Kind(
        name=AGAIN_LETTER,
        label=_("A course to take again"),
        priority=kinds.Priority.DIGEST,
        category=GUIDELINES,
        template=f"{FOLDER}/again.txt",
        context=of_enrolments,
        still_owed=not_taken_again,
    )
)
