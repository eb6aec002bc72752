from celery import shared_task
from django.utils import timezone

from checkins.digests import services
from mentoring.kernel.queues import Queue


@shared_task(name="checkins.owe_digests", queue=Queue.MAIL, ignore_result=True)
def owe_digests() -> None:
    """Runs every five minutes. Missing a run, or running twice, changes nothing but the delay."""
    while services.owe_due(now=timezone.now()):
        pass
