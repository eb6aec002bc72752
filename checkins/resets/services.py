"""Starting a reset conversation, and asking again two weeks after both have prepared."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.resets import policies
from matching.joint import services as joint
from matching.joint.models import Round
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

RESET, AFTERWARDS = "reset", "reset-afterwards"
REMINDER = "reset-afterwards"
TIME_TO_PREPARE = TIME_TO_ANSWER = timedelta(days=14)
ASKED_AGAIN_AFTER = timedelta(days=14)


@transaction.atomic
def start(*, pairing: Pairing, by: Membership, now: datetime) -> Round:
    """Ask both to prepare, apart. Where one is being prepared already, that is the one: two who start at once start the same."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_start(by, pairing):
        raise Refused(_("A reset conversation is started by the two of a pairing, while it is active."))
    return joint.open_round(pairing=pairing, kind=RESET, by=by, now=now, closes_at=now + TIME_TO_PREPARE)


def opened(*, round: Round, now: datetime) -> None:
    """Both have prepared: two weeks from now both are asked, apart again, how it is. Each gets one reminder."""
    pairing, day = round.pairing, now + ASKED_AGAIN_AFTER
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
