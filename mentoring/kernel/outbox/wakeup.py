"""Telling a worker that there is mail to send. Only a hint: nothing is lost with it, since beat comes by every 30 seconds."""

import logging
import time

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from mentoring.kernel.queues import Queue

logger = logging.getLogger(__name__)

DRAIN = "outbox.drain"
HINT_EXPIRES_SECONDS = 60
# While the broker is away, one page in so many seconds finds that out; the others do not even try.
QUIET_SECONDS = 10
_quiet_until = 0.0


def on_commit() -> None:
    """Wake a worker when this transaction is committed: once, however much mail it owes."""
    if not any(hint is wake for _, hint, *_ in connection.run_on_commit):
        transaction.on_commit(wake, robust=True)


def wake() -> None:
    """Never raises for a broker that is away, and never waits for one longer than its connect timeout."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        current_app.send_task(DRAIN, queue=Queue.MAIL.value, expires=HINT_EXPIRES_SECONDS, ignore_result=True, retry=False)
    except (OperationalError, OSError) as away:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("outbox.wake_up_not_sent: %s", type(away).__name__)
