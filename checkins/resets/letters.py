"""The one mail of a reset conversation: some days later, both are asked how it is."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from checkins.reminders.letters import CHECK_INS
from checkins.resets.services import REMINDER
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage


def context_of(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {
            "program": round.pairing.program.slug,
            "program_name": round.pairing.program.name,
            "pairing": round.pairing_id,
        }
        for message, round in kinds.with_subjects(messages, Round.objects.select_related("pairing__program"))
    }


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    """The pairing is active, the round waits, and this person has not answered."""
    waiting = Round.objects.waiting().filter(pairing__state=Pairing.State.ACTIVE, pairing__program__archived_at=None)
    keys = set(waiting.filter(pk__in=[message.subject_id for message in messages]).values_list("pk", flat=True))
    said = set(Answer.objects.filter(round__in=keys).values_list("round", "membership__user"))
    return {
        message.pk
        for message in messages
        if int(message.subject_id) in keys and (int(message.subject_id), message.recipient_id) not in said
    }


kinds.register(
    kinds.Kind(
        name=REMINDER,
        label=_("A question about how it goes"),
        priority=kinds.Priority.REMINDER,
        category=CHECK_INS,
        template="checkins/resets/mail/afterwards.txt",
        context=context_of,
        still_owed=still_owed,
    )
)
