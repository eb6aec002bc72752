from celery import shared_task
from django.core.mail import get_connection
from django.utils import timezone

from mentoring.kernel.outbox import kinds, letters
from mentoring.kernel.outbox.models import OutboxMessage


@shared_task(name="benchmark.send_naively", queue="naive", ignore_result=True)
def send_naively(key: int) -> None:
    """A task and a connection for each mail, marked when it is gone."""
    message = OutboxMessage.objects.select_related("recipient").get(pk=key)
    kind = kinds.get(message.kind)
    mail = letters.compose(message, kind=kind, context=kind.context([message])[key], address=message.recipient.email)
    get_connection().send_messages([mail])
    OutboxMessage.objects.filter(pk=key).update(state="sent", sent_at=timezone.now(), ended_at=timezone.now())
