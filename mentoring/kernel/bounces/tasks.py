from celery import shared_task
from django.utils import timezone

from mentoring.kernel.bounces import services
from mentoring.kernel.queues import Queue


@shared_task(name="kernel.purge_bounce_events", queue=Queue.WORK, ignore_result=True)
def purge_bounce_events() -> None:
    """Runs once a day. Missing a run only keeps a few rows longer."""
    while services.purge(now=timezone.now()):
        pass
