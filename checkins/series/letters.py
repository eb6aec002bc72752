"""The mails of a series: agreed, with all its times, and ended. Each comes with the one calendar entry that they are.

No mail holds a name, or a word that one of the two wrote; the place stands in the calendar entry alone.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkins.sessions import calendar, services
from checkins.sessions.models import Series, Session
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


def context(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    found = _with_series(messages)
    sessions: dict[int, list[Session]] = defaultdict(list)
    for session in Session.objects.of_series({series for _message, series in found}):
        sessions[session.series_id or 0].append(session)
    written = {}
    for message, series in found:
        half = series.pairing.half_with(message.recipient_id)
        if half is not None:
            written[message.pk] = {
                "program": series.pairing.program.slug,
                "program_name": series.pairing.program.name,
                "pairing": series.pairing_id,
                "planned": [session for session in sessions[series.pk] if session.state == Session.State.PLANNED],
                "place": times.place_of(half.user.time_zone),
                "is_active": series.pairing.state == Pairing.State.ACTIVE,
                # To the two of a match that was undone there are no pages.
                "has_pages": series.pairing.activated_at is not None,
                "entry": series,
                "sessions": sessions[series.pk],
            }
    return written


def goes_on(messages: list[OutboxMessage]) -> set[int]:
    return {message.pk for message, series in _with_series(messages) if series.starts_at and series.ended_at is None}


def has_ended(messages: list[OutboxMessage]) -> set[int]:
    return {message.pk for message, series in _with_series(messages) if series.ended_at}


def _with_series(messages: list[OutboxMessage]) -> list[tuple[OutboxMessage, Series]]:
    people = Series.objects.select_related("pairing__program", "pairing__first__user", "pairing__second__user")
    return kinds.with_subjects(messages, people)


def _attach(written: Mapping[str, Any], sender: str, recipient: str) -> kinds.Attachment:
    text = calendar.entry_of_series(
        written["entry"],
        written["sessions"],
        method=calendar.REQUEST,
        people=calendar.People(sender, recipient),
        now=timezone.now(),
    )
    return kinds.Attachment(
        content=text, text_type=f"text/calendar; method={calendar.method_in(text)}", file_name="sessions.ics", file_type="application/ics"
    )


def _register(name: str, template: str, still_owed: Callable[[list[OutboxMessage]], set[int]], label: "_StrOrPromise") -> None:
    kinds.register(
        kinds.Kind(
            name=name,
            label=label,
            priority=kinds.Priority.ACCOUNT,
            template=f"checkins/series/mail/{template}.txt",
            context=context,
            still_owed=still_owed,
            attachment=_attach,
        )
    )


_register(services.SERIES_AGREED, "agreed", goes_on, _("A series of meetings that is agreed"))
_register(services.SERIES_ENDED, "ended", has_ended, _("A series of meetings that has ended"))
