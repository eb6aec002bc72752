"""What waits for somebody in each of their pairings: as many queries for one pairing as for fifty.

Whether something waits is asked of the subject that it belongs to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from checkins.absences import queries as absences
from checkins.absences.models import Absence
from checkins.actions import queries as actions
from checkins.actions.models import ActionItem
from checkins.decisions import queries as decisions
from checkins.decisions.models import Decision
from checkins.resets.services import AFTERWARDS, RESET
from checkins.reviews.services import REVIEW
from checkins.sessions import queries as sessions
from checkins.sessions.models import Session
from checkins.threads import queries as threads
from checkins.threads.policies import may_send
from guidelines.agreements import queries as agreements
from guidelines.agreements.models import Agreement
from guidelines.agreements.services import AGREEMENT
from matching.endings import queries as endings
from matching.endings.services import BEGIN_AGAIN, ENDING
from matching.joint import queries as joint
from matching.joint.models import Round
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


@dataclass
class Waiting:
    """In one pairing. `times`: sessions for which the other half has suggested times to pick from; `to_sign`: what the other has signed.

    `may_write`: a message can be answered.
    """

    ahead: sessions.Ahead
    may_write: bool
    times: Sequence[Session] = ()
    absences: list[Absence] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    actions: list[ActionItem] = field(default_factory=list)
    unread: int = 0
    ending: Round | None = None
    reset: Round | None = None
    afterwards: Round | None = None
    review: Round | None = None
    agreement: Round | None = None
    to_sign: Agreement | None = None
    begin_again: Round | None = None

    @property
    def number(self) -> int:
        rounds = [self.ending, self.reset, self.afterwards, self.review, self.agreement, self.begin_again]
        lists: list[Sequence[Any]] = [self.ahead.asked, self.times, self.absences, self.decisions, self.actions]
        return sum(map(len, lists)) + sum(asked is not None for asked in rounds) + bool(self.to_sign) + bool(self.unread)


def waiting_in(pairings: Sequence[Pairing], me: Membership, now: datetime) -> dict[int, Waiting]:
    """By the key of each pairing. These are mine, with their program and their halves."""
    active = [pairing for pairing in pairings if pairing.state == Pairing.State.ACTIVE]
    ahead = sessions.ahead_of(active, me, now)
    nothing = sessions.Ahead(asked=(), planned=(), suggested=None, place="")
    found = {pairing.pk: Waiting(ahead.get(pairing.pk, nothing), may_write=may_send(me, pairing)) for pairing in pairings}
    for waiting in found.values():
        waiting.times = _times_to_pick(waiting.ahead, me)
    for absence in absences.unanswered(active, me, now):
        found[absence.session.pairing_id].absences.append(absence)
    for decision in decisions.waiting_for(me, active, now):
        found[decision.pairing_id].decisions.append(decision)
    for action in actions.asked_of(me, active):
        found[action.pairing_id].actions.append(action)
    for agreement in agreements.waiting_for_signature_of(me, active):
        found[agreement.pairing_id].to_sign = agreement
    for key, number in threads.unread_in(pairings, me).items():
        found[key].unread = number
    for asked in _rounds(pairings, me, now):
        setattr(found[asked.pairing_id], ASKED_IN[asked.kind], asked)
    return found


# A question that has been asked of both, and what it is called here.
ASKED_IN = {
    ENDING: "ending",
    RESET: "reset",
    AFTERWARDS: "afterwards",
    REVIEW: "review",
    AGREEMENT: "agreement",
    BEGIN_AGAIN: "begin_again",
}


def _times_to_pick(ahead: sessions.Ahead, me: Membership) -> list[Session]:
    """Of what is asked about already, the times are shown where that is answered."""
    suggested: list[Any] = [*([ahead.suggested] if ahead.suggested else []), *ahead.planned]
    return [one for one in suggested if one.open_options and one.open_options[0].proposed_by_id != me.pk]


def _rounds(pairings: Sequence[Pairing], me: Membership, now: datetime) -> list[Round]:
    """Whether to begin again is open to both after each ending. It waits for those alone who were written to about it."""
    rounds = joint.unanswered_by(me, pairings, ASKED_IN, now)
    others = {pairing.other_half(me).pk for pairing in pairings if pairing.is_open}
    again = [asked for asked in rounds if asked.kind == BEGIN_AGAIN and asked.pairing.other_half(me).pk not in others]
    written_to = endings.asked_by_letter(again, me)
    return [asked for asked in rounds if asked.kind != BEGIN_AGAIN or asked.pk in written_to]
