"""Starting a reset conversation, and asking again as many days after both have prepared as the program says."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.resets import policies
from matching.joint import services as joint
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership

RESET, AFTERWARDS = "reset", "reset-afterwards"
REMINDER = "reset-afterwards"
ASKED, OPENED = "reset-asked", "reset-opened"
# Long enough for somebody who comes here every other week, short enough that what is written still fits when it opens.
TIME_TO_PREPARE = TIME_TO_ANSWER = timedelta(days=14)


@transaction.atomic
def start(*, pairing: Pairing, by: Membership, now: datetime) -> Round:
    """Ask both to prepare, apart. Where one is being prepared already, that is the one: two who start at once start the same."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_start(by, pairing):
        raise Refused(_("A reset conversation is started by the two of a pairing, while it is active."))
    asked = joint.open_round(pairing=pairing, kind=RESET, by=by, now=now, closes_at=now + TIME_TO_PREPARE)
    _owe_to_both(ASKED, asked, pairing, now=now, expires_at=asked.closes_at)
    return asked


def opened(*, round: Round, now: datetime) -> None:
    """Both have prepared: some days from now both are asked, apart again, how it is. Each gets one reminder."""
    pairing = round.pairing
    outbox.cancel(kind=ASKED, subject_ids=[round.pk], now=now)
    say_that_it_opened(round=round, now=now)
    day = now + timedelta(days=pairing.program.reset_again_days)
    asked = joint.open_round(
        pairing=pairing, kind=AFTERWARDS, source_id=round.pk, by=None, now=now, opens_at=day, closes_at=day + TIME_TO_ANSWER
    )
    _owe_to_both(REMINDER, asked, pairing, now=now, due_at=day, expires_at=asked.closes_at)


def say_that_it_opened(*, round: Round, now: datetime) -> None:
    """Both are there: both get the same letter, also whoever was the second."""
    _owe_to_both(OPENED, round, round.pairing, now=now)


def go_on(*, pairing: Pairing, now: datetime) -> None:
    """A pairing goes on after a pause: who is asked still, has not answered and was not written to, is written to."""
    _write_to_who_was_not(ASKED, RESET, pairing, now)
    _write_to_who_was_not(REMINDER, AFTERWARDS, pairing, now)


def _write_to_who_was_not(letter: str, kind: str, pairing: Pairing, now: datetime) -> None:
    asked = list(Round.objects.filter(pairing=pairing, closes_at__gt=now).of_kind(kind).waiting().order_by("pk"))
    keys = [round.pk for round in asked]
    # What did not go before the pause does not go now either; else one on its way to be dropped would be lost.
    outbox.cancel(kind=letter, subject_ids=keys, now=now)
    about = OutboxMessage.objects.about(kind=letter, subject_ids=keys)
    told = set(about.exclude(state=OutboxMessage.State.CANCELLED).values_list("subject", "recipient"))
    said = set(Answer.objects.filter(round__in=keys).values_list("round", "membership"))
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
            for half in _halves(pairing)
            if (round.pk, half.pk) not in said and (str(round.pk), half.user_id) not in told
        ],
        now=now,
    )


def _owe_to_both(
    letter: str, round: Round, pairing: Pairing, *, now: datetime, due_at: datetime | None = None, expires_at: datetime | None = None
) -> None:
    duties = [
        outbox.Duty(
            kind=letter,
            subject_id=round.pk,
            recipient_id=half.user_id,
            program_id=pairing.program_id,
            due_at=due_at,
            expires_at=expires_at,
        )
        for half in _halves(pairing)
    ]
    outbox.owe_many(duties, now=now)


def _halves(pairing: Pairing) -> list[Membership]:
    return list(Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).order_by("pk"))
