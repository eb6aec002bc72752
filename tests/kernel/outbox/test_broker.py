"""Celery only wakes: what happens when the broker forgets, or is away."""

import datetime
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from celery import current_app
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mentoring.embedded import Valkey, sockets_of
from mentoring.kernel import wakeup
from mentoring.kernel.outbox import services
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.queues import Queue
from mentoring.kernel.wishes.models import MailTimes
from tests.conftest import RealRedis
from tests.factories.programs import UserFactory
from tests.kernel.outbox.nursery import wait_until
from tests.kernel.outbox.sink import Sink
from tests.services import broker

pytestmark = pytest.mark.django_db(transaction=True)

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def publish_to(monkeypatch: pytest.MonkeyPatch):
    """`publish_to(url)` makes that the broker of this process, and forgets what was learned about the one before."""

    def point(url: str) -> None:
        for name in ("broker_url", "broker_write_url", "broker_read_url"):
            monkeypatch.setitem(current_app.conf, name, url)
        monkeypatch.setattr(current_app, "_pool", None)
        monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
        monkeypatch.setattr(wakeup, "_quiet_until", 0.0)

    return point


@contextmanager
def running(*command: str, environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=CHECKOUT, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("kind", [Valkey, RealRedis])
def test_broker_wiped_loses_nothing(kind, server_folder, publish_to, sink, worker_environment, owe_many_people, soak):
    """A real worker and a real broker, of the kind that comes along and of the kind that most have. Everything in it is wiped again and
    again, the last hint too; then beat comes by."""
    lots, mails = (40, 50) if soak else (6, 25)
    kinds = ["probe", "probe-digest", "probe-account", "probe-safety"]

    with kind(server_folder) as server:
        publish_to(server.url)
        wiper = redis.Redis(unix_socket_path=str(sockets_of(server_folder) / "valkey.sock"))
        environment = worker_environment | {"REDIS_URL": server.url}
        worker = [
            "celery",
            "-A",
            "mentoring",
            "worker",
            "-Q",
            "mail,work",
            "-c",
            "2",
            "-l",
            "ERROR",
            "--without-gossip",
            "--without-mingle",
        ]
        with running(*worker, environment=environment):
            for lot in range(lots):
                people = UserFactory.create_batch(mails)
                # The worker is a process of its own, and this may run at night.
                MailTimes.objects.bulk_create(
                    MailTimes(recipient=person, quiet_from=datetime.time.min, quiet_until=datetime.time.min) for person in people
                )
                duties = [services.Duty(kind=kinds[lot % 4], subject_id=lot, recipient=person) for person in people]
                with transaction.atomic():
                    services.owe_many(duties, now=timezone.now())
                if lot % 2 == 0:
                    beat_until_come(sink, lot * mails)
                wiper.flushall()
            beat_until_come(sink, lots * mails)
            wait_until(lambda: not OutboxMessage.objects.open().exists())

    assert len({mail.recipient for mail in sink.mails}) == lots * mails
    assert sink.copies() == 0


def beat_until_come(sink: Sink, number: int) -> None:
    """What the clock does every 30 seconds, a little faster."""
    deadline = time.monotonic() + 120
    while not sink.has_come(number, seconds=0.2):
        assert time.monotonic() < deadline, f"{len(sink.mails)} of {number} mails have come"
        wakeup.wake(services.DRAIN, Queue.MAIL)


def test_pages_work_without_redis(publish_to, settings, client):
    """The broker and the cache are away. What is owed is saved, the page is quick, and the next one does not even try."""
    publish_to("redis+socket:///nowhere/valkey.sock")
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "unix:///nowhere/valkey.sock?db=1"}}

    for _ in range(3):
        before = time.monotonic()
        person = UserFactory()
        with transaction.atomic():
            services.owe(kind="probe", subject_id=1, recipient=person, now=timezone.now())
        assert time.monotonic() - before < 2

    assert OutboxMessage.objects.count() == 3
    assert client.get(reverse("health")).status_code == 200
    assert client.get(reverse("account_login")).status_code == 200


def test_a_page_wakes_a_worker_once_however_much_it_owes(monkeypatch, publish_to, settings):
    publish_to(settings.REDIS_URL)
    hints = broker()
    hints.delete(Queue.MAIL.value)

    with transaction.atomic():
        for person in UserFactory.create_batch(5):
            services.owe(kind="probe", subject_id=1, recipient=person, now=timezone.now())

    [message] = hints.lrange(Queue.MAIL.value, 0, -1)
    hints.delete(Queue.MAIL.value)
    assert b"kernel.drain_outbox" in message
    # No id, no text: the body is an empty call.
    assert b'"body": "W1tdLCB7fSw' in message


def test_work_does_it_all_without_celery(sink, worker_environment, owe_many_people):
    owe_many_people(3)

    with running("manage", "work", environment=worker_environment) as process:
        assert sink.has_come(3)
        process.terminate()
        assert process.wait(30) == 0
