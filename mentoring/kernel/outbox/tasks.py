from celery import shared_task
from django.utils import timezone

from mentoring.kernel import wakeup
from mentoring.kernel.outbox import delivery, services
from mentoring.kernel.queues import Queue


@shared_task(name=services.DRAIN, queue=Queue.MAIL, ignore_result=True)
def drain_outbox() -> None:
    """Runs every 30 seconds and when mail is owed. Ten at once share the work; a worker that is killed leaves its mails to the others."""
    if delivery.drain().is_more:
        wakeup.wake(services.DRAIN, Queue.MAIL)


@shared_task(name="kernel.reap_outbox", queue=Queue.MAIL, ignore_result=True)
def reap_outbox() -> None:
    """Runs every 30 seconds: takes back what dead workers held, and ends what came too late."""
    delivery.reap()
    services.reap_expired(now=timezone.now())


@shared_task(name="kernel.retire_outbox", queue=Queue.WORK, ignore_result=True)
def retire_outbox() -> None:
    """Runs every hour. Missing a run only keeps old rows longer."""
    services.retire(now=timezone.now())
