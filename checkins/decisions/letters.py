"""The mail that says a decision waits for an answer. It holds no word of it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from checkins.decisions.models import Decision, DecisionQuerySet
from checkins.decisions.services import PROPOSED
from checkins.threads.letters import FROM_THE_OTHER_HALF
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage


def context_of(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {
            "program": decision.pairing.program.slug,
            "program_name": decision.pairing.program.name,
            "pairing": decision.pairing_id,
            "decision": decision.pk,
        }
        for message, decision in kinds.with_subjects(messages, Decision.objects.select_related("pairing__program"))
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
        label=_("A proposal that waits for an answer"),
        priority=kinds.Priority.REMINDER,
        category=FROM_THE_OTHER_HALF,
        template="checkins/decisions/mail/proposed.txt",
        context=context_of,
        still_owed=still_owed,
    )
)
