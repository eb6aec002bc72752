"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from checkins.care.models import CallNote, Task
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership, Program

BEGUN = frozenset({Pairing.State.ACTIVE, Pairing.State.PAUSED, Pairing.State.CLOSED})
ASK_FOR_CALL = acts.declare("call.ask", _("Ask those who run the program for a call"), "checkins:please-call", states=BEGUN)
TAKE_CALL_BACK = acts.declare("call.take_back", _("Take back that one asked for a call"), "checkins:please-call-take-back", states=BEGUN)


def may_ask_for_call(membership: Membership, pairing: Pairing) -> bool:
    """Either half of a pairing that has begun, also after it has ended. It needs no reason."""
    return ASK_FOR_CALL.is_open_to(membership, pairing)


def may_do(membership: Membership, task: Task) -> bool:
    """Those who may see it: staff, never about a pairing of their own, and by the rule that the person was told."""
    if not membership.is_staff or membership.program_id != task.pairing.program_id or task.pairing.includes(membership):
        return False
    return membership.is_admin or task.read_by == Program.AnswersReadBy.COORDINATORS


def may_write_about(membership: Membership, pairing: Pairing) -> bool:
    """Staff, never about a pairing of their own: nobody keeps hidden notes on a partner."""
    return membership.is_staff and membership.program_id == pairing.program_id and not pairing.includes(membership)


def may_correct(membership: Membership, note: CallNote) -> bool:
    """Whoever may read it. A correction is put right where it stands: below the note."""
    may_read = membership.is_admin or note.read_by == Program.AnswersReadBy.COORDINATORS or note.author_id == membership.pk
    return may_write_about(membership, note.pairing) and may_read and note.corrects_id is None
