"""The letter that says that a copy can be fetched. It holds no link that works without signing in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from programs.privacy.models import DataCopy
from programs.privacy.services import COPY_READY


def context(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    copies = DataCopy.objects.for_list().in_bulk([UUID(message.subject) for message in messages])
    return {message.pk: {"until": copies[key].expires_at} for message in messages if (key := UUID(message.subject)) in copies}


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    there = {str(key) for key in DataCopy.objects.filter(pk__in=[message.subject for message in messages]).values_list("pk", flat=True)}
    return {message.pk for message in messages if message.subject in there}


kinds.register(
    kinds.Kind(
        name=COPY_READY,
        label=_("A copy of somebody’s own data"),
        is_in_log=False,
        priority=kinds.Priority.ACCOUNT,
        template="programs/privacy/mail/copy_ready.txt",
        context=context,
        still_owed=still_owed,
    )
)
