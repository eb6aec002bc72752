"""What is wrong here, in plain words: each line is something looked at, and what to do where it is not well."""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
from celery import current_app
from django.conf import settings
from django.core import checks
from django.core.cache import cache
from django.core.mail import get_connection
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from mentoring.kernel.encryption import keys
from mentoring.kernel.encryption import services as encryption
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.pulse import services as pulse

OLDEST_POSTGRESQL = 15
QUIET = timedelta(minutes=2)
LATE_SECONDS = 5 * 60


class Unwell(Exception):
    """Something is wrong: what, and what to do about it."""


class Command(BaseCommand):
    help = "Look at the database, broker, cache, worker, clock, mail, keys and settings, and say what is wrong and what to do."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        unwell = [subject for subject, look in LOOKS.items() if not self._is_well(subject, look)]
        if unwell:
            self.stdout.write(f"\n{len(unwell)} of {len(LOOKS)} need you: {', '.join(unwell)}.")
            sys.exit(1)
        self.stdout.write("\nAll is well.")

    def _is_well(self, subject: str, look: Callable[[], str]) -> bool:
        try:
            self.stdout.write(f"well      {subject:<10} {look()}")
        except Unwell as reason:
            self.stdout.write(f"NOT WELL  {subject:<10} {reason}")
            return False
        return True


def database() -> str:
    try:
        connection.ensure_connection()
    except DatabaseError as reason:
        raise Unwell(f"does not answer. {_how_to_start('DATABASE_URL')} ({str(reason).splitlines()[0]})") from reason
    version = connection.cursor().connection.server_version // 10_000
    if version < OLDEST_POSTGRESQL:
        raise Unwell(f"is PostgreSQL {version}; {OLDEST_POSTGRESQL} is the oldest that works. Upgrade it.")
    return f"PostgreSQL {version} answers"


def tables() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as reason:
        raise Unwell("cannot be looked at while the database is away.") from reason
    if missing:
        raise Unwell(f"are not up to date: {len(missing)} migrations are missing. Run: python manage.py migrate")
    return "are up to date"


def broker() -> str:
    try:
        # Through Celery's own connection, so that what it cannot reach is not called well.
        with current_app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)
            channel: Any = link.default_channel
            policy = channel.client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except (BrokerAway, redis.RedisError, OSError) as reason:
        raise Unwell(f"does not answer. {_how_to_start('REDIS_URL')} ({reason})") from reason
    if policy != "noeviction":
        raise Unwell(f"forgets messages when its memory is full (maxmemory-policy {policy}). Start it with: --maxmemory-policy noeviction")
    return "answers"


def cached() -> str:
    try:
        cache.set("doctor", "well", timeout=10)
        kept = cache.get("doctor")
    except (redis.RedisError, OSError) as reason:
        how = _how_to_start("CACHE_URL", "REDIS_URL")
        raise Unwell(f"does not answer. Nobody can sign in by code until it does. {how} ({reason})") from reason
    if kept != "well":
        raise Unwell("does not keep what it is given. Give it more memory, or a logical database of its own.")
    return "keeps what it is given"


def worker_and_clock() -> str:
    try:
        last = pulse.last_at()
    except (redis.RedisError, OSError) as reason:
        raise Unwell("cannot be asked while the cache is away.") from reason
    now = timezone.now()
    if last and now - last < QUIET:
        return f"ticked {round((now - last).total_seconds())} seconds ago, and a worker heard it"
    try:
        workers = current_app.control.ping(timeout=2)
    except (BrokerAway, redis.RedisError, OSError) as reason:
        raise Unwell("cannot be asked while the broker is away.") from reason
    if workers:
        how = "If everything was started just now, ask again in a minute; otherwise run: celery --app mentoring beat"
        raise Unwell(f"A worker answers, but the clock has not ticked for two minutes. {how}")
    raise Unwell("No worker answers, so no mail goes out. Run: celery --app mentoring worker, and celery --app mentoring beat")


