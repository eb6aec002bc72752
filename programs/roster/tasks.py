from celery import shared_task
from django.utils import timezone

from mentoring.kernel.queues import Queue
from programs.roster import services


@shared_task(name="programs.purge_sheets", queue=Queue.WORK, ignore_result=True)
def purge_sheets() -> None:
    """Runs once a day. Missing a run only keeps some rows longer."""
    while services.purge(now=timezone.now()):
        pass
