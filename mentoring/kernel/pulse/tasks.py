from celery import shared_task
from django.utils import timezone

from mentoring.kernel.pulse import services
from mentoring.kernel.queues import Queue


@shared_task(name="kernel.note_pulse", queue=Queue.MAIL, ignore_result=True)
def note_pulse() -> None:
    """Twice a minute. `manage.py doctor` says when it stops."""
    services.note(now=timezone.now())
