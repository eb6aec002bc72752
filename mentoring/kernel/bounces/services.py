"""Hearing what became of a mail, once."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from mentoring.kernel.bounces.models import BounceEvent
from mentoring.kernel.bounces.senders import Told
from mentoring.kernel.outbox import services as outbox

KEPT = timedelta(days=90)
BATCH = 5000


@transaction.atomic
def hear(told: Told, *, sender: str, now: datetime) -> bool:
    """Let an event have its effect. False where it was heard before, or where the mail is none of ours."""
    event_id = hashlib.sha256(f"{sender}:{told.event_id}".encode()).hexdigest()
    _event, is_new = BounceEvent.objects.get_or_create(event_id=event_id, defaults={"heard_at": now})
    if not is_new:
        return False
    return outbox.came_back(told.message_id, told.verdict.came_back, told.verdict.reply, now, address=told.address)


def purge(*, now: datetime) -> int:
    """Forget events of 90 days ago, a few thousand at a time. Returns how many; call it until it says 0."""
    old = BounceEvent.objects.filter(heard_at__lt=now - KEPT).values("pk")[:BATCH]
    return BounceEvent.objects.filter(pk__in=old).delete()[0]
