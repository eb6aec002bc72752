"""`make run` from the outside: started, asked, stopped, killed."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from django.core.management import call_command

from mentoring.management.commands import up
from tests.waiting import until

ROOT = Path(__file__).parents[2]


class Terminal:
    """`manage.py up` in a terminal of its own, on data of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.written = folder / f"written-{os.urandom(4).hex()}"
        given = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "CACHE_URL", "CI"}}
        given |= {
            "EVENHAND_DATA": str(folder / "data"),
            "PORT": str(port),
            "DJANGO_SETTINGS_MODULE": "mentoring.settings",
            "WEB_WORKERS": "1",
        }
        with self.written.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--no-demo"],
                cwd=ROOT,
                env=given,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def reads(self) -> str:
        return self.written.read_text()

    def wait_until_it_answers(self) -> None:
        until(lambda: "Evenhand is at" in self.reads() or self.process.poll() is not None, seconds=180)
        assert self.process.poll() is None, self.reads()

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def terminal(server_folder):
    opened = []

    def open_one() -> Terminal:
        opened.append(Terminal(server_folder, opened[0].port if opened else free_port()))
        return opened[-1]

    yield open_one
    for one in opened:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGINT)
            one.process.wait(30)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return probe.getsockname()[1]


def status_of(terminal: Terminal, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", terminal.port, timeout=30)) as site:
        site.request("GET", path)
        return site.getresponse().status


def test_it_starts_answers_refuses_a_second_recovers_after_a_kill_and_ends_on_ctrl_c(terminal):
    """One story, since each start takes seconds."""
    killed = terminal()
    killed.wait_until_it_answers()
    assert status_of(killed, "/healthz") == 200
    assert {line.split(" ")[0] for line in killed.reads().splitlines()} >= {"PostgreSQL", "Valkey", "evenhand", "web"}

    second = terminal()
    assert second.process.wait(60) == 1
    assert second.reads().startswith("Evenhand is already running on ")
    assert "Traceback" not in second.reads()

    servers = {"postgres", "valkey-server"}  # taken over by the next, not ended
    left = [process for process in killed.family() if process.name() not in servers]
    killed.process.kill()
    killed.process.wait()

    again = terminal()
    again.wait_until_it_answers()
    assert status_of(again, "/healthz") == 200
    assert "web        | still ran from before: ended" in again.reads()
    until(lambda: not any(process.is_running() for process in left))

    family = again.family()
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(15) == 0
    assert "nothing is lost" in again.reads().splitlines()[-1]
    until(lambda: not any(process.is_running() for process in family))


def test_the_part_that_ended_by_itself_is_named_last(monkeypatch, settings, tmp_path, capsys):
    settings.EVENHAND_DATA = tmp_path
    monkeypatch.setattr(up.Supervisor, "listen_to_signals", lambda supervisor: None)
    monkeypatch.setattr(up.Command, "_run", lambda command: "beat")

    with pytest.raises(SystemExit) as ended:
        call_command("up")

    assert ended.value.code == 1
    assert "beat ended by itself" in capsys.readouterr().out


def test_a_port_that_is_taken_is_said_with_what_to_do(server_folder):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        refused = Terminal(server_folder, port)

        assert refused.process.wait(60) == 1
        assert (
            refused.reads()
            == f"Port {port} is in use by another program. Stop that one, or choose another port: PORT={port + 1} make run\n"
        )
