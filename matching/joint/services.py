"""Opening a round, answering it alone, and the moment at which both answers open."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from matching.joint import kinds, policies
from matching.joint.models import Answer, NotNow, Round
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership

# Long enough for somebody who comes here every other week, short enough that what is written still fits when it opens.
TIME_TO_ANSWER = timedelta(days=14)


@transaction.atomic
def open_round(
    *,
    pairing: Pairing,
    kind: str,
    source_id: int = 0,
    by: Membership | None,
    now: datetime,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Round:
    """Ask both halves. Where the same is being asked already, that round is returned: of two who begin at once, both have begun.

    `by` is one of the two, or nobody where something else that happened asks them. Without `opens_at` it can be answered from now on,
    without `closes_at` until both have.
    """
    # Locked, so that nothing is asked in the second in which the pairing stops.
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if by is not None and not policies.may_open(by, pairing, kinds.get(kind)):
        raise Refused(_("This is begun by the two of a pairing, and not in the state that it is in now."))
    there = Round.objects.filter(pairing=pairing, kind=kind, source_id=source_id).waiting().first()
    if there is not None and (there.closes_at is None or there.closes_at > now):
        return there
    if there is not None:
        _call_off([there.pk], now)
    asked = Round.objects.create(pairing=pairing, kind=kind, source_id=source_id, opened_at=opens_at or now, closes_at=closes_at)
    audit.record(
        verb="joint.opened",
        subject=asked,
        program_id=pairing.program_id,
        actor_id=by.user_id if by else None,
        now=now,
        detail={"kind": kind},
    )
    return asked


@transaction.atomic
def answer(*, round: Round, by: Membership, content: Mapping[str, Any], now: datetime) -> Round:
    """Keep what one half says; answering again replaces it. With the second answer the round opens to both, and nothing changes any more.

    `content` is what the form of the kind takes. Where a kind opens on two yeses, it opens only if both say yes. Of those nothing is
    recorded until it opens, and then of nobody: a record of one answer would tell that there is one, and of the last whose was the first.
    """
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=round.pairing_id)
    round = Round.objects.select_for_update(of=["self"]).get(pk=round.pk)
    round.pairing = pairing
    if round.opened_together_at is not None and pairing.includes(by):
        raise Refused(_("You have both answered, and the answers are open to you both. Nothing was changed."))
    if not policies.may_answer(by, round, now):
        raise Refused(_("This is not open to be answered now. Nothing was changed."))
    kind = kinds.get(round.kind)
    said = _cleaned(kind, round, content)
    mine = Answer.objects.filter(round=round, membership=by).first() or Answer(round=round, membership=by)
    mine.content, mine.sealed = (None, json.dumps(said, cls=DjangoJSONEncoder)) if kind.is_sealed else (said, None)
    mine.given_at = now
    mine.save()
    theirs = Answer.objects.filter(round=round).exclude(membership=by).first()
    opens = theirs is not None and (kind.opens is kinds.Opens.TO_BOTH or (said["yes"] and theirs.said["yes"]))
    opens = opens and (kind.may_open is None or kind.may_open(round=round))
    if opens:
        round.opened_together_at = now
        round.save(update_fields=["opened_together_at"])
        if kind.when_opened is not None:
            kind.when_opened(round=round, now=now)
    is_of_nobody = kind.opens is kinds.Opens.ON_TWO_YESES
    if opens or not is_of_nobody:
        audit.record(
            verb="joint.opened_together" if opens else "joint.answered",
            subject=round,
            program_id=pairing.program_id,
            actor_id=None if is_of_nobody else by.user_id,
            now=now,
            detail={"kind": round.kind},
        )
    return round


@transaction.atomic
def take_back(*, round: Round, by: Membership, now: datetime) -> None:
    """One half takes back what they said alone: nothing of it is kept. Where they said nothing, nothing changes."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=round.pairing_id)
    round = Round.objects.select_for_update(of=["self"]).get(pk=round.pk)
    round.pairing = pairing
    if round.opened_together_at is not None and pairing.includes(by):
        raise Refused(_("You have both answered, and the answers are open to you both. Nothing was changed."))
    if not policies.may_take_back(by, round):
        raise Refused(_("What you said here cannot be taken back now. Nothing was changed."))
    if Answer.objects.filter(round=round, membership=by).delete()[0] and kinds.get(round.kind).opens is kinds.Opens.TO_BOTH:
        audit.record(
            verb="joint.taken_back",
            subject=round,
            program_id=pairing.program_id,
            actor_id=by.user_id,
            now=now,
            detail={"kind": round.kind},
        )


