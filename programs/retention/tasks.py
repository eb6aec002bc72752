from celery import shared_task
from django.utils import timezone

from mentoring.kernel.queues import Queue
from programs.retention import services


@shared_task(name="programs.let_go", queue=Queue.WORK, ignore_result=True)
def let_go() -> None:
    """Runs once a night. Missing a run only keeps some rows longer."""
    services.let_go(now=timezone.now())
