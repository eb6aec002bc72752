"""The letter that asks somebody in.

Decided: it is the last in the queue, so that the twenty thousand letters of an import hold up nobody's sign-in code and nobody's reminder.
Its priority says no more than that. Quiet hours, one mail a day and unsubscribing are wishes of a person with an account; an invitation
goes to an address, before there is one, so that nothing keeps it back or puts it together with others.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from programs.invitations.models import Invitation
from programs.invitations.services import KIND
from programs.invitations.tokens import token_for


def context(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {
            "name": invitation.name,
            "program_name": invitation.program.name,
            "purpose": invitation.program.purpose,
            "invited_by": invitation.invited_by.full_name if invitation.invited_by else "",
            "token": token_for(invitation.pk),
            "until": invitation.expires_at,
        }
        for message, invitation in _with_invitations(messages)
    }


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    now = timezone.now()
    return {
        message.pk
        for message, invitation in _with_invitations(messages)
        if invitation.is_open_at(now) and invitation.program.archived_at is None
    }


def _with_invitations(messages: list[OutboxMessage]) -> list[tuple[OutboxMessage, Invitation]]:
    return kinds.with_subjects(messages, Invitation.objects.select_related("program", "invited_by"))


kinds.register(
    kinds.Kind(
        name=KIND,
        label=_("An invitation"),
        priority=kinds.Priority.DIGEST,
        template="programs/invitations/mail/invitation.txt",
        context=context,
        still_owed=still_owed,
    )
)
