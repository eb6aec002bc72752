from celery import shared_task
from django.utils import timezone

from checkins.nudges import services
from mentoring.kernel.queues import Queue


@shared_task(name="checkins.nudge", queue=Queue.WORK, ignore_result=True)
def nudge() -> None:
    """Runs once a day. Missing a run, or running twice, changes nothing but the delay."""
    services.nudge(now=timezone.now())
