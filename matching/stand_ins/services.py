"""Asking somebody to stand in, and the end of that while."""

from datetime import datetime

from matching.endings import services as endings
from matching.pairings import services as pairings
from matching.pairings import states
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from programs.memberships.models import Membership

State = Pairing.State


def propose(*, pairing: Pairing, half: Membership, person: Membership, by: Membership, now: datetime, again: bool = False) -> Pairing:
    """Ask both, as for any introduction: the half of a pairing that rests, and whoever takes the other's place for a while."""
    mentor = None if pairing.is_reciprocal else half if pairing.mentor_membership == half else person
    return pairings.propose(
        program=pairing.program,
        one=half,
        other=person,
        mentor=mentor,
        by=by,
        coordinator=pairing.coordinator,
        again=again,
        stands_in_for=pairing,
        now=now,
    )


def end_with(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has just gone on or ended: whoever stood in for it does so no more. One that only rests still needs them."""
    if pairing.state == State.PAUSED:
        return
    open_ones = Pairing.objects.filter(stands_in_for=pairing).open().with_people()
    for stand_in in open_ones.order_by("pk").select_for_update(of=["self"], no_key=True):
        has_begun = stand_in.activated_at is not None
        if has_begun:
            endings.close(stand_in, now, move=states.STAND_IN_NO_MORE)
        else:
            pairings.set_not_started(stand_in, now, move=states.STAND_IN_NO_MORE)
        audit.record(
            verb="pairing.closed" if has_begun else "pairing.declined",
            subject=stand_in,
            program_id=stand_in.program_id,
            actor_id=None,
            now=now,
            detail={"cause": "stood-in"},
        )
