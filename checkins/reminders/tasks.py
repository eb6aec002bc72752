from celery import shared_task
from django.utils import timezone

from checkins.reminders import services
from mentoring.kernel.queues import Queue


@shared_task(name="checkins.settle_check_ins", queue=Queue.MAIL, ignore_result=True)
def settle_check_ins() -> None:
    """Runs every minute. Missing a run, or running twice, changes nothing but the delay."""
    services.settle(now=timezone.now())
