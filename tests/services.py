"""A pytest plugin: PostgreSQL and Valkey of this run alone, gone when it ends.

Loaded by `-p tests.services`, since the settings are read before any conftest. Under xdist only the first process starts them and the
others inherit where they are. `DATABASE_URL` or `REDIS_URL` in the environment is used instead, if given.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import psutil
import redis

from mentoring.embedded import Postgres, Server, Valkey

PREFIX = "evenhand-tests-"
# Nothing here has to survive a power cut.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start() -> None:
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o755)  # root's servers run as another user
    os.environ["EVENHAND_DATA"] = str(folder)
    servers: list[Server] = []
    if "DATABASE_URL" not in os.environ:
        servers.append(Postgres(folder, HASTY))
    if "REDIS_URL" not in os.environ:
        servers.append(Valkey(folder, {"databases": "64", "appendonly": "no"}))
    for server in servers:
        server.start()
    atexit.register(clear, folder, servers, os.getpid())


def clear(folder: Path, servers: list[Server], owner: int) -> None:
    if os.getpid() == owner:  # not in a process that a test forked
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Stop what a run left behind that was killed and could not."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = int(folder.name.removeprefix(PREFIX).split("-")[0])
        if psutil.pid_exists(owner):
            continue
        # Another run may be sweeping at the same time.
        with suppress(FileNotFoundError):
            if folder.owner() != Path.home().owner():
                continue
            for server in (Postgres(folder), Valkey(folder)):
                server.take_over()
                server.stop()
            shutil.rmtree(folder, ignore_errors=True)


def database_url() -> str:
    """The address of this test's own database, for a process that the test starts."""
    from django.db import connection

    place = {name: quote(str(value), safe="") for name, value in connection.get_connection_params().items() if value}
    login = f"{place['user']}:{place['password']}" if "password" in place else place["user"]
    if place.get("host", "").startswith("%2F"):  # a socket
        return f"postgres://{login}@/{place['dbname']}?host={place['host']}&port={place.get('port', '')}".removesuffix("&port=")
    return f"postgres://{login}@{place.get('host', 'localhost')}:{place.get('port', 5432)}/{place['dbname']}"


def broker() -> redis.Redis:
    """The broker of this process: a logical database of its own, whichever server it is on."""
    from django.conf import settings

    url = urlsplit(settings.CELERY_BROKER_URL)
    if url.scheme == "redis+socket":
        return redis.Redis(unix_socket_path=url.path, db=int(parse_qs(url.query)["virtual_host"][0]))
    return redis.Redis.from_url(settings.CELERY_BROKER_URL)


if "PYTEST_XDIST_WORKER" not in os.environ:
    start()

if __name__ == "__main__":
    # `python -m tests.services COMMAND …` runs any command with these servers.
    import subprocess
    import sys

    sys.exit(subprocess.run(sys.argv[1:], check=False).returncode)
