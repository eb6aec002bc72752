import os
import signal
import sys
import textwrap

import psutil
import pytest

from mentoring.supervisor import Supervisor, Terminal
from tests.waiting import until

SAYS_AND_STAYS = "import time; print('here', flush=True); time.sleep(600)"
# Stops when asked, but only after its child; the child must not be asked by anybody else.
WITH_CHILD = """
    import signal, subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    def stop(*_):
        print("child was left alone:", child.poll() is None, flush=True)
        child.terminate(); child.wait(); sys.exit(0)
    signal.signal(signal.SIGTERM, stop)
    print("here", flush=True)
    time.sleep(600)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(600)"


@pytest.fixture
def supervisor(tmp_path):
    supervisor = Supervisor(Terminal(), tmp_path / "processes.json", grace=1)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def start(supervisor, capsys):
    """Starts a piece of Python under a name, and returns when it has said that it is here."""
    said = []

    def start(name, code):
        supervisor.start(name, [sys.executable, "-c", textwrap.dedent(code)], os.environ)
        until(lambda: said.append(capsys.readouterr().out) or f"{name:<10} | here" in "".join(said))
        return supervisor.processes[name]

    return start


def test_who_speaks_is_named_on_every_line(start, supervisor):
    start("web", SAYS_AND_STAYS)  # which waits for "web | here"

    assert supervisor.ended() is None


def test_the_one_that_ended_by_itself_is_named(start, supervisor):
    start("web", SAYS_AND_STAYS)
    start("worker", SAYS_AND_STAYS).kill()

    until(lambda: supervisor.ended() == "worker")


def test_only_the_first_process_is_asked_to_stop_and_it_stops_its_children(start, supervisor, capsys):
    worker = start("worker", WITH_CHILD)
    family = [worker.pid, *(child.pid for child in psutil.Process(worker.pid).children())]

    supervisor.stop()

    assert len(family) == 2
    assert worker.returncode == 0
    until(lambda: not any(psutil.pid_exists(pid) for pid in family))


def test_one_that_does_not_listen_is_ended(start, supervisor):
    deaf = start("web", DEAF)

    supervisor.stop()

    assert deaf.returncode == -signal.SIGKILL


def test_what_an_unclean_death_left_running_is_ended_at_the_next_start(start, supervisor, capsys):
    left = start("beat", SAYS_AND_STAYS)

    Supervisor(Terminal(), supervisor.record).end_leftovers()

    assert left.wait(5) == -signal.SIGTERM
    assert not supervisor.record.exists()
    assert "beat       | still ran from before: ended" in capsys.readouterr().out


def test_a_process_that_only_has_the_number_of_an_old_one_is_left_alone(supervisor):
    supervisor.record.write_text(f'{{"web": [{os.getpid()}, 12345.0]}}')

    Supervisor(Terminal(), supervisor.record).end_leftovers()  # or this test would not get any further

    assert not supervisor.record.exists()
