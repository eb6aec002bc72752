"""What pages say about a pairing that rests, is ending or has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from matching.endings import policies
from matching.endings.models import EndingReason
from matching.endings.services import ENDING, LATER_CONTACT
from matching.joint.models import Answer, Round
from matching.pairings import policies as pairings
from matching.pairings.models import Pairing
from matching.pauses import policies as pauses
from matching.pauses.models import Pause
from programs.memberships.models import Membership

PAUSES_SHOWN = 6


@dataclass(frozen=True)
class Life:
    """What one half sees. Of the other half's yes, or of whether they have prepared anything, there is nothing here."""

    ending: Round | None = None
    have_prepared: bool = False
    later_contact: Round | None = None
    is_paused: bool = False
    have_said_yes: bool = False


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> Life:
    """Two queries at most."""
    mine = Answer.objects.filter(round=OuterRef("pk"), membership=me)
    kinds = [LATER_CONTACT] if pairing.state == Pairing.State.CLOSED else [ENDING]
    rounds = Round.objects.visible_to(me).filter(pairing=pairing, kind__in=kinds, called_off_at=None)
    found = rounds.annotate(is_answered=Exists(mine)).order_by("-opened_at", "-pk").first()
    if found is None or found.kind == ENDING:
        is_answered = found is not None and found.is_answered
        rest = Pause.objects.visible_to(me).filter(pairing=pairing).lasting().first() if pairing.state == Pairing.State.PAUSED else None
        if rest is not None:
            rest.pairing = pairing
        return Life(
            ending=found,
            have_prepared=is_answered,
            is_paused=rest is not None,
            have_said_yes=rest is not None and rest.has_said_yes(me),
        )
    return Life(later_contact=found)


def round_of(pairing: Pairing, me: Membership, kind: str) -> Round | None:
    """The newest that was not called off."""
    asked = Round.objects.visible_to(me).of_kind(kind).filter(pairing=pairing, called_off_at=None).order_by("-opened_at", "-pk").first()
    if asked is not None:
        asked.pairing = pairing
    return asked


@dataclass(frozen=True)
class Facts:
    """What those who run the program see: when it rested, what somebody told them about the end, and what they can do."""

    pauses: Sequence[Pause]
    reasons: Sequence[EndingReason]
    may_pause: bool
    may_let_go_on: bool
    may_end: bool
    may_withdraw: bool


def for_staff(pairing: Pairing, staff: Membership) -> Facts:
    """Two queries."""
    return Facts(
        pauses=list(Pause.objects.visible_to(staff).filter(pairing=pairing).order_by("-paused_at", "-pk")[:PAUSES_SHOWN]),
        reasons=list(EndingReason.objects.visible_to(staff).filter(pairing=pairing).for_list()),
        may_pause=pauses.may_pause(staff, pairing),
        may_let_go_on=pauses.may_let_go_on(staff, pairing),
        may_end=policies.may_end(staff, pairing),
        may_withdraw=pairings.may_withdraw(staff, pairing),
    )
