"""The mails of a meeting: times to pick from, agreed, moved, somewhere else, cancelled. What is agreed comes with its calendar entry.

No mail holds a name, or a word that one of the two wrote; the place stands in the calendar entry alone.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkins.sessions import calendar, services
from checkins.sessions.models import Session, SessionOption
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

FOLDER = "checkins/sessions/mail"
MEETINGS = kinds.Category(
    name="meetings",
    label=_("Meetings"),
    about=_(
        "When times to meet were suggested, or do not fit, and who leads. What is agreed, moved or cancelled always reaches you, "
        "with its calendar entry."
    ),
)


def context(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    written = {}
    for message, session in _with_sessions(messages):
        half = session.pairing.half_with(message.recipient_id)
        if half is not None:
            written[message.pk] = {
                "program": session.pairing.program.slug,
                "program_name": session.pairing.program.name,
                "pairing": session.pairing_id,
                "session": session.pk,
                "starts_at": session.starts_at,
                "ends_at": session.ends_at,
                "place": times.place_of(half.user.time_zone),
                "how": Session.Place(session.place).label,
                "is_active": session.pairing.state == Pairing.State.ACTIVE,
                # To the two of a match that was undone there are no pages.
                "has_pages": session.pairing.activated_at is not None,
                "is_planned": session.state == Session.State.PLANNED,
                "entry": session,
                "zone": half.user.time_zone,
            }
    return written


def waits_for_an_answer(messages: list[OutboxMessage]) -> set[int]:
    """The times are still to be picked from, and the pairing goes on."""
    options = SessionOption.objects.open().filter(pk__in=[message.context.get("option") for message in messages])
    still_open = set(options.filter(session__pairing__state=Pairing.State.ACTIVE).values_list("pk", flat=True))
    return {message.pk for message in messages if message.context.get("option") in still_open}


def stands(messages: list[OutboxMessage]) -> set[int]:
    """It is still planned, and nothing was changed since: what was, has a mail of its own."""
    return {
        message.pk
        for message, session in _with_sessions(messages)
        if session.state == Session.State.PLANNED and session.sequence == message.context.get("sequence")
    }


def is_cancelled(messages: list[OutboxMessage]) -> set[int]:
    return {message.pk for message, session in _with_sessions(messages) if session.state == Session.State.CANCELLED}


def goes_on(messages: list[OutboxMessage]) -> set[int]:
    return {message.pk for message, session in _with_sessions(messages) if session.pairing.state == Pairing.State.ACTIVE}


def is_to_come(messages: list[OutboxMessage]) -> set[int]:
    going_on = goes_on(messages)
    return {message.pk for message, session in _with_sessions(messages) if session.state == Session.State.PLANNED} & going_on


def _with_sessions(messages: list[OutboxMessage]) -> list[tuple[OutboxMessage, Session]]:
    people = Session.objects.select_related("pairing__program", "pairing__first__user", "pairing__second__user", "series")
    return kinds.with_subjects(messages, people)


def _entry(method: str) -> Callable[[Mapping[str, Any], str, str], kinds.Attachment]:
    def attach(written: Mapping[str, Any], sender: str, recipient: str) -> kinds.Attachment:
        text = calendar.entry(
            written["entry"], method=method, zone=written["zone"], people=calendar.People(sender, recipient), now=timezone.now()
        )
        return kinds.Attachment(
            content=text, text_type=f"text/calendar; method={method}", file_name="session.ics", file_type="application/ics"
        )

    return attach


def _register(
    name: str, template: str, still_owed: Callable[[list[OutboxMessage]], set[int]], label: "_StrOrPromise", method: str = ""
) -> None:
    kinds.register(
        kinds.Kind(
            name=name,
            label=label,
            # What comes with a calendar entry is no reminder: it goes at once, whatever the hour.
            priority=kinds.Priority.ACCOUNT if method else kinds.Priority.REMINDER,
            category=None if method else MEETINGS,
            template=f"{FOLDER}/{template}.txt",
            context=context,
            still_owed=still_owed,
            attachment=_entry(method) if method else None,
        )
    )


_register(services.SUGGESTED, "suggested", waits_for_an_answer, _("Times to meet that were suggested"))
_register(services.NOT_AGREED, "not_agreed", goes_on, _("Times to meet that do not fit"))
_register(services.LEADS, "leads", is_to_come, _("Who leads a meeting"))
_register(services.AGREED, "agreed", stands, _("A meeting that is agreed"), calendar.REQUEST)
_register(services.MOVED, "moved", stands, _("A meeting that is moved"), calendar.REQUEST)
_register(services.CHANGED, "changed", stands, _("A meeting that is changed"), calendar.REQUEST)
_register(services.CANCELLED, "cancelled", is_cancelled, _("A meeting that is cancelled"), calendar.CANCEL)
