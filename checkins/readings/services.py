"""Writing down that answers were read. Called before they are shown."""

from datetime import datetime

from django.utils.translation import gettext as _

from checkins.readings import policies
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership


def note_reading(*, pairing: Pairing, by: Membership, now: datetime) -> None:
    """Somebody is about to read what the two of a pairing answered."""
    if not policies.may_read(by, pairing):
        raise Refused(_("These answers are not yours to read."))
    audit.record(verb="answers.read", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


def note_reading_of_gaps(*, by: Membership, pairings: int, now: datetime) -> None:
    """Somebody is about to read in which pairings answers lie far apart, and which: of so many pairings."""
    program = by.program
    audit.record(
        verb="answers.gaps_read", subject=program, program_id=program.pk, actor_id=by.user_id, now=now, detail={"pairings": pairings}
    )
