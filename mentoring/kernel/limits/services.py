"""Counts against a limit, and says whether it is used up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from mentoring.kernel.limits.models import LimitCount

KEPT = timedelta(days=3)
BATCH = 5000


@dataclass(frozen=True)
class Limit:
    """`at_most` so many for one `who` in one `stretch`, such as a minute or a day: its name, of at most twenty characters."""

    name: str
    at_most: int


def take(limit: Limit, *, who: object, stretch: str, now: datetime, how_many: int = 1) -> bool:
    """Count so many, in one statement. False where that would be too many: then nothing is counted.

    The count is part of the caller's transaction, and undone with it.
    """
    if how_many > limit.at_most:
        return False
    table = connection.ops.quote_name(LimitCount._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {table} AS count ("limit", who, stretch, used, begun_at) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT ("limit", who, stretch) DO UPDATE SET used = count.used + EXCLUDED.used WHERE count.used + EXCLUDED.used <= %s
            """,  # noqa: S608 - the name of our own table
            [limit.name, _digest(limit, who), stretch, how_many, now, limit.at_most],
        )
        return bool(cursor.rowcount)


def is_used_up(limit: Limit, *, who: object, stretch: str) -> bool:
    """Would one more be too many? Writes nothing."""
    counts = LimitCount.objects.filter(limit=limit.name, who=_digest(limit, who), stretch=stretch)
    return counts.filter(used__gte=limit.at_most).exists()


def minute_of(now: datetime) -> str:
    """The stretch that is this minute of the clock."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M}"


def purge(*, now: datetime) -> int:
    """Forget counts whose day is over everywhere, a few thousand at a time. Returns how many; call it until it says 0."""
    old = LimitCount.objects.filter(begun_at__lt=now - KEPT).values("pk")[:BATCH]
    return LimitCount.objects.filter(pk__in=old).delete()[0]


def _digest(limit: Limit, who: object) -> str:
    return salted_hmac("mentoring.kernel.limits", f"{limit.name}:{who}", algorithm="sha256").hexdigest()
