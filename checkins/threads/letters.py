"""The mail that says that something is waiting in the thread: not from whom, and not what."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from checkins.threads.models import ThreadRead, ThreadReadQuerySet
from checkins.threads.services import NOTICE
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage

FROM_THE_OTHER_HALF = kinds.Category(
    name="other-half",
    label=_("What the other half writes or proposes"),
    about=_("When a message or a proposal waits for you in one of your pairings."),
)


def context_of(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {
            "program": mark.pairing.program.slug,
            "program_name": mark.pairing.program.name,
            "pairing": mark.pairing_id,
        }
        for message, mark in kinds.with_subjects(messages, ThreadRead.objects.select_related("pairing__program"))
    }


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    """Unread still, of a pairing that goes on."""
    goes_on = _of(messages).filter(pairing__state=Pairing.State.ACTIVE, pairing__program__archived_at=None, membership__left_at=None)
    keys = set(goes_on.with_more_to_read().values_list("pk", flat=True))
    return {message.pk for message in messages if message.subject_id in keys}


def _of(messages: list[OutboxMessage]) -> ThreadReadQuerySet:
    return ThreadRead.objects.filter(pk__in=[message.subject_id for message in messages])


kinds.register(
    kinds.Kind(
        name=NOTICE,
        label=_("A message that waits to be read"),
        priority=kinds.Priority.REMINDER,
        category=FROM_THE_OTHER_HALF,
        template="checkins/threads/mail/message_waiting.txt",
        context=context_of,
        still_owed=still_owed,
        audience=_("What you two write to each other is read by you two alone. Coordinators do not read it."),
    )
)
