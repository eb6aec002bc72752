from celery import shared_task
from django.utils import timezone

from matching.pairings import services
from mentoring.kernel.queues import Queue


@shared_task(name="matching.lapse_introductions", queue=Queue.WORK, ignore_result=True)
def lapse_introductions() -> None:
    """Runs every ten minutes. Missing a run, or running twice, changes nothing but the delay."""
    while services.lapse_due(now=timezone.now()):
        pass
