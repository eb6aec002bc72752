"""Pausing a pairing, and going on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from matching.pairings import services as pairings
from matching.pairings.models import Pairing
from matching.pauses import policies
from matching.pauses.models import Pause
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

PAUSED, GOES_ON = "pairing-paused", "pairing-goes-on"


@transaction.atomic
@audit.held_back()
def pause(*, pairing: Pairing, by: Membership, now: datetime) -> Pairing:
    """Let a pairing rest, at once. Both get the same letter, whoever it was. Where the other was quicker, nothing more happens."""
    pairing = _locked(pairing)
    if policies.may_say_yes(by, pairing) or policies.may_let_go_on(by, pairing):
        return pairing
    if not policies.may_pause(by, pairing):
        raise Refused(_("Only a pairing that is active can be paused."))
    _rest(pairing, by.user_id, now)
    return pairing


@transaction.atomic
@audit.held_back()
def stop_contact(*, pairing: Pairing, by: Membership, now: datetime) -> Pairing:
    """The same for somebody's safety; whether `by` may is for the caller to know. Of one that is not active any more nothing is changed.

    The trail does not name a deputy who runs nothing else: they would have no other reason, and it must not tell that there is one.
    """
    pairing = _locked(pairing)
    if pairing.state == Pairing.State.ACTIVE:
        _rest(pairing, by.user_id if by.is_staff else None, now)
    return pairing


@transaction.atomic
@audit.held_back()
def go_on(*, pairing: Pairing, by: Membership, now: datetime) -> Pairing:
    """One half says yes to going on; with the second yes it does. Somebody who runs the program lets it go on by themselves."""
    pairing = _locked(pairing)
    if pairing.state == Pairing.State.ACTIVE and pairing.includes(by):
        # Whoever runs the program, or the other half, was quicker.
        return pairing
    if not (policies.may_say_yes(by, pairing) or policies.may_let_go_on(by, pairing)):
        raise Refused(_("Only a pairing that is paused can go on."))
    rest = _lasting(pairing)
    if pairing.includes(by):
        if rest.has_said_yes(by):
            return pairing
        setattr(rest, f"{pairing.side_of(by)}_yes_at", now)
    goes_on = not pairing.includes(by) or all(rest.has_said_yes(half) for half in pairing.halves)
    if goes_on:
        rest.gone_on_at = now
    rest.save(update_fields=["first_yes_at", "second_yes_at", "gone_on_at"])
    if goes_on:
        pairings.set_active_again(pairing=pairing, now=now)
        _owe_to_both(GOES_ON, instead_of=PAUSED, rest=rest, now=now)
    verb = "pairing.gone_on" if goes_on else "pairing.said_yes_to_going_on"
    audit.record(verb=verb, subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return pairing


@transaction.atomic
def take_back(*, pairing: Pairing, by: Membership, now: datetime) -> Pairing:
    """Take back one's yes to going on, while it still waits for the other's. Taking back what was not said changes nothing."""
    pairing = _locked(pairing)
    if not policies.may_say_yes(by, pairing):
        raise Refused(_("This pairing is not paused any more. Nothing was changed."))
    rest = _lasting(pairing)
    if rest.has_said_yes(by):
        setattr(rest, f"{pairing.side_of(by)}_yes_at", None)
        rest.save(update_fields=["first_yes_at", "second_yes_at"])
        audit.record(verb="pairing.took_yes_back", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return pairing


def _rest(pairing: Pairing, actor_id: int | None, now: datetime) -> None:
    rest = Pause.objects.create(pairing=pairing, paused_at=now)
    pairings.set_paused(pairing=pairing, now=now)
    _owe_to_both(PAUSED, instead_of=GOES_ON, rest=rest, now=now)
    audit.record(verb="pairing.paused", subject=pairing, program_id=pairing.program_id, actor_id=actor_id, now=now)


def _locked(pairing: Pairing) -> Pairing:
    return Pairing.objects.select_for_update(of=["self"], no_key=True).with_people().get(pk=pairing.pk)


def _lasting(pairing: Pairing) -> Pause:
    rest = Pause.objects.get(pairing=pairing, gone_on_at=None)
    rest.pairing = pairing
    return rest


def _owe_to_both(kind: str, *, instead_of: str, rest: Pause, now: datetime) -> None:
    pairing = rest.pairing
    outbox.cancel(kind=instead_of, subject_ids=[pairing.pk], now=now)
    duties = [
        outbox.Duty(kind=kind, subject_id=pairing.pk, recipient_id=half.user_id, slot=str(rest.pk), program_id=pairing.program_id)
        for half in pairing.halves
    ]
    outbox.owe_many(duties, now=now)
