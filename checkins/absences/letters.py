"""The mail to the half that is asked how it came. It names nobody, and does not say who said what."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from checkins.absences import services
from checkins.absences.models import TIME_TO_ANSWER, Absence
from checkins.sessions.letters import MEETINGS
from checkins.sessions.models import Session
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage


def context(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    written = {}
    for message, session in _with_sessions(messages):
        half = session.pairing.half_with(message.recipient_id)
        if half is not None and session.closed_at is not None:
            written[message.pk] = {
                "program": session.pairing.program.slug,
                "program_name": session.pairing.program.name,
                "pairing": session.pairing_id,
                "session": session.pk,
                "starts_at": session.starts_at,
                "until": session.closed_at + TIME_TO_ANSWER,
                "place": times.place_of(half.user.time_zone),
            }
    return written


def waits_for_an_answer(messages: list[OutboxMessage]) -> set[int]:
    answered = set(Absence.objects.filter(session__in=[message.subject_id for message in messages]).values_list("session", "author__user"))
    return {
        message.pk
        for message, session in _with_sessions(messages)
        if session.state == Session.State.MISSED
        and session.pairing.state == Pairing.State.ACTIVE
        and (session.pk, message.recipient_id) not in answered
    }


def _with_sessions(messages: list[OutboxMessage]) -> list[tuple[OutboxMessage, Session]]:
    people = Session.objects.select_related("pairing__program", "pairing__first__user", "pairing__second__user")
    return kinds.with_subjects(messages, people)


kinds.register(
    kinds.Kind(
        name=services.NOT_MET,
        label=_("A session that may not have happened"),
        priority=kinds.Priority.REMINDER,
        category=MEETINGS,
        template="checkins/absences/mail/not_met.txt",
        context=context,
        still_owed=waits_for_an_answer,
    )
)
