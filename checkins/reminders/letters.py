"""The mails that say a check-in is open: one of the plan's days, about a meeting, at the end of a pairing."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from checkins.answers.models import CheckIn, CheckInQuerySet
from checkins.answers.services import AFTER_MEETING, AT_THE_END, REMINDER
from checkins.plans.models import Question, zone_of
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
    """`token`: what the link of this mail opens. Empty where a mail was owed without one: then the link asks to sign in."""
    found = list(_of(messages).select_related("pairing__program", "membership__user"))
    questions = list(Question.objects.filter(plan__in={check_in.plan_id for check_in in found}))
    contexts = {str(check_in.pk): _context(check_in, len(check_in.among(questions))) for check_in in found}
    return {message.pk: {**contexts[message.subject], "token": message.secret or ""} for message in messages if message.subject in contexts}


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    """Not answered, not closed, of a pairing that is active and a person who is still there."""
    return _still_owed(messages, Pairing.State.ACTIVE)


def still_owed_at_the_end(messages: list[OutboxMessage]) -> set[int]:
    """The same of a pairing that has ended."""
    return _still_owed(messages, Pairing.State.CLOSED)


def _still_owed(messages: list[OutboxMessage], state: Pairing.State) -> set[int]:
    owed = _of(messages).asked().unanswered().filter(closed_at=None, membership__left_at=None)
    keys = set(owed.filter(pairing__state=state, pairing__program__archived_at=None).values_list("pk", flat=True))
    return {message.pk for message in messages if message.subject_id in keys}


def _of(messages: list[OutboxMessage]) -> CheckInQuerySet:
    return CheckIn.objects.filter(pk__in=[message.subject_id for message in messages])


def _context(check_in: CheckIn, number_of_questions: int) -> dict[str, Any]:
    program = check_in.pairing.program
    return {
        "program_name": program.name,
        "program": program.slug,
        "check_in": check_in.pk,
        "until": check_in.last_minute,
        "place": times.place_of(zone_of(check_in.membership.user, program)),
        "questions": number_of_questions,
        "admins_only": check_in.read_by == Program.AnswersReadBy.ADMINS,
    }


for name, label, template, owed in (
    (REMINDER, _("A check-in that is open"), "checkin_due", still_owed),
    (AFTER_MEETING, _("A question after a meeting"), "checkin_after_meeting", still_owed),
    (AT_THE_END, _("A check-in when a pairing has ended"), "checkin_closing", still_owed_at_the_end),
):
    kinds.register(
        kinds.Kind(
            name=name,
            label=label,
            priority=kinds.Priority.REMINDER,
            category=CHECK_INS,
            template=f"checkins/reminders/mail/{template}.txt",
            context=context_of,
            still_owed=owed,
        )
    )
