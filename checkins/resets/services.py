"""Starting a reset conversation, and asking again as many days after both have prepared as the program says."""

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
ASKED, OPENED = "reset-asked", "reset-opened"


@transaction.atomic
def start(*, pairing: Pairing, by: Membership, now: datetime) -> Round:
    """Ask both to prepare, apart. Where one is being prepared already, that is the one: two who start at once start the same."""
    pairing = Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing.pk)
    if not policies.may_start(by, pairing):
        raise Refused(_("A reset conversation is started by the two of a pairing, while it is active."))
    return joint.ask_both(pairing=pairing, kind=RESET, by=by, letter=ASKED, now=now)


def opened(*, round: Round, now: datetime) -> None:
    """Both have prepared: some days from now both are asked, apart again, how it is. Each gets one reminder."""
    pairing = round.pairing
    outbox.cancel(kind=ASKED, subject_ids=[round.pk], now=now)
    say_that_it_opened(round=round, now=now)
    day = now + timedelta(days=pairing.program.reset_again_days)
    closes_at = day + joint.TIME_TO_ANSWER
    asked = joint.open_round(pairing=pairing, kind=AFTERWARDS, source_id=round.pk, by=None, now=now, opens_at=day, closes_at=closes_at)
    asked.pairing = pairing
    joint.write_to_both(REMINDER, asked, now=now, due_at=day, expires_at=closes_at)


def say_that_it_opened(*, round: Round, now: datetime) -> None:
    """Both are there: both get the same letter, also whoever was the second."""
    joint.write_to_both(OPENED, round, now=now)


def go_on(*, pairing: Pairing, now: datetime) -> None:
    joint.write_to_who_was_not(ASKED, RESET, pairing, now, also_who_has_answered=True)
    joint.write_to_who_was_not(REMINDER, AFTERWARDS, pairing, now)
