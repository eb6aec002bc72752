"""Queues a job, claims it for one worker at a time, and keeps what became of it."""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from mentoring.kernel import wakeup
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import kinds
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.queues import Queue

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5
RUN_DUE = "kernel.run_due_jobs"

# Words of the code: the page translates them.
GIVEN_UP = gettext_noop("This was interrupted several times and has been given up. What was finished is kept. Please start it again.")
OUR_FAULT = gettext_noop("Something went wrong on our side. What was finished is kept. Please start it again.")


class LeaseLost(Exception):
    """Another worker has taken the job up, or it has ended. Whoever gets this stops at once, and its transaction is undone."""


@transaction.atomic
def start(
    *, kind: str, program_id: int, started_by_id: int | None, input: Mapping[str, Any], now: datetime, total: int | None = None
) -> Job:
    """Queue a job and wake a worker once the caller's transaction is committed. `input` holds ids and choices, not words or addresses."""
    kinds.get(kind)  # an unknown kind would wait for ever
    job = Job.objects.create(program_id=program_id, kind=kind, started_by_id=started_by_id, input=dict(input), total=total, queued_at=now)
    wakeup.on_commit(RUN_DUE, Queue.WORK)
    return job


@transaction.atomic
def claim_next(kind: str, now: datetime) -> Job | None:
    """Take up the oldest job that waits or was left behind, for as long as the lease lasts. None when there is none."""
    job = Job.objects.of_kind(kind).claimable_at(now).select_for_update(skip_locked=True, of=("self",)).order_by("queued_at", "pk").first()
    if job is None:
        return None
    if job.attempt >= MOST_ATTEMPTS:
        _end(job, Job.State.FAILED, now, failure=GIVEN_UP)
        return claim_next(kind, now)
    job.state = Job.State.RUNNING
    job.attempt += 1
    job.lease_token, job.lease_until = uuid.uuid4(), now + LEASE
    job.taken_up_at = job.taken_up_at or now
    job.save(update_fields=["state", "attempt", "lease_token", "lease_until", "taken_up_at"])
    return job


def advance(job: Job, *, done: int, step: str = "", total: int | None = None, now: datetime | None = None) -> None:
    """Say how far it is and keep the lease, within two minutes of the last time, in the transaction that did the work.

    `step` is marked by `gettext_noop`. Raises `LeaseLost` when the job is no longer this worker's, so that nothing is done twice.
    """
    # Whoever takes it up again and comes no further than before has not got on.
    job.attempt = 0 if done > job.done else job.attempt
    job.done = done
    job.step = step or job.step
    job.total = job.total if total is None else total
    job.lease_until = (now or timezone.now()) + LEASE
    kept = {name: getattr(job, name) for name in ("done", "attempt", "step", "total", "lease_until")}
    if not _mine(job).update(**kept):
        raise LeaseLost


def finish(job: Job, result: Mapping[str, Any], now: datetime) -> None:
    """Done. `result` holds ids and counts. Raises `LeaseLost`, like everything by which a worker ends its job."""
    _end(job, Job.State.DONE, now, result=dict(result))


def fail(job: Job, words: str, now: datetime | None = None) -> None:
    """It cannot be done, and why, in a sentence for the person who started it."""
    _end(job, Job.State.FAILED, now or timezone.now(), failure=str(words))


def stop(job: Job, now: datetime, result: Mapping[str, Any] | None = None) -> None:
    """The worker has stopped, since it was asked to. What it finished before stays; `result` says what that is."""
    _end(job, Job.State.STOPPED, now, result=dict(result or {}))


@transaction.atomic
def request_stop(job: Job, now: datetime | None = None) -> None:
    """Ask for a stop. One that waits stops at once, one at work after the portion in hand; one that ended stays as it is."""
    now = now or timezone.now()
    job = Job.objects.select_for_update().get(pk=job.pk)
    if not job.is_open or job.stop_requested_at:
        return
    job.stop_requested_at = now
    if job.state == Job.State.QUEUED:
        job.state, job.ended_at = Job.State.STOPPED, now
    job.save(update_fields=["stop_requested_at", "state", "ended_at"])


def should_stop(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, stop_requested_at__isnull=False).exists()


def run_next(now: datetime) -> Job | None:
    """Claim one job of any kind and do it. Returns it, or None when nothing waits."""
    job = next(filter(None, (claim_next(kind, now) for kind in kinds.names())), None)
    if job is None:
        return None
    try:
        _work_on(job)
    except LeaseLost:
        logger.warning("job_lost_its_lease", extra={"job": job.pk, "kind": job.kind})
    return job


def _work_on(job: Job) -> None:
    try:
        result = kinds.get(job.kind).work(job)
    except Refused as refused:
        fail(job, str(refused))
    except (LeaseLost, OperationalError, InterfaceError):
        # The database went away or the job is another's: what was committed stays, and the next sweep goes on.
        raise
    except Exception:
        logger.exception("job_failed", extra={"job": job.pk, "kind": job.kind})
        fail(job, OUR_FAULT)
    else:
        _end_if_open(job, result or {})


def _end_if_open(job: Job, result: Mapping[str, Any]) -> None:
    """The work has returned, and may have said itself how it ended."""
    if not _mine(job).exists():
        return
    now = timezone.now()
    is_all = job.total is not None and job.done >= job.total
    if should_stop(job) and not is_all:
        stop(job, now, result)
    else:
        finish(job, result, now)


def _end(job: Job, state: Job.State, now: datetime, *, result: dict[str, Any] | None = None, failure: str = "") -> None:
    kept: dict[str, Any] = {"state": state, "ended_at": now, "lease_token": None, "lease_until": None, "failure": failure}
    if result is not None:
        kept["result"] = result
    if not _mine(job).update(**kept):
        raise LeaseLost
    for name, value in kept.items():
        setattr(job, name, value)


def _mine(job: Job) -> Any:
    """The row, as long as this worker holds it."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, lease_token=job.lease_token)
