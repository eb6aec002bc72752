"""Proposing, answering, reopening and keeping what two people decide. Each locks the pairing, so that both may act in the same second."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.decisions import policies
from checkins.decisions.models import LONGEST_REASON, LONGEST_TEXT, Decision
from checkins.sessions.models import Session
from matching.facts import services as facts
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership

# The one mail of decisions: something waits for an answer.
PROPOSED = "decision-proposed"

State = Decision.State


@transaction.atomic
def propose(
    *,
    pairing: Pairing,
    by: Membership,
    text: str,
    now: datetime,
    reason: str = "",
    try_until: date | None = None,
    look_again_on: date | None = None,
    session: Session | None = None,
) -> Decision:
    """Propose a decision, and ask the other half. `session` is the meeting of these two in which it came up."""
    pairing = _locked_pairing(pairing.pk)
    if not policies.may_propose(by, pairing):
        raise Refused(_("Decisions are proposed by the two of a pairing, while it is active."))
    if session is not None and session.pairing_id != pairing.pk:
        raise ValueError("A decision belongs to a meeting of the same pairing.")
    return _ask(
        Decision(pairing=pairing, text=text, reason=reason, try_until=try_until, look_again_on=look_again_on, session=session), by, now
    )


@transaction.atomic
def suggest(
    *,
    in_place_of: Decision,
    by: Membership,
    text: str,
    now: datetime,
    reason: str = "",
    try_until: date | None = None,
    look_again_on: date | None = None,
) -> Decision:
    """Suggest something else, and ask the other half. What waits for an answer is replaced at once; what stands, once both agree."""
    other = _locked(in_place_of)
    if not policies.may_suggest(by, other):
        raise Refused(
            _why_not(
                other,
                _("You proposed this yourself. Take it back first, and then propose something else."),
                State.OPEN,
                *policies.REPLACEABLE,
            )
        )
    # What answers a change takes the place of the same decision as that change: else both came to stand.
    changed = other.in_place_of if other.state in (State.OPEN, State.NOT_AGREED) else None
    target = changed if changed is not None and changed.state in policies.REPLACEABLE else other
    if Decision.objects.filter(in_place_of__in=[other, target]).open().exclude(pk=other.pk).exists():
        raise Refused(_("Something else waits for an answer already. Look at that first."))
    new = Decision(
        pairing=other.pairing,
        text=text,
        reason=reason,
        try_until=try_until,
        look_again_on=look_again_on,
        session_id=other.session_id,
        in_place_of=target,
        began_with_id=other.began_with_id or other.pk,
    )
    if other.state == State.OPEN:
        if _one_line(text) == other.text and (try_until, look_again_on) == (other.try_until, other.look_again_on):
            raise Refused(_("This says the same. Change something, or go back and agree to it."))
        _end(other, State.CHANGED, by, now)
        _forget_the_mail(other, now)
    return _ask(new, by, now)


@transaction.atomic
def agree(*, decision: Decision, by: Membership, now: datetime) -> Decision:
    """The second yes makes it stand, and ends what stood in its place till then. Agreeing twice changes nothing."""
    decision = _locked(decision)
    pairing = decision.pairing
    if decision.state == State.STANDS and pairing.includes(by):
        return decision
    if not policies.may_agree(by, decision):
        raise Refused(_why_not(decision, _("You proposed this yourself: it waits for the other."), State.OPEN))
    if decision.try_until is not None and decision.try_until <= _today(pairing, now):
        raise Refused(_("The day until which you wanted to try this has come. Suggest it again with a later day."))
    for replaced in Decision.objects.in_line_with(decision).filter(state=State.STANDS).order_by("pk"):
        _end(replaced, State.CHANGED, by, now)
    setattr(decision, f"{pairing.side_of(by)}_agreed_at", now)
    decision.state = State.STANDS
    decision.save(update_fields=["first_agreed_at", "second_agreed_at", "state"])
    _forget_the_mail(decision, now)
    facts.note(pairing=pairing, by=decision.proposed_by, kind=Fact.Kind.DECISION_STOOD, source_id=decision.pk, happened_at=now)
    _record("agreed", decision, by, now)
    return decision


@transaction.atomic
def decline(*, decision: Decision, by: Membership, now: datetime, word: str = "") -> Decision:
    """Not agree. Nobody is asked why; a word may be added. Doing it twice changes nothing."""
    decision = _locked(decision)
    if decision.state == State.NOT_AGREED and decision.ended_by_id == by.pk:
        return decision
    if not policies.may_decline(by, decision):
        raise Refused(_why_not(decision, _("You proposed this yourself: it waits for the other."), State.OPEN))
    decision.word = _prose(word)
    _end(decision, State.NOT_AGREED, by, now)
    _forget_the_mail(decision, now)
    _record("declined", decision, by, now)
    return decision


@transaction.atomic
def withdraw(*, decision: Decision, by: Membership, now: datetime) -> Decision:
    """Take back what one has proposed and nobody has answered. Taking it back twice changes nothing."""
    decision = _locked(decision)
    if decision.state == State.WITHDRAWN and decision.ended_by_id == by.pk:
        return decision
    if not policies.may_withdraw(by, decision):
        raise Refused(_why_not(decision, _("Only who proposed a decision can take it back."), State.OPEN))
    _end(decision, State.WITHDRAWN, by, now)
    _forget_the_mail(decision, now)
    if now - decision.proposed_at <= facts.SLIP:
        facts.withdraw(kind=Fact.Kind.DECISION_PROPOSED, source_id=decision.pk, now=now)
    _record("withdrawn", decision, by, now)
    return decision


@transaction.atomic
def reopen(*, decision: Decision, by: Membership, now: datetime) -> Decision:
    """It no longer stands. For no reason that anybody asks, within the days of the program. Reopening twice changes nothing."""
    decision = _locked(decision)
    if decision.state == State.REOPENED and decision.pairing.includes(by):
        return decision
    if not policies.may_reopen(by, decision, _today(decision.pairing, now)):
        late = _("A decision is reopened within %(days)s days of both agreeing. After that, either of you can propose a change to it.")
        raise Refused(_why_not(decision, late % {"days": decision.pairing.program.decisions_reopen_days}, State.STANDS, State.OPEN))
    _end(decision, State.REOPENED, by, now)
    _record("reopened", decision, by, now)
    return decision


@transaction.atomic
def keep(*, decision: Decision, by: Membership, now: datetime) -> Decision:
    """One half's yes to keeping it, now that a try has ended or it is time to look again. It is kept when both say so."""
    decision = _locked(decision)
    pairing = decision.pairing
    today = _today(pairing, now)
    if pairing.includes(by) and (decision.kept_by_on(by) == today or decision.has_kept(by, today)):
        return decision
    if not policies.may_keep(by, decision, today):
        raise Refused(_why_not(decision, _("Nobody is asked about this decision today."), State.STANDS, State.OPEN))
    setattr(decision, f"{pairing.side_of(by)}_kept_on", today)
    decision.save(update_fields=["first_kept_on", "second_kept_on"])
    _record("kept", decision, by, now)
    return decision


