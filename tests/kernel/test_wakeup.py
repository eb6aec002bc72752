import time

import pytest
from celery import Celery, current_app
from django.conf import settings
from django.db import transaction

from mentoring.kernel import wakeup
from mentoring.kernel.queues import Queue
from tests.services import broker

DRAIN = "kernel.drain_outbox"


@pytest.fixture
def waiting(monkeypatch):
    """How many hints wait in the broker for a worker of this queue."""
    monkeypatch.setattr(wakeup, "_quiet_until", 0.0)
    hints = broker()
    names = [queue.value for queue in Queue]
    hints.delete(*names)
    yield lambda queue: hints.llen(queue.value)
    hints.delete(*names)
    hints.close()


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_once_when_the_transaction_is_committed(waiting):
    with transaction.atomic():
        for _ in range(3):
            wakeup.on_commit(DRAIN, Queue.MAIL)
        wakeup.on_commit("kernel.run_due_jobs", Queue.WORK)
        assert waiting(Queue.MAIL) == 0

    assert (waiting(Queue.MAIL), waiting(Queue.WORK)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_wakes_nobody(waiting):
    with transaction.atomic():
        wakeup.on_commit(DRAIN, Queue.MAIL)
        transaction.set_rollback(True)

    assert waiting(Queue.MAIL) == 0


@pytest.mark.django_db(transaction=True)
def test_a_page_does_not_wait_for_a_broker_that_is_away(waiting, monkeypatch, tmp_path, caplog):
    away = Celery("away", set_as_current=False)
    away.conf.update(
        broker_url=f"redis+socket://{tmp_path}/nobody.sock",
        broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
    )
    monkeypatch.setattr(wakeup, "current_app", away)
    began = time.monotonic()

    for _ in range(20):
        with transaction.atomic():
            wakeup.on_commit(DRAIN, Queue.MAIL)

    assert time.monotonic() - began < 5
    # It is tried and said once, not with every page.
    assert [record.getMessage() for record in caplog.records if "wake" in record.getMessage()] == ["wake_up_not_sent"]

    monkeypatch.setattr(wakeup, "current_app", current_app)
    monkeypatch.setattr(wakeup, "_quiet_until", 0.0)
    wakeup.on_commit(DRAIN, Queue.MAIL)
    assert waiting(Queue.MAIL) == 1
