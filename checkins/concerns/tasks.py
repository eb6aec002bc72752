from celery import shared_task
from django.utils import timezone

from checkins.concerns import services
from mentoring.kernel.queues import Queue


@shared_task(name="checkins.remind_readers", queue=Queue.MAIL, ignore_result=True)
def remind_readers() -> None:
    """Runs every ten minutes. Missing a run, or running twice, changes nothing but the delay."""
    services.remind_due(now=timezone.now())
