from celery import shared_task
from django.utils import timezone

from mentoring.kernel.jobs import services
from mentoring.kernel.queues import Queue


@shared_task(name=services.RUN_DUE, queue=Queue.WORK, ignore_result=True)
def run_due_jobs() -> None:
    """Runs every 30 seconds and when a job is queued. A worker that is killed leaves its job to the next run."""
    while services.run_next(now=timezone.now()):
        pass
