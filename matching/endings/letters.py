"""The letters of an ending. Both halves get the same, whoever it was."""

from matching.endings.services import CLOSED, ENDING, IS_ENDING
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
        name=CLOSED,
        priority=kinds.Priority.REMINDER,
        template=f"{FOLDER}/closed.txt",
        context=letters.context,
        still_owed=letters.has_ended,
    )
)
