"""The letters of an ending. Both halves get the same, whoever it was."""

from collections.abc import Mapping
from typing import Any

from matching.endings.policies import WHILE_IT_LASTS
from matching.endings.services import ENDING, IS_ENDING, OPENED, STAYS, in_progress
from matching.joint.models import Round
from matching.pairings import letters
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage

FOLDER = "matching/endings/mail"


def is_being_prepared(messages: list[OutboxMessage]) -> set[int]:
    asked = Round.objects.of_kind(ENDING).waiting().filter(pairing__in=[message.subject_id for message in messages])
    there = set(asked.exclude(pairing__state=Pairing.State.CLOSED).values_list("pairing", flat=True))
    return {message.pk for message in messages if int(message.subject_id) in there}


def is_not_to_end(messages: list[OutboxMessage]) -> set[int]:
    about = [int(message.subject_id) for message in messages]
    lasting = Pairing.objects.filter(pk__in=about, state__in=WHILE_IT_LASTS).exclude(pk__in=in_progress().values("pairing"))
    there = set(lasting.values_list("pk", flat=True))
    return {message.pk for message in messages if int(message.subject_id) in there}


def context_of_opened(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {
            "program": round.pairing.program.slug,
            "program_name": round.pairing.program.name,
            "pairing": round.pairing_id,
            "page": "matching:ending" if round.kind == ENDING else "matching:later-contact",
        }
        for message, round in kinds.with_subjects(messages, Round.objects.select_related("pairing__program"))
    }


def is_open_to_both(messages: list[OutboxMessage]) -> set[int]:
    opened = Round.objects.opened_together().filter(pk__in=[message.subject_id for message in messages])
    there = set(opened.values_list("pk", flat=True))
    return {message.pk for message in messages if int(message.subject_id) in there}


kinds.register(
    kinds.Kind(
        name=IS_ENDING,
        priority=kinds.Priority.REMINDER,
        template=f"{FOLDER}/ending.txt",
        context=letters.context,
        still_owed=is_being_prepared,
    )
)
kinds.register(
    kinds.Kind(
        name=STAYS,
        priority=kinds.Priority.REMINDER,
        template=f"{FOLDER}/stays.txt",
        context=letters.context,
        still_owed=is_not_to_end,
    )
)
kinds.register(
    kinds.Kind(
        name=OPENED,
        priority=kinds.Priority.REMINDER,
        template=f"{FOLDER}/opened.txt",
        context=context_of_opened,
        still_owed=is_open_to_both,
    )
)
