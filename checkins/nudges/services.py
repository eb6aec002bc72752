"""Who has not met for a while, and owing both of them one word about it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from checkins.sessions.models import Session, SessionOption
from matching.endings.services import in_progress
from matching.pairings.models import Pairing, PairingQuerySet
from matching.pauses.models import Pause
from mentoring.kernel.outbox import services as outbox

NUDGE = "pair-nudge"
A_DAY = timedelta(days=1)
# What is not sent by then is about another time.
USEFUL_FOR = timedelta(days=14)
AT_ONCE = 500


def silent_at(now: datetime) -> PairingQuerySet:
    """Active pairings without a meeting for as many days as their program waits, and none to come. Each has `silent_since`: their last
    meeting, or when they began, or went on after a pause.
    """
    met = Session.objects.held().filter(pairing=OuterRef("pk"))
    gone_on = Pause.objects.filter(pairing=OuterRef("pk"))
    still_to_pick = SessionOption.objects.open().filter(session=OuterRef("pk"), starts_at__gt=now)
    to_come = Session.objects.to_come().filter(Q(starts_at__gt=now) | Exists(still_to_pick), pairing=OuterRef("pk"))
    return (
        Pairing.objects.active()
        .filter(program__archived_at=None)
        .annotate(
            silent_since=Greatest(
                "activated_at",
                Coalesce(_last(met, "starts_at"), F("activated_at")),
                Coalesce(_last(gone_on, "gone_on_at"), F("activated_at")),
            )
        )
        .filter(silent_since__lte=now - F("program__nudge_after_days") * A_DAY)
        .exclude(Exists(to_come))
        .exclude(pk__in=in_progress().values("pairing"))
    )


def nudge(*, now: datetime) -> int:
    """Owe a word to both halves of each of them. Returns how many are owed that were not before; twice, or twice at once, adds none."""
    made, after = 0, 0
    while True:
        pairings = list(silent_at(now).filter(pk__gt=after).with_halves().order_by("pk")[:AT_ONCE])
        if not pairings:
            return made
        made += outbox.owe_many([duty for pairing in pairings for duty in _duties(pairing, now)], now=now)
        after = pairings[-1].pk


def slot_of(pairing: Pairing) -> str:
    """Which time without a meeting it is about. The pairing is one of `silent_at`."""
    since: datetime = pairing.silent_since  # type: ignore[attr-defined]
    return f"{since:%Y%m%d}"


def _duties(pairing: Pairing, now: datetime) -> Iterator[outbox.Duty]:
    for half in pairing.halves:
        if half.left_at is None:
            yield outbox.Duty(
                kind=NUDGE,
                subject_id=pairing.pk,
                recipient=half.user,
                program_id=pairing.program_id,
                slot=slot_of(pairing),
                expires_at=now + USEFUL_FOR,
            )


def _last(rows: "QuerySet[Session] | QuerySet[Pause]", field: str) -> Subquery:
    return Subquery(rows.order_by().values("pairing").annotate(last=Max(field)).values("last"))
