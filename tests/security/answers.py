"""What every answer of the site has, whichever page it is: its headers; and what no safe method does: write."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.http import HttpResponse

POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}
SAFE = {"get", "head", "options"}
# A visit may note its own time, that somebody has read something is an event, and tries of links that are not ours are counted.
MAY_WRITE = {"django_session", "usersessions_usersession", "kernel_auditevent", "kernel_auditchain", "kernel_limitcount"}
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|CREATE|ALTER|DROP)\s+"?(\w+)"?', re.IGNORECASE)


def wrong_headers(response: HttpResponse) -> list[str]:
    """What an answer should carry and does not."""
    policy = {part.strip() for part in response.headers.get("Content-Security-Policy", "").split(";")}
    right = {
        "Content-Security-Policy": policy == POLICY,
        "X-Content-Type-Options": response.headers.get("X-Content-Type-Options") == "nosniff",
        "X-Frame-Options": response.headers.get("X-Frame-Options") == "DENY",
        # What a link page gives away is nobody's to know; it may be stricter than the others.
        "Referrer-Policy": response.headers.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "Cross-Origin-Opener-Policy": response.headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "Cache-Control": "no-store" in response.headers.get("Cache-Control", ""),
    }
    return [name for name, is_right in right.items() if not is_right]


@contextmanager
def tables_written() -> Iterator[set[str]]:
    """Fills the set with the names of the tables that are written to meanwhile."""
    tables: set[str] = set()

    def hear(execute, sql, *more):  # type: ignore[no-untyped-def]
        if found := WRITES.match(sql):
            tables.add(found[1])
        return execute(sql, *more)

    with connection.execute_wrapper(hear):
        yield tables
