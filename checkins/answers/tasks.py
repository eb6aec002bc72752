from celery import shared_task
from django.utils import timezone

from checkins.answers import services
from mentoring.kernel.queues import Queue


@shared_task(name="checkins.forget_answer_links", queue=Queue.WORK, ignore_result=True)
def forget_answer_links() -> None:
    """Runs once a day. Missing a run, or running twice, changes nothing but the delay."""
    while services.forget_links(now=timezone.now()):
        pass
