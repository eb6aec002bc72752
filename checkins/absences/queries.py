"""What the pair's page asks about meetings that did not happen."""

from collections.abc import Sequence
from datetime import datetime

from checkins.absences.models import TIME_TO_ANSWER, Absence
from checkins.sessions.models import Session
from checkins.sessions.services import MOST_PLANNED
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


def unanswered(pairing: Pairing, me: Membership, now: datetime) -> Sequence[Absence]:
    """What the other half said in the last week and this one has not answered, the oldest first. In one query."""
    is_open = {"session__state": Session.State.MISSED, "session__closed_at__gt": now - TIME_TO_ANSWER}
    others = Absence.objects.visible_to(me).filter(session__pairing=pairing, **is_open).exclude(author=me)
    return list(others.exclude(session__absences__author=me).select_related("session").in_order()[:MOST_PLANNED])


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> Sequence[Absence]:
    """All that `checkins/absences/_now.html` needs, in one query; none where nothing can be answered."""
    if pairing.state != Pairing.State.ACTIVE:
        return []
    found = unanswered(pairing, me, now)
    for absence in found:
        absence.session.pairing = pairing
    return found
