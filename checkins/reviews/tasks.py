from celery import shared_task
from django.utils import timezone

from checkins.reviews import services
from mentoring.kernel.queues import Queue


@shared_task(name="checkins.forget_review_answers", queue=Queue.WORK, ignore_result=True)
def forget_review_answers() -> None:
    """Runs once a day. Missing a run, or running twice, changes nothing but the delay."""
    while services.forget_answers(now=timezone.now()):
        pass
