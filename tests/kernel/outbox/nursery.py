"""Workers that come into being in a moment, since a test kills many: this process has loaded Django once, and forks.

As a program it forks a worker for each line on its input and prints its process id. A worker sends mail until it is killed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil

# Nobody takes so many seconds to go.
LONGEST = 60


class Nursery:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.workers: list[int] = []
        self.died = 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.kernel.outbox.nursery"]
        self.process = subprocess.Popen(
            command, env=dict(self.environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in self.living():
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def living(self) -> list[int]:
        living = [worker for worker in self.workers if lives(worker)]
        self.died += len(self.workers) - len(living)
        self.workers = living
        return living

    def fill(self, number: int) -> None:
        """So many workers live when it returns, for a moment at least."""
        for _ in range(number - len(self.living())):
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write("one more\n")
            self.workers.append(int(self.process.stdout.readline()))

    def kill(self, worker: int) -> None:
        # It may have died by itself since somebody looked.
        with suppress(psutil.NoSuchProcess):
            dying = psutil.Process(worker)
            dying.kill()
            dying.wait(LONGEST)

    def kill_all(self) -> None:
        for worker in self.living():
            self.kill(worker)
        self.living()

    def finish(self) -> None:
        """Each sends what it can get hold of, and goes. Those do not count among the dead."""
        going = []
        for worker in self.living():
            with suppress(psutil.NoSuchProcess):
                going.append(psutil.Process(worker))
                going[-1].terminate()
        _, staying = psutil.wait_procs(going, LONGEST)
        assert not staying, f"{staying} still work after {LONGEST} seconds"
        self.workers = []


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
    # All that a worker needs is there before the fork, its way to go as well.
    from mentoring.kernel.outbox import delivery  # noqa: F401

    asked_to_go: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked_to_go.append(number))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead bury themselves
    for _ in sys.stdin:
        if os.fork() == 0:
            # It says so itself: Python forgets the signals that reach a child before it is quite there.
            sys.stdout.write(f"{os.getpid()}\n")
            sys.stdout.flush()
            work(asked_to_go)


def work(asked_to_go: list[int]) -> None:
    import random

    from django.db import Error, close_old_connections

    from mentoring.kernel.outbox import delivery

    random.seed()
    nursery = os.getppid()
    while os.getppid() == nursery:  # an orphan would send for ever
        close_old_connections()
        is_last = bool(asked_to_go)
        try:
            delivery.drain()
        except Error:
            time.sleep(0.05)  # the database restarts
        if is_last:
            break
        time.sleep(0.01)
    os._exit(0)


if __name__ == "__main__":
    main()
