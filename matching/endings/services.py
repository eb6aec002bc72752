"""Ending a pairing together, or at once; giving the program a reason; and what follows when it has ended."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from matching.endings import policies
from matching.endings.models import EndingReason
from matching.joint import services as joint
from matching.joint.models import Answer, Round
from matching.pairings import services as pairings
from matching.pairings.models import Pairing, PartnerWish
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

ENDING, LATER_CONTACT = "ending", "later-contact"
IS_ENDING, CLOSED = "pairing-ending", "pairing-closed"
# To prepare it; and once it has opened to both, to talk about it.
TIME_TO_END = timedelta(days=14)
TIME_TO_SAY_YES = timedelta(days=30)
LONGEST_WORDS = 10_000
AT_ONCE = 200


@transaction.atomic
def begin(*, pairing: Pairing, by: Membership, now: datetime) -> Round:
    """Begin to end it well: both are asked apart, and both get the same letter. It closes two weeks later, if nobody does before."""
    pairing = _locked(pairing)
    if not policies.may_begin(by, pairing):
        raise Refused(_("Only a pairing that lasts can be ended."))
    there = Round.objects.of_kind(ENDING).filter(pairing=pairing, called_off_at=None).first()
    if there is not None:
        return there
    asked = joint.open_round(pairing=pairing, kind=ENDING, by=by, now=now, closes_at=now + TIME_TO_END)
    _owe_to_both(IS_ENDING, pairing, now, slot=str(asked.pk))
    return asked


def opened(*, round: Round, now: datetime) -> None:
    """Both have prepared: now they have time to talk about it."""
    round.closes_at = now + TIME_TO_END
    round.save(update_fields=["closes_at"])


@transaction.atomic
def stay(*, pairing: Pairing, by: Membership, now: datetime) -> None:
    """It is not to end after all, as long as not both have prepared. Either may say so, as either may end it."""
    pairing = _locked(pairing)
    if not policies.may_stay(by, pairing):
        raise Refused(_("This pairing has ended. Nothing was changed."))
    asked = Round.objects.of_kind(ENDING).filter(pairing=pairing, called_off_at=None).first()
    if asked is not None and asked.opened_together_at is not None:
        raise Refused(_("You have both prepared the ending already. Nothing was changed."))
    if asked is not None:
        joint.call_off(round=asked, now=now)
        outbox.cancel(kind=IS_ENDING, subject_ids=[pairing.pk], now=now)
        audit.record(verb="ending.taken_back", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


@transaction.atomic
def end(*, pairing: Pairing, by: Membership, now: datetime, choice: str = "", words: str = "", wishes_somebody: bool = False) -> Pairing:
    """End it at once. Both get the same letter, whoever it was, and neither learns a reason. Where the other was quicker, it has ended.

    `choice` (of `EndingReason.Choice`) and `words` are for those who run the program; only a half has any.
    """
    pairing = _locked(pairing)
    has_ended = pairing.state == Pairing.State.CLOSED and pairing.includes(by)
    if not has_ended and not policies.may_end(by, pairing):
        raise Refused(_("Only a pairing that lasts can be ended."))
    if pairing.includes(by):
        _keep_reason(pairing, by, choice, words.strip(), now)
        if wishes_somebody:
            PartnerWish.objects.get_or_create(membership=by, defaults={"pairing": pairing, "wished_at": now})
    if not has_ended:
        _close(pairing, now)
        audit.record(verb="pairing.closed", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return pairing


@transaction.atomic
def close_due(*, now: datetime) -> int:
    """Close what was to end and whose time is over. Returns how many, so that a caller may go on until there are none."""
    due = Round.objects.of_kind(ENDING).filter(called_off_at=None, closes_at__lte=now, pairing__state__in=policies.WHILE_IT_LASTS)
    locked = (
        Pairing.objects.filter(pk__in=due.values("pairing"))
        .select_for_update(of=["self"], no_key=True, skip_locked=True)
        .with_people()
        .order_by("pk")[:AT_ONCE]
    )
    # Whoever waited for the lock may have found what they looked for changed.
    lasting = [pairing for pairing in locked if pairing.state in policies.WHILE_IT_LASTS]
    for pairing in lasting:
        _close(pairing, now)
    for pairing in lasting:
        audit.record(
            verb="pairing.closed", subject=pairing, program_id=pairing.program_id, actor_id=None, now=now, detail={"cause": "prepared"}
        )
    return len(lasting)


@transaction.atomic
def forget_unmet(*, now: datetime) -> int:
    """Who said yes to later contact, or no, and it did not become two yeses in time: their words are gone. Returns how many rounds."""
    over = Round.objects.of_kind(LATER_CONTACT).waiting().filter(closes_at__lte=now)
    keys = list(over.select_for_update(of=["self"], skip_locked=True).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    Answer.objects.filter(round__in=keys).delete()
    Round.objects.filter(pk__in=keys).update(called_off_at=now)
    return len(keys)


def settle(now: datetime) -> None:
    """What is looked at again and again: close what has had its time, forget what did not become two yeses."""
    while close_due(now=now):
        pass
    while forget_unmet(now=now):
        pass


def ask_about_later_contact(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has just ended. Each is asked apart, unless one of them cannot be asked any more."""
    if pairing.state == Pairing.State.CLOSED and all(half.left_at is None for half in pairing.halves):
        joint.open_round(pairing=pairing, kind=LATER_CONTACT, by=None, now=now, closes_at=now + TIME_TO_SAY_YES)


def _close(pairing: Pairing, now: datetime) -> None:
    for kind in (IS_ENDING, "pairing-paused", "pairing-goes-on"):
        outbox.cancel(kind=kind, subject_ids=[pairing.pk], now=now)
    _owe_to_both(CLOSED, pairing, now)
    pairings.set_closed(pairing=pairing, now=now)


def _keep_reason(pairing: Pairing, by: Membership, choice: str, words: str, now: datetime) -> None:
    if choice and choice not in EndingReason.Choice.values:
        raise Refused(_("Choose one of the reasons, or none. Nothing was changed."))
    if len(words) > LONGEST_WORDS:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_WORDS})
    if choice or words:
        # Replaced rather than changed: an encrypted text is bound to its row.
        EndingReason.objects.filter(pairing=pairing, membership=by).delete()
        EndingReason.objects.create(pairing=pairing, membership=by, choice=choice or None, words=words or None, given_at=now)


def _locked(pairing: Pairing) -> Pairing:
    return Pairing.objects.select_for_update(of=["self"], no_key=True).with_people().get(pk=pairing.pk)


def _owe_to_both(kind: str, pairing: Pairing, now: datetime, slot: str = "0") -> None:
    duties = [
        outbox.Duty(kind=kind, subject_id=pairing.pk, recipient_id=half.user_id, slot=slot, program_id=pairing.program_id)
        for half in pairing.halves
    ]
    outbox.owe_many(duties, now=now)
