from celery import shared_task
from django.utils import timezone

from guidelines.enrolments import services
from mentoring.kernel.queues import Queue


@shared_task(name="guidelines.offer_courses", queue=Queue.WORK, ignore_result=True)
def offer_courses() -> None:
    """Runs once a day. Missing a run, or running twice, changes nothing but the delay."""
    now = timezone.now()
    services.offer_due(now=now)
    services.tell_whose_course_ends(now=now)
