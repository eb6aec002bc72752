from celery import shared_task
from django.utils import timezone

from mentoring.kernel.once import services
from mentoring.kernel.queues import Queue


@shared_task(name="kernel.purge_once_keys", queue=Queue.WORK, ignore_result=True)
def purge_once_keys() -> None:
    """Runs once a day. Missing a run only keeps a few rows longer."""
    while services.purge(now=timezone.now()):
        pass
