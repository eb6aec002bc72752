"""Ending a pairing together, or at once; giving the program a reason; and what follows when it has ended."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from matching.endings import policies
from matching.endings.models import EndingReason
from matching.joint import services as joint
from matching.joint.models import Answer, Round, RoundQuerySet
from matching.pairings import policies as pairing_policies
from matching.pairings import services as pairings
from matching.pairings.models import Pairing, PartnerWish
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

ENDING, LATER_CONTACT = "ending", "later-contact"
IS_ENDING, STAYS, OPENED = "pairing-ending", "pairing-stays", "answers-opened"
# To prepare it; and once it has opened to both, to talk about it.
TIME_TO_END = timedelta(days=14)
TIME_TO_SAY_YES = timedelta(days=30)
LONGEST_WORDS = 10_000
AT_ONCE = 200


def in_progress() -> RoundQuerySet:
    """Endings that are to close. One that both have prepared and that was taken back stays open to both, and has no end any more."""
    return Round.objects.of_kind(ENDING).filter(called_off_at=None).exclude(opened_together_at__isnull=False, closes_at=None)


@transaction.atomic
def begin(*, pairing: Pairing, by: Membership, now: datetime) -> Round:
    """Begin to end it well: both are asked apart, and both get the same letter. It closes two weeks later, if nobody does before."""
    pairing = _locked(pairing)
    if not policies.may_begin(by, pairing):
        raise Refused(_("Only a pairing that lasts can be ended."))
    there = in_progress().filter(pairing=pairing).first()
    if there is not None:
        return there
    asked = joint.open_round(pairing=pairing, kind=ENDING, by=None, now=now, closes_at=now + TIME_TO_END)
    outbox.cancel(kind=STAYS, subject_ids=[pairing.pk], now=now)
    _owe_to_both(IS_ENDING, pairing, now, slot=str(asked.pk))
    audit.record(verb="ending.begun", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return asked


def opened(*, round: Round, now: datetime) -> None:
    """Both have prepared: now they have time to talk about it."""
    round.closes_at = now + TIME_TO_END
    round.save(update_fields=["closes_at"])
    say_that_it_opened(round=round, now=now)


def say_that_it_opened(*, round: Round, now: datetime) -> None:
    """To both, in the same letter: whoever answered first would not learn of it otherwise."""
    pairing = round.pairing
    halves = Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).order_by("pk")
    duties = [outbox.Duty(kind=OPENED, subject_id=round.pk, recipient_id=half.user_id, program_id=pairing.program_id) for half in halves]
    outbox.owe_many(duties, now=now)


@transaction.atomic
def stay(*, pairing: Pairing, by: Membership, now: datetime) -> None:
    """It is not to end after all. Either may say so, as either may end it, and both get the same letter.

    What both have prepared stays open to both; what one has prepared alone stays theirs alone.
    """
    pairing = _locked(pairing)
    if not policies.may_stay(by, pairing):
        raise Refused(_("This pairing has ended. Nothing was changed."))
    asked = in_progress().filter(pairing=pairing).first()
    if asked is not None:
        if asked.opened_together_at is None:
            joint.call_off(round=asked, now=now)
        else:
            asked.closes_at = None
            asked.save(update_fields=["closes_at"])
        outbox.cancel(kind=IS_ENDING, subject_ids=[pairing.pk], now=now)
        _owe_to_both(STAYS, pairing, now, slot=str(asked.pk))
        audit.record(verb="ending.taken_back", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


@transaction.atomic
def end(*, pairing: Pairing, by: Membership, now: datetime, choice: str = "", words: str = "", wishes_somebody: bool = False) -> Pairing:
    """End it at once. Both get the same letter, whoever it was, and neither learns a reason. Where the other was quicker, it has ended.

    `choice` (of `EndingReason.Choice`) and `words` are for those who run the program; only a half has any.
    """
    pairing = _locked(pairing)
    may_have_ended_it = pairing.includes(by) or pairing_policies.may_have_caseload(by, pairing)
    has_ended = pairing.state == Pairing.State.CLOSED and may_have_ended_it
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
def tell_why(*, pairing: Pairing, by: Membership, now: datetime, choice: str = "", words: str = "") -> None:
    """One half tells those who run the program why it ended, whoever ended it. It replaces what they told before, also with nothing."""
    pairing = _locked(pairing)
    if not policies.may_tell_why(by, pairing):
        raise Refused(_("You can say so about a pairing of your own that has ended. Nothing was changed."))
    EndingReason.objects.filter(pairing=pairing, membership=by).delete()
    _keep_reason(pairing, by, choice, words.strip(), now)
    audit.record(verb="ending.reason_told", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


@transaction.atomic
def close_due(*, now: datetime) -> int:
    """Close what was to end and whose time is over. Returns how many, so that a caller may go on until there are none."""
    due = in_progress().filter(closes_at__lte=now, pairing__state__in=policies.WHILE_IT_LASTS)
    locked = (
        Pairing.objects.filter(pk__in=due.values("pairing"))
        .select_for_update(of=["self"], no_key=True, skip_locked=True)
        .with_people()
        .order_by("pk")[:AT_ONCE]
    )
    # Asked again: until it was locked somebody may have ended it, or stayed, or prepared the second part.
    still_due = set(due.filter(pairing__in=[pairing.pk for pairing in locked]).values_list("pairing", flat=True))
    lasting = [pairing for pairing in locked if pairing.pk in still_due]
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
    """A pairing has just ended. Each is asked apart, also where one has left: or what is there to see would tell how it ended."""
    if pairing.state == Pairing.State.CLOSED:
        joint.open_round(pairing=pairing, kind=LATER_CONTACT, by=None, now=now, closes_at=now + TIME_TO_SAY_YES)


def _close(pairing: Pairing, now: datetime) -> None:
    for kind in (IS_ENDING, STAYS, "pairing-paused", "pairing-goes-on"):
        outbox.cancel(kind=kind, subject_ids=[pairing.pk], now=now)
    _owe_to_both(pairings.CLOSED, pairing, now)
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
