"""Ending a pairing together, or at once; giving the program a reason; what follows when it has ended; and beginning again."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from matching.endings import policies
from matching.endings.models import EndingReason
from matching.facts.models import Fact
from matching.joint import services as joint
from matching.joint.models import Answer, Round, RoundQuerySet
from matching.pairings import policies as pairing_policies
from matching.pairings import services as pairings
from matching.pairings import states
from matching.pairings.models import Pairing, PairingQuerySet
from matching.pauses.models import Pause
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

ENDING, LATER_CONTACT, BEGIN_AGAIN = "ending", "later-contact", "begin-again"
IS_ENDING, STAYS, OPENED = "pairing-ending", "pairing-stays", "answers-opened"
ASKED, BEGUN_AGAIN = "pairing-ask-again", "pairing-begun-again"
# To prepare it; and once it has opened to both, to talk about it. Two who meet every other week meet once in it; longer would hold somebody
# who wants to go. The letters and pages say "two weeks", so it is no setting.
TIME_TO_END = timedelta(days=14)
# Somebody who was left needs longer than two weeks to know, and what they give to reach them should not lie here much longer than that.
TIME_TO_SAY_YES = timedelta(days=30)
LONGEST_WORDS = 10_000
AT_ONCE = 200
PLANNING = (Fact.Kind.TIME_PROPOSED, Fact.Kind.TIME_MOVED, Fact.Kind.SESSION_CANCELLED)

_what_shows_that_they_have_begun: list[Callable[..., bool]] = []


def shows_that_they_have_begun(question: Callable[..., bool]) -> None:
    """Ask `question(pairing=…, now=…)` too, before a match is undone: do the two have anything to lose? For `AppConfig.ready()`."""
    _what_shows_that_they_have_begun.append(question)


# That are to close. One that both had prepared when they began again stays open to both, and has no end any more.
IN_PROGRESS = Q(kind=ENDING, called_off_at=None) & ~Q(opened_together_at__isnull=False, closes_at=None)


def in_progress() -> RoundQuerySet:
    return Round.objects.filter(IN_PROGRESS)


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
            asked.closes_at, asked.called_off_at = None, now
            asked.save(update_fields=["closes_at", "called_off_at"])
        outbox.cancel(kind=IS_ENDING, subject_ids=[pairing.pk], now=now)
        _owe_to_both(STAYS, pairing, now, slot=str(asked.pk))
        audit.record(verb="ending.taken_back", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


@transaction.atomic
@audit.held_back()
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
            pairings.keep_wish(pairing=pairing, by=by, now=now)
    if not has_ended:
        close(pairing, now)
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
@audit.held_back()
def close_due(*, now: datetime) -> int:
    """Close what was to end and whose time is over. Returns how many, so that a caller may go on until there are none.

    What somebody else is at, itself or whoever stands in for it, is left for the next time.
    """
    due = in_progress().filter(closes_at__lte=now, pairing__state__in=policies.WHILE_IT_LASTS)
    keys = list(due.order_by("pairing").values_list("pairing", flat=True).distinct()[:AT_ONCE])
    # With the stand-ins that end with these, so that all are locked at once: else two who each hold one could wait for the other's.
    found = Pairing.objects.filter(Q(pk__in=keys) | Q(stands_in_for__in=keys)).open().with_people().order_by("pk")
    locked = {pairing.pk: pairing for pairing in found.select_for_update(of=["self"], no_key=True, skip_locked=True)}
    elsewhere = Pairing.objects.filter(stands_in_for__in=locked).open().exclude(pk__in=locked)
    waits = set(elsewhere.values_list("stands_in_for", flat=True))
    # Asked again: until it was locked somebody may have ended it, or stayed, or prepared the second part.
    still_due = set(due.filter(pairing__in=locked).values_list("pairing", flat=True)) - waits
    # Stand-ins first: else one would have ended already with what it stands in for.
    lasting = sorted((locked[key] for key in still_due), key=lambda pairing: (not pairing.is_stand_in, pairing.pk))
    for pairing in lasting:
        close(pairing, now)
        audit.record(
            verb="pairing.closed", subject=pairing, program_id=pairing.program_id, actor_id=None, now=now, detail={"cause": "prepared"}
        )
    return len(lasting)


@transaction.atomic
def forget_unmet(*, now: datetime) -> int:
    """Who said yes to later contact or to beginning again, or no, and it did not become two yeses in time: their words are gone.

    Returns how many rounds.
    """
    over = Round.objects.filter(kind__in=[LATER_CONTACT, BEGIN_AGAIN], closes_at__lte=now).waiting()
    keys = list(over.select_for_update(of=["self"], skip_locked=True).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    _forget(keys, now)
    return len(keys)


def settle(now: datetime) -> None:
    """What is looked at again and again: close what has had its time, forget what did not become two yeses."""
    while close_due(now=now):
        pass
    while forget_unmet(now=now):
        pass


def ask_what_comes_next(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has just ended. Each is asked apart, also where one has left: or what is there to see would tell how it ended.

    What was for a while is over: of that nothing is asked.
    """
    if pairing.state == Pairing.State.CLOSED and not pairing.is_stand_in:
        joint.open_round(pairing=pairing, kind=LATER_CONTACT, by=None, now=now, closes_at=now + TIME_TO_SAY_YES)
        lapses_at = now + timedelta(days=pairing.program.begin_again_days)
        joint.open_round(pairing=pairing, kind=BEGIN_AGAIN, by=None, now=now, closes_at=lapses_at)


