"""The letters of a pairing: two people are introduced, it starts, or it does not, and one day it ends. Both halves get the same."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from matching.pairings import why
from matching.pairings.models import Pairing
from matching.pairings.services import ASKED, CLOSED, NOT_STARTED, PROPOSED, REMINDER
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage

State = Pairing.State
FOLDER = "matching/pairings/mail"
MATCHING = kinds.Category(
    name="matching",
    label=_("Introductions and your pairings"),
    about=_("When somebody would like to introduce you, and when a pairing of yours starts, rests, goes on or ends."),
)
WHO_SEES_AN_ANSWER = _("The other person sees only whether the pairing starts, never why it does not.")


def introduction(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    """With why these two, by the recipient's own name alone: who the other is, the page says."""
    written = {key: {**told} for key, told in context(messages).items()}
    with_pairings = [(message, pairing) for message, pairing in _with_pairings(messages) if message.pk in written]
    say = why.speaker(why.Two.of(pairing) for _message, pairing in with_pairings)
    for message, pairing in with_pairings:
        half = pairing.half_with(message.recipient_id)
        if half is not None:
            with translation.override(half.user.language or settings.LANGUAGE_CODE):
                names = {pairing.other_half(half).pk: str(_("the other person")), half.pk: half.user.short_name}
                told = say(why.Two.of(pairing), names)
                written[message.pk] |= {"shared": told.shared, "about": told.about}
    return written


def context(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    written = {}
    for message, pairing in _with_pairings(messages):
        half = pairing.half_with(message.recipient_id)
        if half is not None:
            written[message.pk] = {
                "program": pairing.program.slug,
                "program_name": pairing.program.name,
                "pairing": pairing.pk,
                "other": pairing.other_half(half).user.short_name,
                "coordinator": pairing.coordinator.user.full_name if pairing.coordinator else "",
                "is_stand_in": pairing.is_stand_in,
                "until": pairing.lapses_at,
            }
    return written


def waits_for_their_answer(messages: list[OutboxMessage]) -> set[int]:
    """Whoever has answered in the meantime needs no introduction."""
    owed = set()
    for message, pairing in _with_pairings(messages):
        half = pairing.half_with(message.recipient_id)
        if half is not None and half.left_at is None and pairing.state == State.PROPOSED and not pairing.has_accepted(half):
            owed.add(message.pk)
    return owed


def of_pairings_that_are(state: Pairing.State, messages: list[OutboxMessage]) -> set[int]:
    return {message.pk for message, pairing in _with_pairings(messages) if pairing.state == state}


def goes_on(messages: list[OutboxMessage]) -> set[int]:
    return of_pairings_that_are(State.ACTIVE, messages)


def has_not_started(messages: list[OutboxMessage]) -> set[int]:
    return of_pairings_that_are(State.DECLINED, messages)


def has_ended(messages: list[OutboxMessage]) -> set[int]:
    return of_pairings_that_are(State.CLOSED, messages)


def _with_pairings(messages: list[OutboxMessage]) -> list[tuple[OutboxMessage, Pairing]]:
    return kinds.with_subjects(messages, Pairing.objects.with_people())


kinds.register(
    kinds.Kind(
        name=PROPOSED,
        label=_("An introduction"),
        priority=kinds.Priority.REMINDER,
        category=MATCHING,
        template=f"{FOLDER}/proposed.txt",
        context=introduction,
        still_owed=waits_for_their_answer,
        audience=WHO_SEES_AN_ANSWER,
    )
)
kinds.register(
    kinds.Kind(
        name=ASKED,
        label=_("A person who would like to meet you"),
        priority=kinds.Priority.REMINDER,
        category=MATCHING,
        template=f"{FOLDER}/asked.txt",
        context=introduction,
        still_owed=waits_for_their_answer,
        audience=WHO_SEES_AN_ANSWER,
    )
)
kinds.register(
    kinds.Kind(
        name=REMINDER,
        label=_("A reminder of an introduction"),
        priority=kinds.Priority.REMINDER,
        category=MATCHING,
        template=f"{FOLDER}/reminder.txt",
        context=introduction,
        still_owed=waits_for_their_answer,
        audience=WHO_SEES_AN_ANSWER,
    )
)
kinds.register(
    kinds.Kind(
        name="pairing-started",
        label=_("A pairing that has started"),
        priority=kinds.Priority.REMINDER,
        category=MATCHING,
        template=f"{FOLDER}/started.txt",
        context=context,
        still_owed=goes_on,
    )
)
kinds.register(
    kinds.Kind(
        name=NOT_STARTED,
        label=_("An introduction that came to nothing"),
        priority=kinds.Priority.REMINDER,
        category=MATCHING,
        template=f"{FOLDER}/not_started.txt",
        context=context,
        still_owed=has_not_started,
    )
)
kinds.register(
    kinds.Kind(
        name=CLOSED,
        label=_("A pairing that has ended"),
        priority=kinds.Priority.REMINDER,
        category=MATCHING,
        template=f"{FOLDER}/closed.txt",
        context=context,
        still_owed=has_ended,
    )
)
