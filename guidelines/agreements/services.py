"""An agreement is begun, written together, signed by both, and opened again for a change."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from guidelines.agreements import policies
from guidelines.agreements.clauses import REVIEW, SUBJECTS, digest_of, is_alike
from guidelines.agreements.models import LONGEST_TEXT, Agreement, Clause, Edition
from matching.joint import services as joint
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.times import at_local, local_day
from programs.memberships.models import Membership

AGREEMENT = "agreement"
ASKED, OPENED, TO_SIGN, SIGNED = "agreement-asked", "agreement-opened", "agreement-to-sign", "agreement-signed"
CHANGE, LOOK_AGAIN = "agreement-change", "agreement-review"
MORNING = time(9)


class SavedMeanwhile(Refused):
    """The clause was saved after this person began to write: `clause` is how it stands now, and nothing was written."""

    def __init__(self, clause: Clause) -> None:
        super().__init__(_("This was saved while you were writing. Nothing of what you wrote is lost."))
        self.clause = clause


class ChangedMeanwhile(Refused):
    """The text is not the one that was read: nothing was signed."""

    def __init__(self) -> None:
        super().__init__(_("The text was changed after you opened this page, so nothing was signed. Read it once more, then sign."))


# --- each alone ---


@transaction.atomic
def start(*, pairing: Pairing, by: Membership, now: datetime) -> Round:
    """Ask both, apart, for as long as it takes. Of two who begin at once both begin the same, and it is written once."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_start(by, pairing):
        raise Refused(_("An agreement is begun by the two of a pairing, while it is active."))
    if Agreement.objects.filter(pairing=pairing).exists():
        raise Refused(_("You two have an agreement. You can ask for a change of it."))
    asked = joint.open_round(pairing=pairing, kind=AGREEMENT, by=by, now=now)
    asked.pairing = pairing
    joint.write_to_both(ASKED, asked, now=now)
    return asked


def opened(*, round: Round, now: datetime) -> None:
    """Both have answered: both get the same letter, and there is a text to write together. It begins with what both said alike."""
    outbox.cancel(kind=ASKED, subject_ids=[round.pk], now=now)
    program = round.pairing.program
    review_on = local_day(now, program.time_zone) + timedelta(weeks=program.agreement_review_weeks)
    agreement = Agreement.objects.create(pairing=round.pairing, round=round, review_on=review_on)
    said = [answer.said for answer in Answer.objects.filter(round=round)]
    Clause.objects.bulk_create(
        Clause(pairing=round.pairing, agreement=agreement, key=subject.key, text=_said_alike(said, subject.key)) for subject in SUBJECTS
    )
    joint.write_to_both(OPENED, round, now=now)


def _said_alike(said: list[dict[str, Any]], key: str) -> str:
    answers = [str(one.get(key, "")).strip() for one in said]
    return answers[0] if is_alike(answers) else ""


# --- together ---


@transaction.atomic
def write(*, clause: Clause, by: Membership, text: str, version: int, now: datetime, review_on: date | None = None) -> Clause:
    """Save one clause. `version` is the one that the writer began with; `review_on` comes with the clause that is about it.

    Takes both signatures off where it says something else. Raises `SavedMeanwhile` where another has come between.
    """
    agreement = _locked(clause.agreement_id)
    clause = Clause.objects.get(pk=clause.pk)
    clause.agreement = agreement
    if not policies.may_write(by, agreement):
        raise Refused(_why_not(agreement, _("You have both signed this. Ask for a change first; then you both can write.")))
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_TEXT})
    day = review_on if review_on and clause.key == REVIEW else agreement.review_on
    if (text, day) == (clause.text, agreement.review_on):
        return clause
    if version != clause.version:
        raise SavedMeanwhile(clause)
    clause.text, clause.version, clause.written_by = text, clause.version + 1, by
    clause.save(update_fields=["text", "version", "written_by"])
    agreement.review_on, agreement.first_signed_at, agreement.second_signed_at = day, None, None
    agreement.save(update_fields=["review_on", "first_signed_at", "second_signed_at"])
    outbox.cancel(kind=TO_SIGN, subject_ids=[agreement.pk], now=now)
    _record("written", agreement, by, now)
    return clause