# --- beginning again ---


@transaction.atomic
@audit.held_back()
def say_about_beginning_again(*, pairing: Pairing, by: Membership, yes: bool, now: datetime) -> Pairing:
    """One half says that they would like to begin again, or not. With two yeses it does; until then no answer shows, or that there is one.

    Answering again replaces the answer. Of a first yes both are asked by letter only where that cannot reach somebody who fled.
    """
    # The two before their pairing, as whoever leaves or is introduced locks them: else either would wait for the other. Nobody leaves or is
    # introduced anew in the second in which it begins again.
    list(Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).order_by("pk").select_for_update(of=["self"], no_key=True))
    pairing = _locked(pairing)
    asked = asked_to_begin_again(pairing, now)
    if asked is None or not policies.may_begin_again(by, pairing):
        raise Refused(_("This is not open to be answered now. Nothing was changed."))
    if _have_another_open_pairing(pairing):
        raise Refused(_("You two have an open pairing already. Nothing was changed."))
    asked = joint.answer(round=asked, by=by, content={"yes": "yes" if yes else "no"}, now=now)
    if asked.opened_together_at is not None:
        pairing.refresh_from_db(fields=["state", "ended_at"])
    elif yes and _closed_on_its_day(pairing):
        _owe_the_question(asked, pairing, now)
    return pairing


@transaction.atomic
def ask_both(*, pairing: Pairing, by: Membership, now: datetime) -> None:
    """Those who run the program have both asked, in the same letter. It begins again only on two yeses. Asking twice writes once."""
    pairing = _locked(pairing)
    asked = asked_to_begin_again(pairing, now)
    if asked is None or not policies.may_ask_both(by, pairing) or _have_another_open_pairing(pairing):
        raise Refused(_("Both can be asked for some time after an ending, while both are here and have no other pairing."))
    _owe_the_question(asked, pairing, now, slot="staff")
    audit.record(verb="pairing.asked_to_begin_again", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


def asked_to_begin_again(pairing: Pairing, now: datetime) -> Round | None:
    """The question that stands open to both since the ending; nothing once it has lapsed."""
    asked = Round.objects.of_kind(BEGIN_AGAIN).filter(pairing=pairing).open_at(now).first()
    if asked is not None:
        asked.pairing = pairing
    return asked


def may_begin_again_now(*, round: Round) -> bool:
    """Both are here, and have no other open pairing. Else their yeses stay kept apart, so that nobody learns what has come between.

    The two are locked by whoever asks.
    """
    pairing = round.pairing
    has_left = Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).exclude(left_at=None)
    return not has_left.exists() and not _have_another_open_pairing(pairing)


