"""What pages of the two ask about meetings that did not happen."""

from collections.abc import Sequence
from datetime import datetime

from checkins.absences.models import TIME_TO_ANSWER, Absence
from checkins.sessions.models import Session
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


def unanswered(pairings: Sequence[Pairing], me: Membership, now: datetime) -> Sequence[Absence]:
    """What the other half said in the last week and this one has not answered, the oldest first.

    In one query; none where nothing can be answered.
    """
    known = {pairing.pk: pairing for pairing in pairings if pairing.state == Pairing.State.ACTIVE}
    if not known:
        return []
    is_open = {"session__state": Session.State.MISSED, "session__closed_at__gt": now - TIME_TO_ANSWER}
    said = list(Absence.objects.filter(session__pairing__in=known, **is_open).with_what_is_told())
    answered = {absence.session_id for absence in said if absence.author_id == me.pk}
    found = [absence for absence in said if absence.session_id not in answered and known[absence.session.pairing_id].includes(me)]
    for absence in found:
        absence.session.pairing = known[absence.session.pairing_id]
    return sorted(found, key=lambda absence: (absence.said_at, absence.pk))


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> Sequence[Absence]:
    """All that `checkins/absences/_now.html` needs, in one query."""
    return unanswered([pairing], me, now)
