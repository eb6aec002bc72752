"""What those who run the program settle of the two of a pair: together in any case, or never."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from matching.criteria import services as criteria
from matching.criteria.models import Exclusion
from matching.runs import policies
from matching.runs.models import Lock, Proposal
from matching.runs.services import locked, open_lock
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program

State, LeftOut = Proposal.State, Proposal.LeftOut


@transaction.atomic
def lock(*, proposal: Proposal, by: Membership, now: datetime) -> None:
    """Keep two people together, in this run and from the next one on. Locks that could not hold beside it are opened."""
    proposal = _open_to(by, proposal)
    if Exclusion.objects.of(proposal.mentee, proposal.mentor).of_program().exists():
        raise Refused(_("These two are kept apart in this program. Take that back first."))
    locks = Lock.objects.filter(program_id=proposal.run.program_id)
    own = locks.of(proposal)
    for other in locks.that_keep_from(proposal).exclude(pk__in=own):
        open_lock(other)
    if not own.exists():
        Lock.objects.create(program_id=proposal.run.program_id, mentee=proposal.mentee, mentor=proposal.mentor, by=by, made_at=now)
    _set(proposal, State.LOCKED, "run.pair_locked", by, now)


@transaction.atomic
def keep_apart(*, proposal: Proposal, by: Membership, now: datetime) -> None:
    """Never put these two together: they join those whom the program keeps apart, and the pair is left out of this run."""
    proposal = _open_to(by, proposal)
    one, other = proposal.mentee, proposal.mentor
    for lock in Lock.objects.filter(program_id=proposal.run.program_id).of(proposal):
        open_lock(lock)
    if not Exclusion.objects.of(one, other).of_program().exists():
        program = proposal.run.program
        criteria.exclude(program=program, one=one, other=other, reason=Exclusion.Reason.STAFF, by=by, now=now)
    _set(proposal, State.DROPPED, "run.pair_left_out", by, now)


@transaction.atomic
def unlock(*, lock: Lock, by: Membership, now: datetime) -> None:
    """Take a lock back. A pair that nobody was asked about is a draft like any other again."""
    if not by.is_staff or by.program_id != lock.program_id:
        raise Refused(_("Only those who run the program do that."))
    _one_after_another(lock.program_id)
    audit.record(verb="run.lock_taken_back", subject=lock, program_id=lock.program_id, actor_id=by.user_id, now=now)
    open_lock(lock)


@transaction.atomic
def undo(*, proposal: Proposal, by: Membership, now: datetime) -> None:
    """Take back what a pair shows: its lock, or that the two are kept apart. Where nothing is behind it any more it is a draft as well."""
    _one_after_another(proposal.run.program_id)
    proposal = locked(proposal)
    if not policies.may_run(by, proposal.run) or by.pk in (proposal.mentee_id, proposal.mentor_id):
        raise Refused(_("Only those who run the program do that."))
    if proposal.state == State.LOCKED:
        for lock in Lock.objects.filter(program_id=proposal.run.program_id).of(proposal):
            unlock(lock=lock, by=by, now=now)
    elif proposal.state == State.DROPPED and not proposal.left_out:
        for exclusion in Exclusion.objects.of(proposal.mentee, proposal.mentor).of_program():
            criteria.take_back(exclusion=exclusion, by=by, now=now)
    else:
        return
    Proposal.objects.filter(pk=proposal.pk).update(state=State.DRAFT)


def open_again(one: Membership, other: Membership) -> None:
    """These two are kept apart no longer: where nobody was asked for that reason alone, their pair is a draft again."""
    Proposal.objects.of_two(one, other).filter(state=State.DROPPED, left_out=LeftOut.NONE).update(state=State.DRAFT)


def _one_after_another(program: int) -> None:
    """The program comes first, as wherever drafts change. Of two who lock one person at once, the second sees what the first one did."""
    Program.objects.select_for_update(no_key=True).get(pk=program)


def _open_to(by: Membership, proposal: Proposal) -> Proposal:
    _one_after_another(proposal.run.program_id)
    proposal = locked(proposal)
    if not policies.may_settle(by, proposal):
        raise Refused(_("These two have been asked or left out meanwhile. Nothing was changed."))
    return proposal


def _set(proposal: Proposal, state: str, verb: str, by: Membership, now: datetime) -> None:
    proposal.state, proposal.left_out = state, LeftOut.NONE
    proposal.save(update_fields=["state", "left_out"])
    audit.record(verb=verb, subject=proposal, program_id=proposal.run.program_id, actor_id=by.user_id, now=now)