@transaction.atomic
def say_not_now(*, pairing: Pairing, kind: str, by: Membership, now: datetime) -> None:
    """One half would rather not be asked for this now. Nobody else learns of it, and it can be answered all the same.

    It is kept for their own pages alone, so that no event of the trail tells of it either.
    """
    if not policies.may_open(by, pairing, kinds.get(kind)):
        raise Refused(_("This is said by the two of a pairing, while it is active."))
    NotNow.objects.update_or_create(pairing=pairing, membership=by, kind=kind, defaults={"said_at": now})


# --- letters: both get the same ---


@transaction.atomic
def ask_both(*, pairing: Pairing, kind: str, by: Membership, letter: str, now: datetime) -> Round:
    """One half begins; both are written to, in the same letter. Of two who begin at once both begin the same, and it is written once."""
    asked = open_round(pairing=pairing, kind=kind, by=by, now=now, closes_at=now + TIME_TO_ANSWER)
    asked.pairing = pairing
    write_to_both(letter, asked, now=now, expires_at=asked.closes_at)
    return asked


def write_to_both(letter: str, round: Round, *, now: datetime, due_at: datetime | None = None, expires_at: datetime | None = None) -> None:
    duties = [
        outbox.Duty(
            kind=letter,
            subject_id=round.pk,
            recipient_id=half.user_id,
            program_id=round.pairing.program_id,
            due_at=due_at,
            expires_at=expires_at,
        )
        for half in _halves(round.pairing)
    ]
    outbox.owe_many(duties, now=now)


def write_to_who_was_not(letter: str, kind: str, pairing: Pairing, now: datetime, *, also_who_has_answered: bool = False) -> None:
    """A pairing goes on after a pause: who is asked still, has neither answered nor put it off and was not written to, is written to.

    `also_who_has_answered`: for a letter that both get, so that who gets it tells nobody who has answered.
    """
    waiting = Round.objects.filter(pairing=pairing, closes_at__gt=now).of_kind(kind).waiting()
    asked, halves = list(waiting.order_by("pk")), _halves(pairing)
    keys = [round.pk for round in asked]
    # What did not go before the pause does not go now either; else one on its way to be dropped would be lost.
    outbox.cancel(kind=letter, subject_ids=keys, now=now)
    about = OutboxMessage.objects.about(kind=letter, subject_ids=keys)
    told = set(about.exclude(state=OutboxMessage.State.CANCELLED).values_list("subject", "recipient"))
    owed = {(key, half.pk) for half in halves for key in waiting.not_put_off_by(half).values_list("pk", flat=True)}
    if not also_who_has_answered:
        owed -= set(Answer.objects.filter(round__in=keys).values_list("round", "membership"))
    outbox.owe_many(
        [
            outbox.Duty(
                kind=letter,
                subject_id=round.pk,
                recipient_id=half.user_id,
                slot=f"{now:%Y%m%dT%H%M%S}",
                program_id=pairing.program_id,
                due_at=max(round.opened_at, now),
                expires_at=round.closes_at,
            )
            for round in asked
            for half in halves
            if (round.pk, half.pk) in owed and (str(round.pk), half.user_id) not in told
        ],
        now=now,
    )


def call_off(*, round: Round, now: datetime) -> None:
    """Ask no more what is being asked. What somebody has said alone stays theirs alone; what is open to both stays open."""
    _call_off([round.pk], now)


def stop(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has just been paused or has ended. What cannot be answered any more, once it has ended, is not asked any more."""
    if pairing.state != Pairing.State.PAUSED:
        go_on = [kind.name for kind in kinds.every() if pairing.state in kind.states]
        _call_off(Round.objects.filter(pairing=pairing).exclude(kind__in=go_on).values_list("pk", flat=True), now)


def _halves(pairing: Pairing) -> list[Membership]:
    return list(Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).order_by("pk"))


def _call_off(keys: Iterable[int], now: datetime) -> None:
    Round.objects.filter(pk__in=keys).waiting().update(called_off_at=now)


def _cleaned(kind: kinds.Kind, round: Round, content: Mapping[str, Any]) -> dict[str, Any]:
    form = kind.form(content, round=round)
    if not form.is_valid():
        raise Refused(next(str(words) for wrong in form.errors.values() for words in wrong))
    cleaned: dict[str, Any] = form.cleaned_data
    return cleaned