def mail() -> str:
    if "EMAIL_URL" not in os.environ:
        if settings.DEBUG:
            return f"goes to the development mailbox, {settings.BASE_URL}/dev/mailbox/"
        raise Unwell("is written to files that nobody reads. Set EMAIL_URL.")
    try:
        with get_connection(fail_silently=False):
            pass
    except OSError as reason:  # smtplib's errors are too
        raise Unwell(f"server {settings.EMAIL_HOST} does not let us in. Check EMAIL_URL. ({type(reason).__name__})") from reason
    return f"server {settings.EMAIL_HOST} lets us in"


def waiting() -> str:
    try:
        state = outbox.health(now=timezone.now())
    except DatabaseError as reason:
        raise Unwell("cannot be counted while the database or its tables are away.") from reason
    if state.oldest_due_seconds > LATE_SECONDS:
        raise Unwell(
            f"The oldest mail is {round(state.oldest_due_seconds / 60)} minutes late. Does a worker run, and does the mail server answer?"
        )
    if state.dead:
        raise Unwell(f"{state.dead} mails were given up. List them with: python manage.py outbox --list-dead")
    return "nothing is late, nothing was given up"


def secrets() -> str:
    if not settings.DEBUG and (len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 5):
        raise Unwell("SECRET_KEY is too short to be one. `.env.example` says how to make one.")
    broken = [message.msg for message in checks.run_checks() if message.is_serious()]
    if broken:
        raise Unwell(" ".join(broken))
    try:
        lost = [key for key, texts in encryption.rows_by_key().items() if texts and key not in keys.known_key_ids()]
    except DatabaseError as reason:
        raise Unwell("cannot be compared with what is stored while the database or its tables are away.") from reason
    if lost:
        raise Unwell(f"FIELD_KEYS lacks the key {', '.join(lost)}, so some confidential texts cannot be read. Put it back.")
    return "can be used, and what is stored can be read with them"


def static_files() -> str:
    if settings.DEBUG:
        return "are served from where they lie"
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        raise Unwell(f"are not in {settings.STATIC_ROOT}. Run: python manage.py collectstatic --noinput")
    return "are collected"


def data_folder() -> str:
    folder = Path(settings.EVENHAND_DATA)
    probe = folder / ".doctor"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as reason:
        raise Unwell(
            f"{folder} cannot be written to ({reason.strerror}). Set EVENHAND_DATA, or give it to the user that runs this."
        ) from reason
    return f"{folder} can be written to"


def addresses() -> str:
    host = urlsplit(settings.BASE_URL).hostname or ""
    if settings.DEBUG:
        if host not in {"localhost", "127.0.0.1"}:
            raise Unwell(f"DEBUG is on, but links lead to {host}: strangers would see the inside of every error. Set DEBUG=false.")
        return f"{settings.BASE_URL}, in development (DEBUG is on)"
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        raise Unwell("ALLOWED_HOSTS must name the hosts under which people reach the site.")
    if not validate_host(host, settings.ALLOWED_HOSTS):
        raise Unwell(f"Links in mails lead to {host} (BASE_URL), which is not among ALLOWED_HOSTS.")
    if not settings.BASE_URL.startswith("https://"):
        raise Unwell(f"Links in mails lead to {settings.BASE_URL}, without https. Set BASE_URL.")
    return str(settings.BASE_URL)


def _how_to_start(*variables: str) -> str:
    if given := [variable for variable in variables if variable in os.environ]:
        return f"Check {given[0]}, and that the server runs."
    return "Start everything in another terminal: make run."


LOOKS: dict[str, Callable[[], str]] = {
    "database": database,
    "tables": tables,
    "broker": broker,
    "cache": cached,
    "clock": worker_and_clock,
    "mail": mail,
    "outbox": waiting,
    "secrets": secrets,
    "static": static_files,
    "files": data_folder,
    "address": addresses,
}
