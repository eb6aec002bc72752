"""What pages say about a pairing that rests, is ending, has ended or begins again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from matching.endings import policies, services
from matching.endings.models import EndingReason
from matching.endings.services import ASKED, BEGIN_AGAIN, ENDING, IN_PROGRESS, LATER_CONTACT, in_progress
from matching.joint.models import Answer, Round
from matching.pairings import policies as pairings
from matching.pairings.models import Pairing
from matching.pauses import policies as pauses
from matching.pauses.models import Pause
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership

PAUSES_SHOWN = 6
HISTORY_SHOWN = 50


@dataclass(frozen=True)
class Life:
    """What one half sees. Of the other half's yes, or of whether they have prepared anything, there is nothing here."""

    ending: Round | None = None
    have_prepared: bool = False
    later_contact: Round | None = None
    is_paused: bool = False
    have_said_yes: bool = False


def told_on_pair_page(pairing: Pairing) -> Q:
    """The rounds that `on_pair_page` reads."""
    return Q(kind=LATER_CONTACT, called_off_at=None) if pairing.state == Pairing.State.CLOSED else IN_PROGRESS


def on_pair_page(pairing: Pairing, me: Membership, asked: Iterable[Any]) -> Life:
    """Of the rounds that `joint.on_pair_page` has found, those of `told_on_pair_page` among them. One query while it is paused."""
    found = next((round for round in asked if round.kind in (ENDING, LATER_CONTACT)), None)
    if found is None or found.kind == ENDING:
        rest = Pause.objects.visible_to(me).filter(pairing=pairing).lasting().first() if pairing.state == Pairing.State.PAUSED else None
        if rest is not None:
            rest.pairing = pairing
        return Life(
            ending=found,
            have_prepared=found is not None and found.have_answered,
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


def asked_to_begin_again(pairing: Pairing, me: Membership, now: datetime) -> Round | None:
    """The question that stands open to both since the ending; nothing once it has lapsed, or where the two have met anew already."""
    other = pairing.other_half(me)
    if not policies.may_begin_again(me, pairing) or Pairing.objects.of(me).of(other).open().exists():
        return None
    return services.asked_to_begin_again(pairing, now)


def asked_by_letter(rounds: Sequence[Round], me: Membership) -> set[int]:
    """The keys of those about which I was written to. No query where there are no rounds."""
    if not rounds:
        return set()
    letters = OutboxMessage.objects.about(kind=ASKED, subject_ids=[round.pk for round in rounds]).filter(recipient=me.user_id)
    return {int(key) for key in letters.exclude(state=OutboxMessage.State.CANCELLED).values_list("subject", flat=True)}


def earlier_ending(pairing: Pairing, me: Membership, key: int) -> Round | None:
    """One that both have prepared, or I alone."""
    asked: Round | None = _endings_of(pairing, me).filter(pk=key, is_there_to_read=True).first()
    if asked is not None:
        asked.pairing = pairing
    return asked


@dataclass(frozen=True)
class Event:
    """Something that both know of. `ending`: one that I can read, or a part of it."""

    happened_at: datetime
    words: str
    ending: Round | None = None


def history(pairing: Pairing, me: Membership) -> list[Event]:
    """How it went with the pairing as a whole, the newest first, without what is very long ago. Two queries.

    Whoever began something is nowhere in it: no row knows.
    """
    events = [Event(pairing.activated_at, _("Your pairing began."))] if pairing.activated_at else []
    for rest in Pause.objects.visible_to(me).filter(pairing=pairing).order_by("-paused_at", "-pk")[:HISTORY_SHOWN]:
        events.append(Event(rest.paused_at, _("A pause began.")))
        if rest.gone_on_at:
            events.append(Event(rest.gone_on_at, _("The pause was over.")))
    rounds = list(_endings_of(pairing, me, BEGIN_AGAIN)[: 2 * HISTORY_SHOWN])
    ended = {pairing.ended_at, *(asked.opened_at for asked in rounds if asked.kind == BEGIN_AGAIN)}
    for asked in rounds:
        if asked.kind == BEGIN_AGAIN and asked.opened_together_at:
            events.append(Event(asked.opened_at, _("Your pairing ended.")))
            events.append(Event(asked.opened_together_at, _("It began again: you both said yes.")))
        elif asked.kind == ENDING:
            events.append(Event(asked.opened_at, _("It was to end."), asked if asked.is_there_to_read else None))
            if asked.called_off_at and asked.called_off_at not in ended:
                events.append(Event(asked.called_off_at, _("It was not to end any more.")))
    if pairing.ended_at:
        events.append(Event(pairing.ended_at, _("Your pairing ended.")))
    return sorted(events, key=lambda event: event.happened_at, reverse=True)


def _endings_of(pairing: Pairing, me: Membership, *more: str) -> Any:
    """The newest first, each with `is_there_to_read`: both have prepared it, or I have."""
    mine = Answer.objects.filter(round=OuterRef("pk"), membership=me)
    rounds = Round.objects.visible_to(me).filter(pairing=pairing, kind__in=[ENDING, *more])
    return rounds.annotate(is_there_to_read=Exists(mine)).order_by("-opened_at", "-pk")


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
    may_undo: bool
    may_ask_both: bool


def for_staff(pairing: Pairing, staff: Membership, now: datetime) -> Facts:
    """Four queries at most, and those that ask whether the two have begun."""
    lasts = policies.may_begin(staff, pairing)
    is_ending = lasts and in_progress().filter(pairing__in=Pairing.objects.visible_to(staff).filter(pk=pairing.pk)).exists()
    return Facts(
        pauses=list(Pause.objects.visible_to(staff).filter(pairing=pairing).order_by("-paused_at", "-pk")[:PAUSES_SHOWN]),
        reasons=_reasons_of(pairing, staff),
        may_pause=pauses.may_pause(staff, pairing),
        may_let_go_on=pauses.may_let_go_on(staff, pairing),
        may_begin=lasts and not is_ending,
        may_stay=is_ending and policies.may_stay(staff, pairing),
        may_end=policies.may_end(staff, pairing),
        may_withdraw=pairings.may_withdraw(staff, pairing),
        may_undo=policies.may_undo(staff, pairing, have_begun=False) and not services.have_begun(pairing, now),
        may_ask_both=policies.may_ask_both(staff, pairing) and services.asked_to_begin_again(pairing, now) is not None,
    )


def _reasons_of(pairing: Pairing, staff: Membership) -> list[EndingReason]:
    """`pairing` knows its people: what is told was told by one of them."""
    halves = {half.pk: half for half in pairing.halves}
    found = list(EndingReason.objects.visible_to(staff).filter(pairing=pairing).order_by("given_at", "pk"))
    for reason in found:
        reason.membership = halves[reason.membership_id]
    return found
