"""Who has not met for a while, and owing both of them one word about it."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from checkins.plans.models import zone_of
from checkins.sessions.models import Session, SessionOption
from matching.endings.services import BEGIN_AGAIN, in_progress
from matching.joint.models import Round
from matching.pairings.models import Pairing, PairingQuerySet
from matching.pauses.models import Pause
from mentoring.kernel import times
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

NUDGE = "pair-nudge"
A_DAY = timedelta(days=1)
# What is not sent by then is about another time.
USEFUL_FOR = timedelta(days=14)
WRITTEN_DOWN_WITHIN = timedelta(days=7)
AFTERNOON = time(17)
AT_ONCE = 500


def silent_at(now: datetime) -> PairingQuerySet:
    """Active pairings without a meeting for as many days as their program waits, and none to come or to be written down.

    The days count from their last meeting, or from when they began, began again, or went on after a pause.
    """
    met = Session.objects.held().filter(pairing=OuterRef("pk"))
    gone_on = Pause.objects.filter(pairing=OuterRef("pk"))
    begun_again = Round.objects.of_kind(BEGIN_AGAIN).filter(pairing=OuterRef("pk"))
    still_to_pick = SessionOption.objects.open().filter(session=OuterRef("pk"), starts_at__gt=now)
    # One that was planned and has begun is written down afterwards, or is not: that takes the two a few days.
    to_come = Session.objects.to_come().filter(Q(starts_at__gt=now - WRITTEN_DOWN_WITHIN) | Exists(still_to_pick), pairing=OuterRef("pk"))
    return (
        Pairing.objects.active()
        .filter(program__archived_at=None)
        .alias(
            silent_since=Greatest(
                "activated_at",
                Coalesce(_last(met, "starts_at"), F("activated_at")),
                Coalesce(_last(gone_on, "gone_on_at"), F("activated_at")),
                Coalesce(_last(begun_again, "opened_together_at"), F("activated_at")),
            )
        )
        .filter(silent_since__lte=now - F("program__nudge_after_days") * A_DAY)
        .exclude(Exists(to_come))
        .exclude(pk__in=in_progress().values("pairing"))
    )


def nudge(*, now: datetime) -> int:
    """Owe a word to both halves of each of them. Returns how many are owed that were not before.

    Twice in a month, or twice at once, adds none; whoever sends keeps a second one back for ninety days, and it ends before that.
    """
    made, after = 0, 0
    while True:
        pairings = list(silent_at(now).filter(pk__gt=after).with_halves().select_related("program").order_by("pk")[:AT_ONCE])
        if not pairings:
            return made
        made += outbox.owe_many([duty for pairing in pairings for duty in _duties(pairing, now)], now=now)
        after = pairings[-1].pk


def stop(*, pairing: Pairing, now: datetime) -> None:
    """It was paused or has ended: what has not gone by now does not go."""
    outbox.cancel(kind=NUDGE, subject_ids=[pairing.pk], now=now)


def _duties(pairing: Pairing, now: datetime) -> Iterator[outbox.Duty]:
    for half in pairing.halves:
        if half.left_at is None:
            yield outbox.Duty(
                kind=NUDGE,
                subject_id=pairing.pk,
                recipient=half.user,
                program_id=pairing.program_id,
                slot=f"{now:%Y%m}",
                due_at=_due_at(half, pairing, now),
                expires_at=now + USEFUL_FOR,
            )


def _due_at(half: Membership, pairing: Pairing, now: datetime) -> datetime:
    """In the afternoon by their own clock, so that it takes the place of no mail that cannot wait."""
    zone = zone_of(half.user, pairing.program)
    return max(now, times.at_local(times.local_day(now, zone), AFTERNOON, zone))


def _last(rows: "QuerySet[Session] | QuerySet[Pause] | QuerySet[Round]", field: str) -> Subquery:
    return Subquery(rows.order_by().values("pairing").annotate(last=Max(field)).values("last"))
