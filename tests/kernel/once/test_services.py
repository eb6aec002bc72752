import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError

from mentoring.kernel.once import services, tasks
from mentoring.kernel.once.models import OnceKey
from tests.times import NOON

pytestmark = pytest.mark.django_db


def test_the_database_holds_one_row_a_person_and_form():
    key = uuid.uuid4()
    OnceKey.objects.create(owner="user:1", key=key, at=NOON)
    OnceKey.objects.create(owner="user:2", key=key, at=NOON)

    with pytest.raises(IntegrityError):
        OnceKey.objects.create(owner="user:1", key=key, at=NOON)


def test_keys_are_forgotten_after_a_week():
    for days in (0, 6, 7, 8, 90):
        OnceKey.objects.create(owner="user:1", key=uuid.uuid4(), at=NOON - timedelta(days=days))

    assert services.purge(now=NOON) == 2
    assert services.purge(now=NOON) == 0
    assert OnceKey.objects.count() == 3


def test_the_daily_task_forgets_until_nothing_old_is_left(monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    for _ in range(5):
        OnceKey.objects.create(owner="user:1", key=uuid.uuid4(), at=NOON - timedelta(days=4000))

    tasks.purge_once_keys()

    assert not OnceKey.objects.exists()
