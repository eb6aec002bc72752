from datetime import timedelta

import pytest

from mentoring.kernel.bounces import services
from mentoring.kernel.bounces.models import BounceEvent
from mentoring.kernel.bounces.senders import Told
from mentoring.kernel.bounces.verdicts import Verdict
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.programs import UserFactory
from tests.times import NOON

PERMANENT = Verdict(OutboxMessage.CameBack.PERMANENT, "550 5.1.1 nobody there")


def told(event_id="e1", message_id="unknown@example.org", verdict=PERMANENT):
    return Told(event_id, message_id, verdict, None)


@pytest.mark.django_db
def test_an_event_is_heard_once_for_each_service():
    for _ in range(2):
        services.hear(told(), sender="postal", now=NOON)
    services.hear(told(), sender="mailgun", now=NOON)

    assert BounceEvent.objects.count() == 2


@pytest.mark.django_db
def test_the_name_of_an_event_may_be_of_any_length():
    services.hear(told(event_id="x" * 5000), sender="postal", now=NOON)

    assert BounceEvent.objects.count() == 1


@pytest.mark.django_db
def test_an_event_is_forgotten_after_90_days():
    BounceEvent.objects.create(event_id="old", heard_at=NOON - timedelta(days=90, seconds=1))
    BounceEvent.objects.create(event_id="young", heard_at=NOON - timedelta(days=90))

    assert services.purge(now=NOON) == 1
    assert BounceEvent.objects.get().event_id == "young"


@pytest.mark.django_db(transaction=True)
def test_the_same_event_eight_times_at_once_is_heard_once(monkeypatch):
    person = UserFactory()
    outbox.owe(kind="account", subject_id=1, recipient=person, now=NOON)
    mail = OutboxMessage.objects.get()
    unreachable = []
    monkeypatch.setattr(outbox, "_when_unreachable", [lambda recipient, now: unreachable.append(recipient)])

    heard = at_once(*[lambda: services.hear(told(message_id=mail.message_id), sender="postal", now=NOON)] * 8)

    assert sorted(heard) == [False] * 7 + [True]
    assert unreachable == [person.pk]