@transaction.atomic
def let_go(*, decision: Decision, by: Membership, now: datetime) -> Decision:
    """One half's no to keeping what was tried: it is over. Letting it go twice changes nothing."""
    decision = _locked(decision)
    if decision.state == State.OVER and decision.pairing.includes(by):
        return decision
    if not policies.may_let_go(by, decision, _today(decision.pairing, now)):
        raise Refused(_why_not(decision, _("A decision is let go by either of you when its try has ended."), State.STANDS, State.OPEN))
    _end(decision, State.OVER, by, now)
    _record("let_go", decision, by, now)
    return decision


def go_on(*, pairing: Pairing, now: datetime) -> None:
    """A pairing goes on after a pause: who is asked still, and was not written to, is written to."""
    waiting = list(Decision.objects.filter(pairing=pairing).open().order_by("pk"))
    keys = [decision.pk for decision in waiting]
    # What did not go before the pause does not go now either; else one on its way to be dropped would be lost.
    outbox.cancel(kind=PROPOSED, subject_ids=keys, now=now)
    about = OutboxMessage.objects.about(kind=PROPOSED, subject_ids=keys)
    told = set(about.exclude(state=OutboxMessage.State.CANCELLED).values_list("subject", flat=True))
    for decision in waiting:
        if str(decision.pk) not in told:
            decision.pairing = pairing
            _owe_the_mail(decision, now, slot=f"{now:%Y%m%dT%H%M%S}")


