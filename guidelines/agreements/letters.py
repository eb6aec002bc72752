"""The mails of an agreement. Where both get one, both get the same."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from guidelines.agreements.models import Agreement
from guidelines.agreements.services import ASKED, CHANGE, LOOK_AGAIN, OPENED, SIGNED, TO_SIGN
from matching.joint import letters
from matching.pairings.letters import MATCHING
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage

FOLDER = "guidelines/agreements/mail"


def context(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {
            "program": agreement.pairing.program.slug,
            "program_name": agreement.pairing.program.name,
            "pairing": agreement.pairing_id,
        }
        for message, agreement in _with_agreements(messages)
    }


def waits_for_their_signature(messages: list[OutboxMessage]) -> set[int]:
    return _owed(messages, lambda agreement, half: agreement.is_signed_by_one and not agreement.has_signed(half))


def is_signed(messages: list[OutboxMessage]) -> set[int]:
    return _owed(messages, lambda agreement, half: agreement.is_signed_by_both)


def is_open_for_a_change(messages: list[OutboxMessage]) -> set[int]:
    return _owed(messages, lambda agreement, half: not agreement.is_signed_by_both)


def is_to_be_looked_at(messages: list[OutboxMessage]) -> set[int]:
    return _owed(messages, lambda agreement, half: True)


def _owed(messages: list[OutboxMessage], is_owed: Callable[..., bool]) -> set[int]:
    """In a pairing that is active."""
    owed = set()
    for message, agreement in _with_agreements(messages):
        half = agreement.pairing.half_with(message.recipient_id)
        is_active = agreement.pairing.state == Pairing.State.ACTIVE and agreement.pairing.program.archived_at is None
        if half is not None and is_active and is_owed(agreement, half):
            owed.add(message.pk)
    return owed


def _with_agreements(messages: list[OutboxMessage]) -> Any:
    agreements = Agreement.objects.select_related("pairing__program", "pairing__first__user", "pairing__second__user")
    return kinds.with_subjects(messages, agreements)


letters.register(
    ASKED,
    label=_("An agreement that both fill in"),
    template=f"{FOLDER}/asked.txt",
    category=MATCHING,
    still_owed=letters.is_being_prepared,
    is_in_log=False,
)
letters.register(
    OPENED,
    label=_("An agreement that both have filled in"),
    template=f"{FOLDER}/opened.txt",
    category=MATCHING,
    still_owed=letters.is_open_to_both,
)
for name, label, still_owed in (
    (TO_SIGN, _("An agreement that waits for a signature"), waits_for_their_signature),
    (SIGNED, _("An agreement that both have signed"), is_signed),
    (CHANGE, _("An agreement that is open for a change"), is_open_for_a_change),
    (LOOK_AGAIN, _("An agreement to look at again"), is_to_be_looked_at),
):
    kinds.register(
        kinds.Kind(
            name=name,
            label=label,
            priority=kinds.Priority.REMINDER,
            category=MATCHING,
            template=f"{FOLDER}/{name.removeprefix('agreement-').replace('-', '_')}.txt",
            context=context,
            still_owed=still_owed,
        )
    )
