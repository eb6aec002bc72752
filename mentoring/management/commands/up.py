"""Everything in one terminal. In this order: PostgreSQL, Valkey, tables, static files, demo program, then site, worker and clock."""

import contextlib
import io
import json
import os
import socket
import sys
import time
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils import timezone

from mentoring.embedded import CannotRun, Postgres, Server, Valkey, held
from mentoring.supervisor import Supervisor, Terminal

ANSWER_SECONDS = 120


class Command(BaseCommand):
    help = "Start everything in this terminal: database, broker, site, worker and clock. Ctrl-C ends it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="begin with nothing in it, rather than with the demo program")

    def handle(self, *args: Any, **options: Any) -> None:
        self.with_demo = not options["no_demo"]
        self.folder: Path = settings.EVENHAND_DATA
        self.port = int(os.environ.get("PORT") or 8000)
        self.address = f"http://localhost:{self.port}"
        self.terminal = Terminal()
        self.supervisor = Supervisor(self.terminal, self.folder / "processes.json")
        self.servers: list[Server] = []
        self.supervisor.listen_to_signals()
        try:
            with held(self.folder):
                failed = self._run()
        except KeyboardInterrupt:
            failed = None
        except CannotRun as reason:
            self.stderr.write(str(reason))
            sys.exit(1)
        if failed:
            self.terminal.say("evenhand", f"{failed} ended by itself, so everything was stopped. Its last lines above say why.")
            sys.exit(1)
        self.terminal.say("evenhand", "stopped; start again with `make run`, nothing is lost")

    def _run(self) -> str | None:
        """Until somebody asks to stop. Returns the name of what ended by itself, if something did."""
        self.supervisor.end_leftovers()
        self._need_the_port()
        with ExitStack() as stack:
            for server in self._embedded_servers():
                self.servers.append(stack.enter_context(server))
                self.terminal.say(server.name, "ready")
            self._prepare_tables()
            self._collect_static_files()
            self._load_demo()
            # The processes to come open connections of their own.
            connections.close_all()
            stack.callback(self.supervisor.stop)
            self.supervisor.preparing = False
            self._start_processes()
            return self._watch()

    def _embedded_servers(self) -> list[Server]:
        servers: list[Server] = []
        if not os.environ.get("DATABASE_URL"):
            servers.append(Postgres(self.folder))
        if not os.environ.get("REDIS_URL"):
            servers.append(Valkey(self.folder))
        return servers

    def _need_the_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                raise CannotRun(
                    f"Port {self.port} is in use by another program. Stop that one, or choose another port: PORT={self.port + 1} make run"
                ) from None

    def _prepare_tables(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        self.terminal.say("evenhand", "tables are up to date")

    def _collect_static_files(self) -> None:
        # In development they are served from where they lie.
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
            self.terminal.say("evenhand", "static files are collected")

    def _load_demo(self) -> None:
        from programs.memberships.models import Program

        if not (self.with_demo and settings.DEBUG) or Program.objects.exists():
            return
        self.terminal.say("evenhand", "making the demo program, once; this takes about a minute")
        told = io.StringIO()
        call_command("demo", json=True, stdout=told)
        self._demo_file.write_text(told.getvalue())

    @property
    def _demo_file(self) -> Path:
        return self.folder / "demo.json"

    def _start_processes(self) -> None:
        environment = {"BASE_URL": self.address, "WEB_RELOAD": str(settings.DEBUG).lower(), **os.environ, "PORT": str(self.port)}
        # In development root may run it; Celery says at length that it would rather not.
        environment |= {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
        python = sys.executable
        celery = [python, "-m", "celery", "--quiet", "--app", "mentoring"]
        commands = {
            "web": [python, "-m", "gunicorn", "mentoring.wsgi"],
            "worker": [*celery, "worker", "--loglevel", "warning", "--concurrency", "2"],
            "beat": [*celery, "beat", "--loglevel", "warning", "--pidfile=", "--schedule", str(self.folder / "beat")],
        }
        for name, command in commands.items():
            self.supervisor.start(name, command, environment)

    def _watch(self) -> str | None:
        told, deadline, ask_at = False, time.monotonic() + ANSWER_SECONDS, 0.0
        while not self.supervisor.asked_to_stop.wait(0.2):
            ended = self.supervisor.ended() or next((server.name for server in self.servers if not server.running()), None)
            if ended:
                return ended
            if not told and time.monotonic() > ask_at:
                told, ask_at = self._answers() or time.monotonic() > deadline, time.monotonic() + 1
                if told:
                    self._tell()
        return None

    def _answers(self) -> bool:
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=2)) as site:
            try:
                site.request("GET", "/healthz")
                return site.getresponse().status < 500
            except (OSError, HTTPException):
                return False

    def _tell(self) -> None:
        lines = [f"Evenhand is at {self.address}  (Ctrl-C stops it)"]
        if settings.DEBUG:
            lines.append(f"Every mail it sends is at {self.address}/dev/mailbox/")
        if self._demo_file.exists():
            demo = json.loads(self._demo_file.read_text())
            lines += ["", f"Demo sign-ins, all with the password {demo['password']}", ""]
            width = max(len(account["role"]) for account in demo["accounts"])
            lines += [f"  {account['role'].replace('_', ' '):<{width}}  {account['email']}" for account in demo["accounts"]]
        for line in ["", *lines, "", f"{timezone.now():%H:%M} UTC"]:
            self.terminal.say("evenhand", line)
