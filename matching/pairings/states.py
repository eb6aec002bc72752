"""The life of a pairing: which act leads from which state to which. Whoever moves a pairing asks here.

PostgreSQL refuses every other step, from whatever code it comes (`0002_moves_of_a_pairing`); a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused

State = Pairing.State


@dataclass(frozen=True)
class Move:
    """One act that changes the state of a pairing: from each state in which it can be done, where it leads."""

    name: str
    leads: Mapping[str, str]

    @property
    def starts_from(self) -> frozenset[str]:
        return frozenset(self.leads)

    def leads_from(self, state: str) -> str:
        """Refused where it cannot be done from there."""
        if state not in self.leads:
            raise Refused(_("This pairing is at another point by now. Nothing was changed. Please look at it again."))
        return self.leads[state]


TO_NOTHING: dict[str, str] = {State.PROPOSED: State.DECLINED, State.ACCEPTED: State.DECLINED}
TO_ITS_END: dict[str, str] = {State.ACTIVE: State.CLOSED, State.PAUSED: State.CLOSED}

# Both have said yes.
AGREE = Move("agree", {State.PROPOSED: State.ACCEPTED})
# What is required of both is done.
START = Move("start", {State.ACCEPTED: State.ACTIVE})
# One half says "not this time", those who run the program take it back, or the time to answer is over.
DECLINE = Move("decline", TO_NOTHING)
WITHDRAW = Move("withdraw", TO_NOTHING)
LAPSE = Move("lapse", {State.PROPOSED: State.DECLINED})
PAUSE = Move("pause", {State.ACTIVE: State.PAUSED})
GO_ON = Move("go on", {State.PAUSED: State.ACTIVE})
END = Move("end", TO_ITS_END)
BEGIN_AGAIN = Move("begin again", {State.CLOSED: State.ACTIVE})
# A match made in error, before the two have lived in it.
UNDO = Move("undo", {State.ACTIVE: State.DECLINED})
# One half leaves the program; or what it stands in for goes on or ends.
LEAVE = Move("leave", TO_NOTHING | TO_ITS_END)
STAND_IN_NO_MORE = Move("stand in no more", TO_NOTHING | TO_ITS_END)

MOVES = (AGREE, START, DECLINE, WITHDRAW, LAPSE, PAUSE, GO_ON, END, BEGIN_AGAIN, UNDO, LEAVE, STAND_IN_NO_MORE)


def steps() -> set[tuple[str, str]]:
    """Every step that any of the moves makes."""
    return {step for move in MOVES for step in move.leads.items()}
