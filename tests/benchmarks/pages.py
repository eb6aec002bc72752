"""How many pages two web workers give a second, beside a bare Django template view in the same run on the same machine.

`python -m tests.benchmarks.pages [--seconds N] [--requests N] [--clients N]` starts servers of its own with the demo in them, and prints
ratios. Everything listens on this machine alone. Each page is asked for until the seconds or the requests are used up.
"""

import argparse
import io
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil

from mentoring.embedded import Postgres, Valkey
from tests.benchmarks.mail_engine import cpu_of, judge, say
from tests.kernel.outbox.nursery import wait_until

CHECKOUT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
WARM_UP = 20


@dataclass(frozen=True)
class Page:
    """`visits`: of a hundred that people make, so many are to this page."""

    name: str
    address: str
    cookie: str = ""
    visits: int = 0


@dataclass(frozen=True)
class Run:
    milliseconds: list[float]
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return len(self.milliseconds) / self.seconds

    @property
    def cpu_milliseconds(self) -> float:
        """Of the web workers alone, a page: what else the machine does changes it less than the rate."""
        return self.cpu_seconds / len(self.milliseconds) * 1000

    def percentile(self, hundredth: int) -> float:
        return statistics.quantiles(self.milliseconds, n=100, method="inclusive")[hundredth - 1]

    def __str__(self) -> str:
        speed = f"{self.rate:7.1f}/s, p50 {self.percentile(50):6.1f} ms, p95 {self.percentile(95):6.1f} ms"
        return f"{speed}, {self.cpu_milliseconds:6.2f} ms CPU a page, {len(self.milliseconds)} answers"


@contextmanager
def web(application: str) -> Iterator[tuple[int, psutil.Process]]:
    """Two workers as in a real installation: the port they listen on, and the process they are children of."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"HOST": HOST, "PORT": str(port), "WEB_WORKERS": "2", "EVENHAND_PROBE": "false"}
    with (Path(os.environ["EVENHAND_DATA"]) / "web.log").open("a") as log:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn", application], cwd=CHECKOUT, env=environment, stdout=log, stderr=log)
        try:
            wait_until(lambda: _listens(port), seconds=60)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def measure(port: int, server: psutil.Process, page: Page, *, clients: int, seconds: float, requests: int) -> Run:
    """Each client has a connection of its own and asks as soon as it has an answer."""
    times: list[float] = []
    wrong: list[str] = []

    def client(until: float, number: int) -> None:
        connection = HTTPConnection(HOST, port, timeout=60)
        for _ in range(number):
            began = time.monotonic()
            if began > until or wrong:
                break
            connection.request("GET", page.address, headers={"Cookie": page.cookie} if page.cookie else {})
            answer = connection.getresponse()
            answer.read()
            times.append((time.monotonic() - began) * 1000)
            if answer.status != 200:
                wrong.append(f"{page.address} answered {answer.status}")
        connection.close()

    def together(until: float, number: int) -> float:
        threads = [threading.Thread(target=client, args=(until, max(1, number // clients))) for _ in range(clients)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong, wrong[0]
        return time.monotonic() - began

    together(time.monotonic() + 30, max(WARM_UP, clients))
    times.clear()
    cpu = cpu_of(server)
    taken = together(time.monotonic() + seconds, requests)
    return Run(times, taken, cpu_of(server) - cpu)


def pages_of_the_demo() -> list[Page]:
    """What people open, and how often. The shares are our guess until a program has counted: most people are participants, who come from a
    mail or to see what waits for them.
    """
    from django.core.management import call_command

    from programs.memberships.models import Membership
    from tests.conftest import signed_in

    told = io.StringIO()
    call_command("demo", json=True, stdout=told)
    accounts = {account["role"]: account for account in json.loads(told.getvalue())["accounts"]}

    def cookie_of(role: str) -> str:
        members = Membership.objects.select_related("user", "program").current()
        browser = signed_in(members.get(user__email=accounts[role]["email"]))
        return "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())

    mentee, coordinator = cookie_of("mentee"), cookie_of("coordinator")
    home, pair = accounts["mentee"]["start"]
    today, pairings = accounts["coordinator"]["start"][:2]
    return [
        Page("participant's home", home, mentee, visits=32),
        Page("pair's page", pair, mentee, visits=26),
        Page("check-in", accounts["mentee"]["checkin_url"], mentee, visits=10),
        Page("form of a session", f"{pair}sessions/log/", mentee, visits=8),
        Page("courses", f"{home}learn/", mentee, visits=8),
        Page("morning page", today, coordinator, visits=8),
        Page("list of pairings", pairings, coordinator, visits=4),
        Page("facts of a pair", accounts["other_mentor"]["start"][1], coordinator, visits=4),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="for each page at most")
    parser.add_argument("--requests", type=int, default=5000, help="of each page at most")
    parser.add_argument("--clients", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as folder:
        Path(folder).chmod(0o755)
        with Postgres(Path(folder)) as database, Valkey(Path(folder)) as broker:
            os.environ |= {
                "DATABASE_URL": database.url,
                "REDIS_URL": broker.url,
                "EVENHAND_DATA": folder,
                "DJANGO_SETTINGS_MODULE": "tests.benchmarks.page_settings",
                "EVENHAND_PROBE": "true",  # for the demo; not in the workers
            }
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            compare(pages_of_the_demo(), clients=options.clients, seconds=options.seconds, requests=options.requests)


def in_a_process_of_its_own() -> None:
    usual = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")}
    subprocess.run([sys.executable, "-m", "tests.benchmarks.pages"], cwd=CHECKOUT, env=usual, check=True)


def compare(pages: list[Page], *, clients: int, seconds: float, requests: int) -> None:
    say(f"2 workers, {clients} clients, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    bare = Page("bare view", "/")
    runs = []
    # Before and after, since what else the machine does changes meanwhile.
    for measured in ("before", "ours", "after"):
        application = "mentoring.wsgi" if measured == "ours" else "tests.benchmarks.bare"
        with web(application) as (port, server):
            asked = pages if measured == "ours" else [bare]
            runs.append({page.name: measure(port, server, page, clients=clients, seconds=seconds, requests=requests) for page in asked})
    before, ours, after = runs
    say(f"  {bare.name:>20}: {before[bare.name]}")
    for name, run in ours.items():
        say(f"  {name:>20}: {run}")
    say(f"  {bare.name:>20}: {after[bare.name]}")
    around = [run[bare.name] for run in (before, after)]
    baseline, cpu = statistics.mean(run.rate for run in around), statistics.mean(run.cpu_milliseconds for run in around)
    for name, run in ours.items():
        say(f"  {name}: {baseline / run.rate:.1f} bare views in the time of one, {run.cpu_milliseconds / cpu:.1f} in CPU")
    alike = statistics.mean(baseline / ours[page.name].rate for page in pages)
    say(f"  as many of one page as of another: {alike:.1f}")
    mix = sum(page.visits * baseline / ours[page.name].rate for page in pages) / sum(page.visits for page in pages)
    judge("bare views in the time of a page of the mix", mix, 15, at_least=False)
    in_cpu = sum(page.visits * ours[page.name].cpu_milliseconds / cpu for page in pages) / sum(page.visits for page in pages)
    say(f"  in CPU of the web workers, which the load of the machine changes less: {in_cpu:.1f}")


if __name__ == "__main__":
    main()
