from celery import shared_task
from django.utils import timezone

from matching.endings import services
from mentoring.kernel.queues import Queue


@shared_task(name="matching.settle_endings", queue=Queue.WORK, ignore_result=True)
def settle_endings() -> None:
    """Runs every ten minutes. Missing a run, or running twice, changes nothing but the delay."""
    services.settle(now=timezone.now())
