"""The mail that says a decision waits for an answer. It holds no word of it."""

from collections.abc import Mapping
from typing import Any

from checkins.decisions.models import Decision, DecisionQuerySet
from checkins.decisions.services import PROPOSED
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage


def context_of(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    found = {str(decision.pk): decision for decision in _of(messages).select_related("pairing__program")}
    return {
        message.pk: {
            "program": found[message.subject].pairing.program.slug,
            "program_name": found[message.subject].pairing.program.name,
            "pairing": found[message.subject].pairing_id,
            "decision": found[message.subject].pk,
        }
        for message in messages
        if message.subject in found
    }


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    """Not answered and not taken back, in a pairing that is active. Whoever leaves a program ends their pairings."""
    owed = _of(messages).open().filter(pairing__state=Pairing.State.ACTIVE, pairing__program__archived_at=None)
    keys = {str(key) for key in owed.values_list("pk", flat=True)}
    return {message.pk for message in messages if message.subject in keys}


def _of(messages: list[OutboxMessage]) -> DecisionQuerySet:
    return Decision.objects.filter(pk__in=[int(message.subject) for message in messages])


kinds.register(
    kinds.Kind(
        name=PROPOSED,
        priority=kinds.Priority.REMINDER,
        template="checkins/decisions/mail/proposed.txt",
        context=context_of,
        still_owed=still_owed,
    )
)
