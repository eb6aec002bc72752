"""The last tick stands in the cache: it is worth nothing after a minute, and a page never asks for it."""

from datetime import datetime, timedelta

from django.core.cache import cache

KEY = "pulse"
KEPT_FOR = timedelta(days=7)


def note(*, now: datetime) -> None:
    cache.set(KEY, now, timeout=int(KEPT_FOR.total_seconds()))


def last_at() -> datetime | None:
    """When a worker last heard the clock; nothing if it was not within a week."""
    last: datetime | None = cache.get(KEY)
    return last
