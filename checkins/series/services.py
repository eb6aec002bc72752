from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from checkins.series import policies
from checkins.sessions import services as sessions
from checkins.sessions.models import Series, Session, SessionOption
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership


@transaction.atomic
def end(*, series: Series, by: Membership, now: datetime) -> Series:
    """Cancel all of a series that has not begun, at once and with one mail. Who ends it again changes nothing."""
    pairing = sessions.locked(series.pairing)
    series = Series.objects.get(pk=series.pk, pairing=pairing)
    series.pairing = pairing
    if series.ended_at is not None and series.ended_by_id == by.pk:
        return series
    first = _call_off_rest(series, by, now) if policies.may_end(by, series) else None
    if first is None:
        raise Refused(_("Nothing of this series is still to come."))
    # One act of one person, however many meetings it was.
    facts.note(pairing=pairing, by=by, kind=Fact.Kind.SESSION_CANCELLED, source_id=first.pk, happened_at=now)
    audit.record(verb="series.ended", subject=series, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return series


def stop(*, pairing: Pairing, now: datetime) -> None:
    """The pairing was paused or has ended: what is left of a series is called off, by nobody, and both are told alike."""
    for series in Series.objects.filter(pairing=pairing, ended_at=None).exclude(starts_at=None).order_by("pk"):
        series.pairing = pairing
        if _call_off_rest(series, None, now):
            audit.record(verb="series.called_off", subject=series, program_id=pairing.program_id, actor_id=None, now=now)


def _call_off_rest(series: Series, by: Membership | None, now: datetime) -> Session | None:
    """Returns the first of those called off; where there is none, nothing is done. Whoever calls this holds the lock of the pairing."""
    rest = list(Session.objects.filter(series=series).still_planned(now).order_by("starts_at", "pk"))
    if not rest:
        return None
    keys = [session.pk for session in rest]
    SessionOption.objects.filter(session__in=keys).open().update(closed_at=now)
    Session.objects.filter(pk__in=keys).update(
        state=Session.State.CANCELLED, closed_by=by, closed_at=now, lead_wished_by=None, sequence=F("sequence") + 1
    )
    for kind in (sessions.SUGGESTED, sessions.LEADS, sessions.MOVED, sessions.CHANGED):
        outbox.cancel(kind=kind, subject_ids=keys, now=now)
    series.ended_by, series.ended_at, series.sequence = by, now, series.sequence + 1
    series.save(update_fields=["ended_by", "ended_at", "sequence"])
    sessions.owe_of_series(sessions.SERIES_ENDED, series, now, last=rest[-1].starts_at or now)
    return rest[0]