def begin_again(*, round: Round, now: datetime) -> None:
    """Both said yes: the pairing is active again, with all that the two wrote. How many people each has room for is not asked anew.

    The yes of each says that they have. To refuse the second for want of room would tell them of the first.
    """
    pairing = _locked(round.pairing)
    Pause.objects.filter(pairing=pairing, gone_on_at=None).update(gone_on_at=now)
    _forget(Round.objects.of_kind(LATER_CONTACT).filter(pairing=pairing).waiting().values_list("pk", flat=True), now)
    # What both had prepared stays open to both, and ends nothing any more.
    in_progress().filter(pairing=pairing).update(closes_at=None)
    outbox.cancel(kind=pairings.CLOSED, subject_ids=[pairing.pk], now=now)
    outbox.cancel(kind=ASKED, subject_ids=[round.pk], now=now)
    _owe_to_both(BEGUN_AGAIN, pairing, now, slot=str(round.pk))
    pairings.set_begun_again(pairing=pairing, now=now)
    audit.record(verb="pairing.begun_again", subject=pairing, program_id=pairing.program_id, actor_id=None, now=now)


def over_before(program_id: int, before: datetime) -> PairingQuerySet:
    """Pairings that ended, or did not start, before this moment. A stand-in never outlasts what it stood in for."""
    return Pairing.objects.filter(program_id=program_id, ended_at__lt=before)


# --- a match made in error ---


@transaction.atomic
@audit.held_back()
def undo(*, pairing: Pairing, by: Membership, now: datetime) -> Pairing:
    """Those who run the program take back a match made in error that has begun, before the two have lived in it.

    Both get the letter of an introduction that does not go ahead, and both wait for somebody as long as they did. Doing so twice changes
    nothing. What has not begun is withdrawn.
    """
    pairing = _locked(pairing)
    if pairing.state == Pairing.State.DECLINED and pairing_policies.may_have_caseload(by, pairing):
        return pairing
    if not policies.may_undo(by, pairing, have_begun=have_begun(pairing, now)):
        raise Refused(
            _("A match is undone while it is active, before either has written anything or they were to meet. After that it can be ended.")
        )
    pairings.set_undone(pairing=pairing, now=now)
    audit.record(verb="pairing.undone", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return pairing


def have_begun(pairing: Pairing, now: datetime) -> bool:
    """Has either written anything, or were they to meet by now? That a meeting is only planned is no beginning: it can be called off."""
    if Fact.objects.filter(pairing=pairing).exclude(kind__in=PLANNING).exists() or Answer.objects.filter(round__pairing=pairing).exists():
        return True
    return any(shows(pairing=pairing, now=now) for shows in _what_shows_that_they_have_begun)


def close(pairing: Pairing, now: datetime, *, move: states.Move = states.END) -> None:
    """It is locked by whoever calls, who knows that it may end."""
    for kind in (IS_ENDING, STAYS, "pairing-paused", "pairing-goes-on"):
        outbox.cancel(kind=kind, subject_ids=[pairing.pk], now=now)
    pairings.owe_closed(pairing=pairing, now=now)
    pairings.set_closed(pairing=pairing, now=now, move=move)


def _have_another_open_pairing(pairing: Pairing) -> bool:
    return Pairing.objects.of(pairing.first).of(pairing.second).open().exclude(pk=pairing.pk).exists()


def _closed_on_its_day(pairing: Pairing) -> bool:
    """It was to end, both knew the day, and nobody ended it before."""
    prepared = Round.objects.of_kind(ENDING).filter(pairing=pairing, closes_at__lte=pairing.ended_at)
    return prepared.filter(Q(called_off_at=pairing.ended_at) | Q(called_off_at=None, opened_together_at__isnull=False)).exists()


def _owe_the_question(asked: Round, pairing: Pairing, now: datetime, slot: str = "0") -> None:
    """To both, also to whoever has answered: who was left out, in the list of what was sent, would be known to have."""
    duties = [
        outbox.Duty(
            kind=ASKED,
            subject_id=asked.pk,
            recipient_id=half.user_id,
            slot=slot,
            program_id=pairing.program_id,
            expires_at=asked.closes_at,
        )
        for half in pairing.halves
        if half.left_at is None
    ]
    outbox.owe_many(duties, now=now)


def _forget(keys: Iterable[int], now: datetime) -> None:
    """Ask no more, and keep nothing of what was said alone."""
    keys = list(keys)
    Answer.objects.filter(round__in=keys).delete()
    Round.objects.filter(pk__in=keys).update(called_off_at=now)


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
