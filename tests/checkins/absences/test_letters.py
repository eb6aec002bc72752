from datetime import timedelta

import pytest

from checkins.absences import services
from checkins.accounts import services as accounts
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.letters import compose
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(noon):
    pairing = PairingFactory(active=True, first__user__name="Amara Quagmire", second__user__name="Zebulon Quill")
    session = SessionFactory(pairing=pairing, planned=True, starts_at=noon - timedelta(hours=1), where="The Zanzibar room")
    services.say(session=session, by=pairing.first, absent="second", now=noon)
    return session


def still_owed():
    messages = list(OutboxMessage.objects.filter(kind=services.NOT_MET))
    return kinds.get(services.NOT_MET).still_owed(messages)


def test_it_says_when_and_until_when_and_neither_who_nor_how_it_came(session):
    message = OutboxMessage.objects.get(kind=services.NOT_MET)
    kind = kinds.get(message.kind)

    mail = compose(message, kind=kind, context=kind.context([message])[message.pk], address=message.recipient.email)

    assert mail.subject == "About a session you two had planned"
    assert "Monday 16 March, 11:00" in mail.body
    assert "Until Monday 23 March" in mail.body
    assert f"/sessions/{session.pk}/" in mail.body
    for word in ("Amara", "Quagmire", "Zanzibar", "could not"):
        assert word not in mail.subject + mail.body


ANSWERED = {
    "agreed": lambda session, now: services.agree(absence=session.absences.get(), by=session.pairing.second, now=now),
    "said differently": lambda session, now: services.say(session=session, by=session.pairing.second, absent="first", now=now),
    "logged": lambda session, now: accounts.log(
        pairing=session.pairing, by=session.pairing.second, session=session, starts_at=session.starts_at, minutes=45, now=now
    ),
    "paused": lambda session, now: Pairing.objects.update(state=Pairing.State.PAUSED),
}


@pytest.mark.parametrize("answered", ANSWERED)
def test_it_is_owed_until_there_is_an_answer(answered, session, noon):
    assert len(still_owed()) == 1

    ANSWERED[answered](session, noon)

    assert not still_owed()
