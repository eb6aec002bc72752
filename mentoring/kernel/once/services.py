"""Marks that a form was sent and where it led."""

import uuid
from datetime import datetime, timedelta

from mentoring.kernel.once.models import OnceKey

KEPT = timedelta(days=7)
BATCH = 5000


def mark(*, owner: str, key: uuid.UUID, now: datetime) -> bool:
    """True for the first. Must be called in a transaction: a second waits here until the first one's has ended."""
    OnceKey.objects.bulk_create([OnceKey(owner=owner, key=key, at=now)], ignore_conflicts=True)
    return OnceKey.objects.filter(owner=owner, key=key, location="").exists()


def settle(*, owner: str, key: uuid.UUID, location: str) -> None:
    """Keep where the form led; forget that it was sent when it led nowhere."""
    row = OnceKey.objects.filter(owner=owner, key=key)
    if location:
        row.update(location=location)
    else:
        row.delete()


def location_of(*, owner: str, key: uuid.UUID) -> str:
    return OnceKey.objects.values_list("location", flat=True).get(owner=owner, key=key)


def purge(*, now: datetime) -> int:
    """Forget what is a week old, a few thousand rows at a time. Returns how many; call it until it says 0."""
    old = OnceKey.objects.filter(at__lt=now - KEPT).values("pk")[:BATCH]
    return OnceKey.objects.filter(pk__in=old).delete()[0]