@transaction.atomic
def sign(*, agreement: Agreement, by: Membership, digest: str, now: datetime) -> Agreement:
    """`digest`: of the text that was read. With the second signature this text holds. May raise `ChangedMeanwhile`."""
    agreement = _locked(agreement.pk)
    texts = dict(Clause.objects.filter(agreement=agreement).values_list("key", "text"))
    if agreement.pairing.includes(by) and agreement.has_signed(by) and digest == digest_of(texts, agreement.review_on):
        return agreement
    if not policies.may_sign(by, agreement):
        raise Refused(_why_not(agreement, _("An agreement is signed by the two who wrote it.")))
    if digest != digest_of(texts, agreement.review_on):
        raise ChangedMeanwhile
    if not any(texts.values()):
        raise Refused(_("There is nothing to sign yet. Write one of the parts first."))
    setattr(agreement, f"{agreement.pairing.side_of(by)}_signed_at", now)
    agreement.save(update_fields=["first_signed_at", "second_signed_at"])
    if agreement.is_signed_by_both:
        _now_it_holds(agreement, texts, digest, now)
    else:
        _owe(TO_SIGN, agreement, [agreement.pairing.other_half(by)], slot=f"{now:%Y%m%dT%H%M%S}", now=now)
    _record("signed", agreement, by, now)
    return agreement


@transaction.atomic
def ask_for_change(*, agreement: Agreement, by: Membership, now: datetime) -> Agreement:
    """Both can write again, and both are told in the same letter. What they signed holds until both have signed anew."""
    agreement = _locked(agreement.pk)
    if agreement.pairing.includes(by) and not agreement.is_signed_by_both and agreement.pairing.state == Pairing.State.ACTIVE:
        return agreement
    if not policies.may_ask_for_change(by, agreement):
        raise Refused(_why_not(agreement, _("A change is asked for by the two who signed.")))
    agreement.first_signed_at = agreement.second_signed_at = None
    agreement.save(update_fields=["first_signed_at", "second_signed_at"])
    _owe(CHANGE, agreement, agreement.pairing.halves, slot=f"{now:%Y%m%dT%H%M%S}", now=now)
    _record("change_asked", agreement, by, now)
    return agreement


def go_on(*, pairing: Pairing, now: datetime) -> None:
    """After a pause: whoever should have been asked meanwhile to look at it again is asked now."""
    held = Edition.objects.filter(pairing=pairing).select_related("agreement").order_by("-number").first()
    if held is not None and held.review_on <= local_day(now, pairing.program.time_zone):
        held.agreement.pairing = pairing
        _owe(LOOK_AGAIN, held.agreement, pairing.halves, slot=f"{now:%Y%m%dT%H%M%S}", now=now)


def _now_it_holds(agreement: Agreement, texts: Mapping[str, str], digest: str, now: datetime) -> None:
    """Of what each answered alone nothing is left, since they have made one text of it."""
    pairing = agreement.pairing
    last = Edition.objects.filter(agreement=agreement).aggregate(last=Max("number"))["last"] or 0
    Edition.objects.create(
        pairing=pairing,
        agreement=agreement,
        number=last + 1,
        texts=texts,
        digest=digest,
        review_on=agreement.review_on,
        signed_at=now,
        **{signature: getattr(agreement, signature) for signature in ("first_signed_at", "second_signed_at")},
    )
    Answer.objects.filter(round=agreement.round_id).delete()
    outbox.cancel(kind=TO_SIGN, subject_ids=[agreement.pk], now=now)
    outbox.cancel(kind=LOOK_AGAIN, subject_ids=[agreement.pk], now=now)
    _owe(SIGNED, agreement, pairing.halves, slot=str(last + 1), now=now)
    morning = at_local(agreement.review_on, MORNING, pairing.program.time_zone)
    _owe(LOOK_AGAIN, agreement, pairing.halves, slot=str(last + 1), now=now, due_at=max(morning, now))


def _locked(key: int) -> Agreement:
    pairings = Pairing.objects.with_halves().select_related("program")
    pairing = pairings.select_for_update(of=["self"], no_key=True).get(agreement=key)
    agreement = Agreement.objects.get(pk=key)
    agreement.pairing = pairing
    return agreement


def _why_not(agreement: Agreement, otherwise: str) -> str:
    if agreement.pairing.state != Pairing.State.ACTIVE:
        return _("An agreement is written by the two of a pairing, while it is active.")
    return otherwise


def _owe(kind: str, agreement: Agreement, halves: Any, *, slot: str, now: datetime, due_at: datetime | None = None) -> None:
    duties = [
        outbox.Duty(
            kind=kind, subject_id=agreement.pk, recipient_id=half.user_id, slot=slot, program_id=agreement.pairing.program_id, due_at=due_at
        )
        for half in halves
    ]
    outbox.owe_many(duties, now=now)


def _record(verb: str, agreement: Agreement, by: Membership, now: datetime) -> None:
    program = agreement.pairing.program_id
    audit.record(verb=f"agreement.{verb}", subject=agreement, program_id=program, actor_id=by.user_id, now=now)
