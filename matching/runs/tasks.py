from celery import shared_task
from django.utils import timezone

from matching.runs import services
from mentoring.kernel.queues import Queue


@shared_task(name="matching.forget_runs", queue=Queue.WORK, ignore_result=True)
def forget_runs() -> None:
    """Runs once a day. Missing a run only keeps some of it longer."""
    while services.forget(now=timezone.now()):
        pass
