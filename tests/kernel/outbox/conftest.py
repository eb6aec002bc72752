import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path

import pytest
from django.utils import timezone

from mentoring.kernel.outbox import kinds, services
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.wishes.models import MailTimes
from programs.people.models import User
from tests.kernel.outbox.probe import letters
from tests.kernel.outbox.sink import Sink
from tests.services import database_url
from tests.times import NOON

TEMPLATES = Path(__file__).parent / "probe" / "templates"


@pytest.fixture(autouse=True)
def _kinds_about_nothing(monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest) -> None:
    for kind in letters.KINDS:
        monkeypatch.setitem(kinds._kinds, kind.name, kind)
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [engine | {"DIRS": [*engine["DIRS"], TEMPLATES]}]


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server of this test."""
    with Sink() as server:
        yield server


@pytest.fixture
def mail_goes_to(settings: pytest.FixtureRequest) -> Callable[[Sink], None]:
    def point(server: Sink) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 30

    return point


@pytest.fixture
def smtp(sink: Sink, mail_goes_to: Callable[[Sink], None]) -> Sink:
    """The mail server that this process sends to."""
    mail_goes_to(sink)
    return sink


@pytest.fixture
def owe_to() -> Callable[..., OutboxMessage]:
    """`owe_to(user)` is one mail that is due."""

    def owe(recipient: User | None = None, *, kind: str = "probe", subject_id: int = 1, **rest: object) -> OutboxMessage:
        services.owe(kind=kind, subject_id=subject_id, recipient=recipient, now=rest.pop("now", timezone.now()), **rest)
        return OutboxMessage.objects.latest("pk")

    return owe


@pytest.fixture
def owe_many_people() -> Callable[[int], int]:
    """`owe_many_people(100)` is one mail that is due to each of a hundred people, at whatever hour. Returns how many were owed.

    With `each=3` it is three to each; those of the first person are about 1, 101 and 201, as they would lie in a backlog.
    """

    def owe(number: int, *, kind: str = "probe", due_at: datetime = NOON, each: int = 1) -> int:
        made = User.objects.bulk_create(User(email=f"{kind}{n}@example.org", name=f"Number {n}", joined_at=NOON) for n in range(number))
        MailTimes.objects.bulk_create(MailTimes(recipient=user, quiet_from=time(0), quiet_until=time(0)) for user in made)
        duties = [
            services.Duty(kind=kind, subject_id=turn * number + n, recipient=user, due_at=due_at)
            for turn in range(each)
            for n, user in enumerate(made, start=1)
        ]
        return services.owe_many(duties, now=NOON)

    return owe


@pytest.fixture
def worker_environment(sink: Sink, tmp_path: Path) -> dict[str, str]:
    """For a worker in a process of its own, on this test's database and mail server."""
    return environment_for(database_url(), sink, tmp_path)


def environment_for(database: str, sink: Sink, folder: Path) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.kernel.outbox.worker_settings",
        "DATABASE_URL": database,
        "EMAIL_URL": sink.url,
        "EVENHAND_DATA": str(folder),
        "DEBUG": "true",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
