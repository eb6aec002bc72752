"""Several programs in one terminal: started in order, heard with their names in front, stopped together. No Django here.

Decided: ours rather than honcho, which sends TERM to whole process groups, so that Celery's children die in the middle of a task. Each
program has a session of its own and only its first process is asked to stop; it knows best how to stop its children.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

import psutil

GRACE_SECONDS = 10
COLOURS = ("36", "35", "33", "32", "34")


class Terminal:
    """Whole lines from many threads, each with the name of who speaks."""

    def __init__(self, width: int = 10) -> None:
        self.width = width
        self.lock = threading.Lock()
        self.colours: dict[str, str] = {}
        self.coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def say(self, who: str, line: str) -> None:
        name = f"{who:<{self.width}} |"
        if self.coloured:
            name = f"\033[{self.colours.setdefault(who, COLOURS[len(self.colours) % len(COLOURS)])}m{name}\033[0m"
        with self.lock:
            sys.stdout.write(f"{name} {line}".rstrip() + "\n")
            sys.stdout.flush()


class Supervisor:
    """Starts programs and keeps their process ids in `record`, so that the next one can end what an unclean death left running."""

    def __init__(self, terminal: Terminal, record: Path, *, grace: float = GRACE_SECONDS) -> None:
        self.terminal = terminal
        self.record = record
        self.grace = grace
        self.asked_to_stop = threading.Event()
        # While things are prepared, a signal breaks off what is being done; later it is only noted, and all is stopped in order.
        self.preparing = True
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_signal)

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.asked_to_stop.is_set():
            self.asked_to_stop.set()
            if self.preparing:
                raise KeyboardInterrupt

    def end_leftovers(self) -> None:
        """End what an earlier supervisor started and could not stop: it was killed itself, or the machine was."""
        try:
            left = json.loads(self.record.read_text())
        except (OSError, ValueError):
            return
        for name, (pid, started_at) in left.items():
            # A process id may have gone to somebody else since: only together with the time of birth it is that process.
            if _is_same(pid, started_at):
                self.terminal.say(name, "still ran from before: ended")
                os.kill(pid, signal.SIGTERM)
                _wait_until(lambda pid=pid, at=started_at: not _is_same(pid, at), seconds=5)  # type: ignore[misc]
                _end_group(pid)
        self.record.unlink()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        process = subprocess.Popen(
            command,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.processes[name] = process
        self.record.write_text(json.dumps({name: (one.pid, _born(one.pid)) for name, one in self.processes.items()}))
        threading.Thread(target=self._pass_on, args=(name, process), daemon=True).start()

    def _pass_on(self, name: str, process: "subprocess.Popen[str]") -> None:
        for line in process.stdout or ():
            self.terminal.say(name, line.rstrip("\n"))

    def ended(self) -> str | None:
        """The name of a program that is no longer there, though nobody asked it to stop."""
        return next((name for name, process in self.processes.items() if process.poll() is not None), None)

    def stop(self) -> None:
        """Ask all, wait for all, then end what does not listen."""
        deadline = time.monotonic() + self.grace
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for name, process in self.processes.items():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.terminal.say(name, f"did not stop within {self.grace:g} seconds: ended")
            # Children of one that died too early have nobody left to stop them.
            _end_group(process.pid)
            process.wait()
        self.record.unlink(missing_ok=True)


def _end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _born(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0


def _is_same(pid: int, started_at: float) -> bool:
    try:
        process = psutil.Process(pid)
        return abs(_born(pid) - started_at) < 1 and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _wait_until(done: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)
