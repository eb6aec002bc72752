"""Workers that come into being in a moment, since a test kills many: this process has loaded Django once, and forks.

As a program it forks a worker for each line on its input and prints its process id. A worker sends mail until it is killed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import psutil


class Nursery:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.workers: list[int] = []
        self.killed = 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.kernel.outbox.nursery"]
        self.process = subprocess.Popen(
            command, env=dict(self.environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in self.living():
            os.kill(worker, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def living(self) -> list[int]:
        self.workers = [worker for worker in self.workers if lives(worker)]
        return self.workers

    def fill(self, number: int) -> None:
        """So many workers live when it returns, for a moment at least."""
        for _ in range(number - len(self.living())):
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write("one more\n")
            self.workers.append(int(self.process.stdout.readline()))

    def kill(self, worker: int) -> None:
        os.kill(worker, signal.SIGKILL)
        self.killed += 1
        wait_until(lambda: not lives(worker))

    def kill_all(self) -> None:
        for worker in self.living():
            self.kill(worker)


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition: object, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, f"still not so after {seconds} seconds"
        time.sleep(0.005)


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.kernel.outbox.worker_settings")
    django.setup()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead bury themselves
    for _ in sys.stdin:
        if (child := os.fork()) == 0:
            work()
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def work() -> None:
    import random

    from django.db import Error, close_old_connections

    from mentoring.kernel.outbox import delivery

    random.seed()
    while True:
        close_old_connections()
        try:
            delivery.drain()
        except Error:
            continue  # the database restarts
        time.sleep(0.01)


if __name__ == "__main__":
    main()
