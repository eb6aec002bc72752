"""Telling a worker that there is something to do. Only a hint: nothing is lost with it, since what is owed is a row and beat comes by."""

import logging
import time
from functools import partial

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from mentoring.kernel.queues import Queue

logger = logging.getLogger(__name__)

HINT_EXPIRES_SECONDS = 60
# While the broker is away, one page in so many seconds finds that out; the others do not even try.
QUIET_SECONDS = 10
_quiet_until = 0.0


def on_commit(task: str, queue: Queue) -> None:
    """Wake a worker for the task of this name when the transaction is committed: once, however often it is asked for."""
    if not any(isinstance(hint, partial) and hint.func is wake and hint.args == (task, queue) for _, hint, *_ in connection.run_on_commit):
        transaction.on_commit(partial(wake, task, queue), robust=True)


def wake(task: str, queue: Queue) -> None:
    """Never raises for a broker that is away, and never waits for one longer than its connect timeout."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        current_app.send_task(task, queue=queue.value, expires=HINT_EXPIRES_SECONDS, ignore_result=True, retry=False)
    except (OperationalError, OSError) as away:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("wake_up_not_sent", extra={"task": task, "reason": type(away).__name__})
