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
# Long enough for somebody who comes here every other week, short enough that what is written still fits when it opens.
TIME_TO_PREPARE = TIME_TO_ANSWER = timedelta(days=14)


@transaction.atomic
def start(*, pairing: Pairing, by: Membership, now: datetime) -> Round:
    """Ask both to prepare, apart. Where one is being prepared already, that is the one: two who start at once start the same."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_start(by, pairing):
        raise Refused(_("A reset conversation is started by the two of a pairing, while it is active."))
    return joint.open_round(pairing=pairing, kind=RESET, by=by, now=now, closes_at=now + TIME_TO_PREPARE)


def opened(*, round: Round, now: datetime) -> None:
    """Both have prepared: some days from now both are asked, apart again, how it is. Each gets one reminder."""
    pairing = round.pairing
    day = now + timedelta(days=pairing.program.reset_again_days)
    asked = joint.open_round(
        pairing=pairing, kind=AFTERWARDS, source_id=round.pk, by=None, now=now, opens_at=day, closes_at=day + TIME_TO_ANSWER
    )
    halves = Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id])
    outbox.owe_many(
        [
            outbox.Duty(
                kind=REMINDER,
                subject_id=asked.pk,
                recipient_id=half.user_id,
                program_id=pairing.program_id,
                due_at=day,
                expires_at=asked.closes_at,
            )
            for half in halves
        ],
        now=now,
    )


def go_on(*, pairing: Pairing, now: datetime) -> None:
    """A pairing goes on after a pause: who is asked still how it is, has not said so and was not reminded, is reminded."""
    asked = list(Round.objects.filter(pairing=pairing, closes_at__gt=now).of_kind(AFTERWARDS).waiting().order_by("pk"))
    keys = [round.pk for round in asked]
    # What did not go before the pause does not go now either; else one on its way to be dropped would be lost.
    outbox.cancel(kind=REMINDER, subject_ids=keys, now=now)
    about = OutboxMessage.objects.about(kind=REMINDER, subject_ids=keys)
    reminded = set(about.exclude(state=OutboxMessage.State.CANCELLED).values_list("subject", "recipient"))
    said = set(Answer.objects.filter(round__in=keys).values_list("round", "membership"))
    halves = list(Membership.objects.filter(pk__in=[pairing.first_id, pairing.second_id]).order_by("pk"))
    outbox.owe_many(
        [
            outbox.Duty(
                kind=REMINDER,
                subject_id=round.pk,
                recipient_id=half.user_id,
                slot=f"{now:%Y%m%dT%H%M%S}",
                program_id=pairing.program_id,
                due_at=max(round.opened_at, now),
                expires_at=round.closes_at,
            )
            for round in asked
            for half in halves
            if (round.pk, half.pk) not in said and (str(round.pk), half.user_id) not in reminded
        ],
        now=now,
    )
