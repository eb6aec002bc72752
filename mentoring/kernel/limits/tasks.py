from celery import shared_task
from django.utils import timezone

from mentoring.kernel.limits import services
from mentoring.kernel.queues import Queue


@shared_task(name="kernel.purge_limit_counts", queue=Queue.WORK, ignore_result=True)
def purge_limit_counts() -> None:
    """Runs once a day. Missing a run only keeps a few rows longer."""
    while services.purge(now=timezone.now()):
        pass
