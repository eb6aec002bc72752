from celery import shared_task
from django.utils import timezone

from checkins.imbalance import finding, looking_over
from mentoring.kernel.queues import Queue


@shared_task(name="checkins.find_signals", queue=Queue.WORK, ignore_result=True)
def find_signals() -> None:
    """Runs every hour: a week ends when it does where the program is. Missing a run, or running twice, changes nothing but the delay."""
    finding.find_due(now=timezone.now())


@shared_task(name="checkins.look_over_signals", queue=Queue.WORK, ignore_result=True)
def look_over_signals() -> None:
    """Runs once a day. Missing a run, or running twice, changes nothing but the delay."""
    looking_over.look_over(now=timezone.now())
