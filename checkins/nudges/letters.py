from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkins.nudges.services import NUDGE, silent_at
from matching.pairings.letters import context
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage

NUDGES = kinds.Category(
    name="nudges",
    label=_("A gentle word now and then"),
    about=_("When you two have not met for a while. Once in three months at most."),
)


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    """They have not met since, nor planned to."""
    silent = silent_at(timezone.now()).filter(pk__in=[message.subject for message in messages])
    keys = set(silent.values_list("pk", flat=True))
    return {message.pk for message in messages if message.subject_id in keys}


kinds.register(
    kinds.Kind(
        name=NUDGE,
        label=_("A gentle word about meeting"),
        priority=kinds.Priority.DIGEST,
        category=NUDGES,
        template="checkins/nudges/mail/nudge.txt",
        context=context,
        still_owed=still_owed,
        at_most_every=timedelta(days=90),
    )
)
