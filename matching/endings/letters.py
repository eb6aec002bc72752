"""The letters of an ending. Both halves get the same, whoever it was."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.endings.policies import WHILE_IT_LASTS
from matching.endings.services import ASKED, BEGUN_AGAIN, ENDING, IS_ENDING, OPENED, STAYS, in_progress
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


def context_of_asked(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    return {
        message.pk: {
            "program": round.pairing.program.slug,
            "program_name": round.pairing.program.name,
            "pairing": round.pairing_id,
            "lapses_at": round.closes_at,
            "coordinator": round.pairing.coordinator.user.full_name if round.pairing.coordinator else "",
        }
        for message, round in kinds.with_subjects(messages, Round.objects.select_related("pairing__program", "pairing__coordinator__user"))
    }


def can_be_answered(messages: list[OutboxMessage]) -> set[int]:
    """It is still asked, and whoever it goes to is here.

    Whether they have answered is not looked at: a letter that did not go would tell.
    """
    still_asked = Round.objects.open_at(timezone.now()).filter(pairing__state=Pairing.State.CLOSED)
    found = kinds.with_subjects(messages, still_asked.select_related("pairing__first", "pairing__second"))
    halves = [(message, round.pairing.half_with(message.recipient_id)) for message, round in found]
    return {message.pk for message, half in halves if half is not None and half.left_at is None}


kinds.register(
    kinds.Kind(
        name=IS_ENDING,
        label=_("A pairing that is coming to its end"),
        priority=kinds.Priority.REMINDER,
        category=letters.MATCHING,
        template=f"{FOLDER}/ending.txt",
        context=letters.context,
        still_owed=is_being_prepared,
    )
)
kinds.register(
    kinds.Kind(
        name=STAYS,
        label=_("A pairing that does not end after all"),
        priority=kinds.Priority.REMINDER,
        category=letters.MATCHING,
        template=f"{FOLDER}/stays.txt",
        context=letters.context,
        still_owed=is_not_to_end,
    )
)
kinds.register(
    kinds.Kind(
        name=OPENED,
        label=_("Something that both have answered"),
        priority=kinds.Priority.REMINDER,
        category=letters.MATCHING,
        template=f"{FOLDER}/opened.txt",
        context=context_of_opened,
        still_owed=is_open_to_both,
    )
)
kinds.register(
    kinds.Kind(
        name=ASKED,
        label=_("A question about beginning again"),
        # Somebody's yes may have sent it, and those who run the program learn of two yeses alone.
        is_in_log=False,
        priority=kinds.Priority.REMINDER,
        category=letters.MATCHING,
        template=f"{FOLDER}/ask_again.txt",
        context=context_of_asked,
        still_owed=can_be_answered,
        audience=_("The other person learns only of two yeses, and of nothing else that you answer."),
    )
)
kinds.register(
    kinds.Kind(
        name=BEGUN_AGAIN,
        label=_("A pairing that has begun again"),
        priority=kinds.Priority.REMINDER,
        category=letters.MATCHING,
        template=f"{FOLDER}/begun_again.txt",
        context=letters.context,
        still_owed=letters.goes_on,
    )
)
