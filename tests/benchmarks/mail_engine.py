"""How the mail engine compares with the one that one would write first, in one run on one machine.

`python -m tests.benchmarks.mail_engine [--mails N] [--processes N]` starts servers and workers of its own and prints ratios. Both engines
run under the same Celery worker with the same number of processes, send the same letters to the same sink (a process of its own, whose
work is not counted), and are measured from the moment they may begin to the moment the last mail arrived.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time as clock
from pathlib import Path

import psutil

from mentoring.embedded import Postgres, Valkey
from tests.kernel.outbox.nursery import wait_until

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass
class Run:
    mails: int
    seconds: float
    cpu_seconds: float
    connections: int
    commits: int

    @property
    def rate(self) -> float:
        return self.mails / self.seconds

    @property
    def cpu_milliseconds(self) -> float:
        return self.cpu_seconds / self.mails * 1000


class SinkProcess:
    def __init__(self, delay: float) -> None:
        command = [sys.executable, "-m", "tests.kernel.outbox.sink", str(delay)]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.port = int(self._read())

    def seen(self, *, once_there_are: int = 0) -> dict[str, int]:
        """What it has seen so far, told when so many mails have come."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{once_there_are}\n")
        return json.loads(self._read())

    def _read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextmanager
def worker(environment: dict[str, str], processes: int) -> Iterator[psutil.Process]:
    """A Celery worker that knows both engines and consumes nothing but drain tasks yet."""
    celery = [sys.executable, "-m", "celery", "-A", "mentoring", "worker", "-Q", "mail", "-c", str(processes), "-l", "ERROR"]
    log = (Path(environment["EVENHAND_DATA"]) / "worker.log").open("a")
    process = subprocess.Popen(celery, cwd=CHECKOUT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def cpu_of(worker: psutil.Process) -> float:
    """All of the worker, Celery's own part too."""
    return sum(sum(each.cpu_times()[:2]) for each in [worker, *worker.children(recursive=True)])


def writes() -> int:
    """The number of the next writing transaction: a difference of two is how many there were, this question's own one too."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def owe(number: int) -> list[int]:
    from django.utils import timezone

    from mentoring.kernel import wakeup
    from mentoring.kernel.outbox import services
    from mentoring.kernel.outbox.models import OutboxMessage
    from mentoring.kernel.wishes.models import MailTimes
    from programs.people.models import User

    wakeup._quiet_until = math.inf  # the worker begins when it is told to
    OutboxMessage.objects.all().delete()
    User.objects.all().delete()
    now = timezone.now()
    people = User.objects.bulk_create(User(email=f"p{n}@example.org", name=f"Number {n}", joined_at=now) for n in range(number))
    MailTimes.objects.bulk_create(MailTimes(recipient=person, quiet_from=clock.min, quiet_until=clock.min) for person in people)
    services.owe_many([services.Duty(kind="probe", subject_id=1, recipient=person) for person in people], now=now)
    return list(OutboxMessage.objects.values_list("pk", flat=True))


def all_are_marked() -> bool:
    from mentoring.kernel.outbox.models import OutboxMessage

    return not OutboxMessage.objects.open().exists()


def measure(engine: str, *, mails: int, sink: SinkProcess, environment: dict[str, str], processes: int) -> Run:
    from mentoring.celery import app

    with worker(environment, processes) as process:
        # Warm: both processes have loaded what they need and sent something.
        before = sink.seen()["mails"]
        owe(4 * processes)
        app.send_task("kernel.drain_outbox", queue="mail")
        sink.seen(once_there_are=before + 4 * processes)
        wait_until(all_are_marked)
        keys = owe(mails)
        if engine == "naive":
            for key in keys:
                app.send_task("benchmark.send_naively", [key], queue="naive")
        seen, cpu, written, began = sink.seen(), cpu_of(process), writes(), time.monotonic()
        if engine == "naive":
            app.control.add_consumer("naive", reply=True)
        else:
            for _ in range(processes):
                app.send_task("kernel.drain_outbox", queue="mail")
        assert sink.seen(once_there_are=seen["mails"] + mails)["mails"] == seen["mails"] + mails
        seconds = time.monotonic() - began
        wait_until(all_are_marked)
        return Run(mails, seconds, cpu_of(process) - cpu, sink.seen()["connections"] - seen["connections"], writes() - written - 1)


def building_alone(mails: int) -> float:
    """CPU milliseconds for the letter itself, text and HTML, down to the bytes that go over the line."""
    from mentoring.kernel.outbox import kinds, letters
    from mentoring.kernel.outbox.models import OutboxMessage

    owe(mails)
    messages = list(OutboxMessage.objects.select_related("recipient"))
    kind = kinds.get("probe")
    contexts = kind.context(messages)
    for rounds in (50, len(messages)):
        before = time.process_time()
        for message in messages[:rounds]:
            letters.compose(message, kind=kind, context=contexts[message.pk], address=message.recipient.email).message().as_bytes()
        spent = time.process_time() - before
    return spent / mails * 1000


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def judge(what: str, value: float, goal: float, *, at_least: bool) -> None:
    met = value >= goal if at_least else value <= goal
    say(f"  {what}: {value:.2f} (goal: {'at least' if at_least else 'at most'} {goal:g}) {'met' if met else 'NOT MET'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=800)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as folder:
        Path(folder).chmod(0o755)
        with Postgres(Path(folder)) as database, Valkey(Path(folder)) as broker:
            os.environ |= {
                "DATABASE_URL": database.url,
                "REDIS_URL": broker.url,
                "EVENHAND_DATA": folder,
                "DJANGO_SETTINGS_MODULE": "tests.benchmarks.mail_settings",
            }
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            compare(options.mails, options.processes)


def in_a_process_of_its_own() -> None:
    usual = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")}
    subprocess.run([sys.executable, "-m", "tests.benchmarks.mail_engine"], cwd=CHECKOUT, env=usual, check=True)


def compare(mails: int, processes: int) -> None:
    def run(engine: str, delay: float, number: int, connections: int) -> Run:
        sink = SinkProcess(delay)
        try:
            environment = os.environ | {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "EMAIL_CONNECTIONS": str(connections)}
            found = measure(engine, mails=number, sink=sink, environment=environment, processes=processes)
        finally:
            sink.process.kill()
        say(
            f"  {engine:>6}, {connections} connections a process: {found.rate:7.1f} mails/s, {found.cpu_milliseconds:5.2f} ms CPU a mail, "
            f"{found.connections} connections, {found.commits} commits for {found.mails} mails"
        )
        return found

    say(f"{mails} mails, {processes} worker processes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    building = building_alone(mails)
    say(f"  building a letter alone: {building:.2f} ms CPU")
    say("A sink that answers at once:")
    naive, ours = run("naive", 0, mails, 4), run("outbox", 0, mails, 4)
    judge("rate, outbox : naive", ours.rate / naive.rate, 2, at_least=True)
    judge("CPU of the worker a mail : building it", ours.cpu_milliseconds / building, 3, at_least=False)
    judge("connections - mails/100 - senders", ours.connections - mails / 100 - 4 * processes, 0, at_least=False)
    batches = mails / 50 + 4 * processes
    judge("commits - 2 a mail - 2 a batch", ours.commits - 2 * mails - 2 * batches, 0, at_least=False)
    say("A sink that waits 20 ms with every reply, 16 connections in all:")
    naive, ours = run("naive", 0.02, mails // 8, 16 // processes), run("outbox", 0.02, 2 * mails, 16 // processes)
    judge("rate, outbox : naive", ours.rate / naive.rate, 10, at_least=True)


if __name__ == "__main__":
    main()
