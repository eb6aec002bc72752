"""What the pages of two people show of their meetings."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q

from checkins.sessions import policies
from checkins.sessions.models import Series, Session, SessionOption, SessionQuerySet
from checkins.sessions.repeating import MOST_TIMES, mark_of
from checkins.sessions.services import MOST_PLANNED, holidays_of, would_be
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from mentoring.kernel.times import place_of
from programs.memberships.models import Membership

# Planned ones that have passed are asked about one after the other.
MOST_TO_COME = 2 * (MOST_PLANNED + MOST_TIMES)


@dataclass(frozen=True)
class Ahead:
    """`asked`: whose time has passed, and nobody has said what became of it. `planned`: still to come, the next one first.

    `suggested`: times that wait for an answer. `place`: whose clock the times are shown by. Each session knows its `open_options`.
    """

    asked: Sequence[Session]
    planned: Sequence[Session]
    suggested: Session | None
    place: str

    @property
    def next(self) -> Session | None:
        return next(iter(self.planned), None)

    @property
    def series(self) -> Series | None:
        """The one that goes on, if one does."""
        return next((session.series for session in self.planned if session.series), None)

    @property
    def single(self) -> Sequence[Session]:
        return [session for session in self.planned if session.series is None]

    @property
    def of_series(self) -> Sequence[Session]:
        return [session for session in self.planned if session.series is not None]


@dataclass(frozen=True)
class Dates:
    """What somebody says yes to who picks this time: all `moments` of the series, and the days that are `skipped` in a holiday.

    `elsewhere`: by which place's clock the series goes, where it is not the reader's own.
    """

    option: SessionOption
    moments: Sequence[datetime]
    skipped: Sequence[date]
    elsewhere: str

    @property
    def mark(self) -> str:
        return mark_of(self.moments)


def were_to_meet(*, pairing: Pairing, now: datetime) -> bool:
    """The time of a meeting that was agreed has come, whatever became of it."""
    return Session.objects.filter(pairing=pairing, starts_at__lte=now).exclude(state=Session.State.CANCELLED).exists()


def ahead(pairing: Pairing, me: Membership, now: datetime) -> Ahead:
    """In two queries."""
    return ahead_of([pairing], me, now)[pairing.pk]


def ahead_of(pairings: Sequence[Pairing], me: Membership, now: datetime) -> dict[int, Ahead]:
    """By the key of each pairing, in two queries however many."""
    known = {pairing.pk: pairing for pairing in pairings if pairing.includes(me)}
    found: dict[int, list[Session]] = {pairing.pk: [] for pairing in pairings}
    for session in _fetched(_to_come(known), known):
        found[session.pairing_id].append(session)
    place = place_of(me.user.time_zone)
    return {key: _ahead(of_one, place, now) for key, of_one in found.items()}


def _to_come(known: Mapping[int, Pairing]) -> SessionQuerySet:
    """From the far end, so that what was never answered hides neither the suggestion nor what is still to come."""
    last_first = F("starts_at").desc(nulls_first=True)
    return Session.objects.filter(pairing__in=known).to_come().order_by(last_first, "-pk")[: MOST_TO_COME * len(known)]


def _fetched(sessions: SessionQuerySet, known: Mapping[int, Pairing]) -> list[Session]:
    """Each with its pairing and its times to pick from, the next one first and the suggestion, which has no time yet, last."""
    found = list(sessions.select_related("series").with_open_options())
    for session in found:
        session.pairing = known[session.pairing_id]
    return sorted(found, key=lambda session: (session.starts_at is None, session.starts_at or session.pk, session.pk))


def _ahead(found: Sequence[Session], place: str, now: datetime) -> Ahead:
    planned = [session for session in found if session.state == Session.State.PLANNED]
    return Ahead(
        asked=[session for session in planned if policies.is_over(session, now)],
        planned=[session for session in planned if not policies.is_over(session, now)],
        suggested=next((session for session in found if session.state == Session.State.PROPOSED), None),
        place=place,
    )


def dates_to_pick(session: Session, open_options: Sequence[SessionOption], me: Membership) -> list[Dates]:
    """Of a suggested series, for each time that is open; nothing of a single meeting. In one query."""
    if session.series is None or session.state != Session.State.PROPOSED:
        return []
    holidays, found = holidays_of(session.pairing), []
    for option in open_options:
        zone = next(half for half in session.pairing.halves if half.pk == option.proposed_by_id).user.time_zone
        with suppress(Refused):
            series = would_be(session.series.repeats, option.starts_at, zone, holidays)
            elsewhere = place_of(zone) if zone != me.user.time_zone else ""
            found.append(Dates(option, series.moments, series.skipped, elsewhere))
    return found


def last_held(pairing: Pairing, me: Membership) -> Session | None:
    session = next(iter(_last_held(Session.objects.readable_in(pairing, me))), None)
    if session is not None:
        session.pairing = pairing
    return session


def _last_held(sessions: SessionQuerySet) -> SessionQuerySet:
    return sessions.held().order_by("-starts_at", "-pk")[:1]


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> dict[str, Any]:
    """All that `checkins/sessions/_now.html` needs, in two queries."""
    shown = Session.objects.readable_in(pairing, me)
    known = {pairing.pk: pairing}
    found = _fetched(shown.filter(Q(pk__in=_to_come(known).values("pk")) | Q(pk__in=_last_held(shown).values("pk"))), known)
    return {
        "ahead": _ahead(found, place_of(me.user.time_zone), now),
        "last": next((session for session in found if session.state == Session.State.HELD), None),
        "may_propose": policies.may_propose(me, pairing),
    }
