"""The letters about guidelines: they have changed, and please read them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from guidelines.versions.models import Acknowledgement, GuidelineVersion
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership

FOLDER = "guidelines/versions/mail"
GUIDELINES = kinds.Category(
    name="guidelines",
    label=_("Guidelines and training"),
    about=_("When there is something for you to read, to agree to or to learn."),
)


def context(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {
            "program": version.program.slug,
            "program_name": version.program.name,
            "number": version.number,
            "summary": version.summary_of_change,
        }
        for message, version in kinds.with_subjects(messages, GuidelineVersion.objects.select_related("program"))
    }


def not_yet_read(messages: list[OutboxMessage]) -> set[int]:
    """Owed while the version is in force, to who is in the program and has not acknowledged it."""
    subjects = [int(message.subject_id) for message in messages]
    recipients = [message.recipient_id for message in messages]
    in_force = set(GuidelineVersion.objects.filter(pk__in=subjects).in_force().values_list("pk", flat=True))
    readers = set(
        Acknowledgement.objects.standing()
        .filter(version__in=subjects, membership__user__in=recipients)
        .values_list("version", "membership__user")
    )
    people = Membership.objects.current().participants().filter(user__in=recipients, program__guideline_versions__in=subjects)
    asked = set(people.values_list("program__guideline_versions", "user"))
    return {
        message.pk
        for message in messages
        if message.subject_id in in_force
        and (message.subject_id, message.recipient_id) in asked
        and (message.subject_id, message.recipient_id) not in readers
    }


kinds.register(
    kinds.Kind(
        name="guidelines-changed",
        label=_("New guidelines"),
        priority=kinds.Priority.REMINDER,
        category=GUIDELINES,
        template=f"{FOLDER}/changed.txt",
        context=context,
        still_owed=not_yet_read,
    )
)
kinds.register(
    kinds.Kind(
        name="guidelines-reminder",
        label=_("Guidelines that are still to read"),
        priority=kinds.Priority.REMINDER,
        category=GUIDELINES,
        template=f"{FOLDER}/reminder.txt",
        context=context,
        still_owed=not_yet_read,
    )
)
