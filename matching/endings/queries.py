"""What pages say about a pairing that rests, is ending or has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from matching.endings import policies
from matching.endings.models import EndingReason
from matching.endings.services import ENDING, LATER_CONTACT, in_progress
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
    asked = Round.objects.of_kind(LATER_CONTACT).filter(called_off_at=None) if pairing.state == Pairing.State.CLOSED else in_progress()
    rounds = asked.visible_to(me).filter(pairing=pairing)
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


def in_progress_of(pairing: Pairing, me: Membership) -> bool:
    """Is it coming to its end?"""
    return in_progress().visible_to(me).filter(pairing=pairing).exists()


def newest(pairing: Pairing, me: Membership, kind: str) -> Round | None:
    """Whatever became of it: what is sent after its end is answered by the form it was written in."""
    asked = Round.objects.visible_to(me).of_kind(kind).filter(pairing=pairing).order_by("-opened_at", "-pk").first()
    if asked is not None:
        asked.pairing = pairing
    return asked


def has_prepared_an_ending(pairing: Pairing, me: Membership) -> bool:
    return Answer.objects.visible_to(me).filter(membership=me, round__pairing=pairing, round__kind=ENDING).exists()


def told_why(pairing: Pairing, me: Membership) -> EndingReason | None:
    """What one has told the program oneself."""
    return EndingReason.objects.visible_to(me).filter(pairing=pairing, membership=me).first()


@dataclass(frozen=True)
class Facts:
    """What those who run the program see: when it rested, what somebody told them about the end, and what they can do."""

    pauses: Sequence[Pause]
    reasons: Sequence[EndingReason]
    may_pause: bool
    may_let_go_on: bool
    may_begin: bool
    may_stay: bool
    may_end: bool
    may_withdraw: bool


def for_staff(pairing: Pairing, staff: Membership) -> Facts:
    """Three queries at most."""
    lasts = policies.may_begin(staff, pairing)
    is_ending = lasts and in_progress().filter(pairing__in=Pairing.objects.visible_to(staff).filter(pk=pairing.pk)).exists()
    return Facts(
        pauses=list(Pause.objects.visible_to(staff).filter(pairing=pairing).order_by("-paused_at", "-pk")[:PAUSES_SHOWN]),
        reasons=list(EndingReason.objects.visible_to(staff).filter(pairing=pairing).for_list()),
        may_pause=pauses.may_pause(staff, pairing),
        may_let_go_on=pauses.may_let_go_on(staff, pairing),
        may_begin=lasts and not is_ending,
        may_stay=is_ending and policies.may_stay(staff, pairing),
        may_end=policies.may_end(staff, pairing),
        may_withdraw=pairings.may_withdraw(staff, pairing),
    )
