"""The letters of a pause. Both halves get the same, whoever it was."""

from django.utils.translation import gettext_lazy as _

from matching.pairings import letters
from matching.pairings.models import Pairing
from matching.pauses.services import GOES_ON, PAUSED
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage

FOLDER = "matching/pauses/mail"


def is_paused(messages: list[OutboxMessage]) -> set[int]:
    return letters.of_pairings_that_are(Pairing.State.PAUSED, messages)


kinds.register(
    kinds.Kind(
        name=PAUSED,
        label=_("A pairing that rests"),
        priority=kinds.Priority.REMINDER,
        category=letters.MATCHING,
        template=f"{FOLDER}/paused.txt",
        context=letters.context,
        still_owed=is_paused,
    )
)
kinds.register(
    kinds.Kind(
        name=GOES_ON,
        label=_("A pairing that goes on"),
        priority=kinds.Priority.REMINDER,
        category=letters.MATCHING,
        template=f"{FOLDER}/goes_on.txt",
        context=letters.context,
        still_owed=letters.goes_on,
    )
)
