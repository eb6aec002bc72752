from celery import shared_task
from django.utils import timezone

from mentoring.kernel.queues import Queue
from programs.privacy import services


@shared_task(name="programs.purge_copies", queue=Queue.WORK, ignore_result=True)
def purge_copies() -> None:
    """Runs every hour. A copy that is over cannot be fetched, whether it is still there or not."""
    while services.purge_copies(now=timezone.now()):
        pass