def _locked_pairing(key: int) -> Pairing:
    return Pairing.objects.select_for_update(of=["self"], no_key=True).select_related("program").get(pk=key)


def _locked(decision: Decision) -> Decision:
    """Read again once nobody else can act in the pairing."""
    pairing = _locked_pairing(decision.pairing_id)
    found = Decision.objects.select_related("in_place_of", "proposed_by").get(pk=decision.pk)
    found.pairing = pairing
    return found


def _ask(decision: Decision, by: Membership, now: datetime) -> Decision:
    pairing = decision.pairing
    decision.text, decision.reason = _one_line(decision.text), _prose(decision.reason)
    if not decision.text or len(decision.text) > LONGEST_TEXT:
        raise Refused(_("Write what you decide in one line of at most %(most)s characters.") % {"most": LONGEST_TEXT})
    today = _today(pairing, now)
    if any(day is not None and day <= today for day in (decision.try_until, decision.look_again_on)):
        raise Refused(_("Choose a day that is still to come."))
    decision.proposed_by, decision.proposed_at = by, now
    setattr(decision, f"{pairing.side_of(by)}_agreed_at", now)
    decision.save()
    facts.note(pairing=pairing, by=by, kind=Fact.Kind.DECISION_PROPOSED, source_id=decision.pk, happened_at=now)
    _owe_the_mail(decision, now)
    _record("proposed", decision, by, now)
    return decision


def _end(decision: Decision, state: Decision.State, by: Membership, now: datetime) -> None:
    decision.state, decision.ended_by, decision.ended_at = state, by, now
    decision.save(update_fields=["state", "ended_by", "ended_at", "word"])


def _owe_the_mail(decision: Decision, now: datetime, slot: str = "0") -> None:
    pairing = decision.pairing
    asked = pairing.second_id if decision.proposed_by_id == pairing.first_id else pairing.first_id
    recipient = Membership.objects.values_list("user_id", flat=True).get(pk=asked)
    duty = outbox.Duty(kind=PROPOSED, subject_id=decision.pk, recipient_id=recipient, slot=slot, program_id=pairing.program_id)
    outbox.owe_many([duty], now=now)


def _forget_the_mail(decision: Decision, now: datetime) -> None:
    outbox.cancel(kind=PROPOSED, subject_ids=[decision.pk], now=now)


def _record(verb: str, decision: Decision, by: Membership, now: datetime) -> None:
    detail = {"in_place_of": decision.in_place_of_id} if decision.in_place_of_id else {}
    audit.record(
        verb=f"decision.{verb}", subject=decision, program_id=decision.pairing.program_id, actor_id=by.user_id, now=now, detail=detail
    )


def _why_not(decision: Decision, otherwise: str, *still: str) -> str:
    """What to say to somebody who may not: where the other half was quicker, what became of it. `still`: states in which it is not that."""
    if decision.pairing.state != Pairing.State.ACTIVE:
        return _("Decisions are made by the two of a pairing, while it is active.")
    if decision.state in still:
        return otherwise
    return {
        State.OPEN: _("This waits for an answer still."),
        State.STANDS: _("You have both agreed to this already."),
        State.CHANGED: _("Something else was suggested in its place meanwhile."),
        State.NOT_AGREED: _("This was answered meanwhile: it was not agreed."),
        State.WITHDRAWN: _("This was taken back meanwhile."),
        State.REOPENED: _("This was reopened meanwhile."),
        State.OVER: _("This was let go meanwhile."),
    }[State(decision.state)]


def _today(pairing: Pairing, now: datetime) -> date:
    return local_day(now, pairing.program.time_zone)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _prose(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_REASON:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_REASON})
    return text
