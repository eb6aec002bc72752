"""What the database itself refuses."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.programs import UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

TOKEN = uuid.UUID(int=7)


@pytest.mark.parametrize(
    "impossible",
    [
        {"state": "lost"},
        {"state": "leased"},
        {"state": "leased", "lease_token": TOKEN},
        {"lease_token": TOKEN, "lease_until": NOON},
        {"handed_over_at": NOON},
        {"state": "sent", "ended_at": NOON},
        {"state": "sent", "sent_at": NOON},
        {"sent_at": NOON},
        {"state": "dead"},
        {"ended_at": NOON},
        {"state": "cancelled", "ended_at": NOON, "secret": b"x"},
        {"attempt": 9},
        {"doubtful_count": 2},
        {"priority": 4},
        {"context": {"ids": "1" * 1024}},
        {"address": b"x"},
        {"state": "gathered", "lease_token": TOKEN, "lease_until": NOON},
        {"gathered_into": F("id")},
        {"came_back": "permanent"},
        {"came_back_at": NOON},
    ],
    ids=str,
)
def test_the_database_refuses_what_must_never_be(owe_to, impossible):
    message = owe_to(UserFactory())

    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.filter(pk=message.pk).update(**impossible)


def test_the_database_refuses_a_second_row_for_one_duty(owe_to):
    message = owe_to(UserFactory())
    message.pk, message.row = None, uuid.uuid4()

    with pytest.raises(IntegrityError, match="dedupe_key"):
        message.save(force_insert=True)


def test_the_subject_is_read_as_it_was_given(owe_to):
    key = uuid.uuid4()

    assert owe_to(UserFactory(), subject_id=12).subject_id == 12
    assert owe_to(UserFactory(), subject_id=key).subject_id == key
