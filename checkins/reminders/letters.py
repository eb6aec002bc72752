"""The mail that says a check-in is open."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from checkins.answers.models import CheckIn, CheckInQuerySet
from checkins.answers.services import REMINDER
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Program

CHECK_INS = kinds.Category(
    name="check-ins",
    label=_("Check-ins"),
    about=_("When a check-in is open for you, and a reminder or two while it is."),
)


def context_of(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    found = _of(messages).select_related("pairing__program", "membership__user").with_number_of_questions()
    contexts = {str(check_in.pk): _context(check_in) for check_in in found}
    return {message.pk: contexts[message.subject] for message in messages if message.subject in contexts}


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    """Not answered, not closed, of a pairing that is active and a person who is still there."""
    owed = _of(messages).asked().unanswered().filter(closed_at=None, membership__left_at=None)
    keys = set(owed.filter(pairing__state=Pairing.State.ACTIVE, pairing__program__archived_at=None).values_list("pk", flat=True))
    return {message.pk for message in messages if message.subject_id in keys}


def _of(messages: list[OutboxMessage]) -> CheckInQuerySet:
    return CheckIn.objects.filter(pk__in=[message.subject_id for message in messages])


def _context(check_in: Any) -> dict[str, Any]:
    program = check_in.pairing.program
    return {
        "program_name": program.name,
        "program": program.slug,
        "check_in": check_in.pk,
        "until": check_in.last_minute,
        "place": times.place_of(check_in.membership.user.time_zone),
        "questions": check_in.questions,
        "admins_only": check_in.read_by == Program.AnswersReadBy.ADMINS,
    }


kinds.register(
    kinds.Kind(
        name=REMINDER,
        priority=kinds.Priority.REMINDER,
        category=CHECK_INS,
        template="checkins/reminders/mail/checkin_due.txt",
        context=context_of,
        still_owed=still_owed,
    )
)
