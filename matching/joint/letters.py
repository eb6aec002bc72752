"""What the letters of a round share: what they name, and whether they are still owed. Whoever asks declares its own."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise

from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage


def register(
    name: str,
    *,
    label: str | Promise,
    template: str,
    category: kinds.Category,
    still_owed: Callable[[list[OutboxMessage]], set[int]],
    is_in_log: bool = True,
) -> None:
    """A letter about a round: `name` of its kind, how the log of mails calls it, the file of its words, and the wish it goes by.

    Not `is_in_log` is what goes to one alone where the other said "not now": nobody is to see that.
    """
    kinds.register(
        kinds.Kind(
            name=name,
            label=label,
            priority=kinds.Priority.REMINDER,
            category=category,
            template=template,
            context=context_of,
            still_owed=still_owed,
            is_in_log=is_in_log,
        )
    )


def context_of(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {
            "program": round.pairing.program.slug,
            "program_name": round.pairing.program.name,
            "pairing": round.pairing_id,
        }
        for message, round in kinds.with_subjects(messages, Round.objects.select_related("pairing__program"))
    }


def waits_for_them(messages: list[OutboxMessage]) -> set[int]:
    """The pairing is active, the round waits, and this person has not answered."""
    keys = _waiting(messages)
    said = set(Answer.objects.filter(round__in=keys).values_list("round", "membership__user"))
    return {
        message.pk
        for message in messages
        if int(message.subject_id) in keys and (int(message.subject_id), message.recipient_id) not in said
    }


def is_being_prepared(messages: list[OutboxMessage]) -> set[int]:
    """Also for somebody who has answered: who gets the letter tells nobody who did."""
    keys = _waiting(messages)
    return {message.pk for message in messages if int(message.subject_id) in keys}


def is_open_to_both(messages: list[OutboxMessage]) -> set[int]:
    opened = Round.objects.opened_together().filter(pairing__program__archived_at=None)
    keys = set(opened.filter(pk__in=[message.subject_id for message in messages]).values_list("pk", flat=True))
    return {message.pk for message in messages if int(message.subject_id) in keys}


def _waiting(messages: list[OutboxMessage]) -> set[int]:
    waiting = Round.objects.waiting().filter(pairing__state=Pairing.State.ACTIVE, pairing__program__archived_at=None)
    return set(waiting.filter(pk__in=[message.subject_id for message in messages]).values_list("pk", flat=True))
