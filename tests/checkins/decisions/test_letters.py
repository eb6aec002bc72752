import pytest

from checkins.decisions import services
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.letters import compose
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposed(noon):
    pairing = PairingFactory(active=True, first__user__name="Zebulon Quill", second__user__called="Amara")
    return services.propose(pairing=pairing, by=pairing.first, text="Xylophone practice", reason="Quince", now=noon)


def message_about(decision):
    return OutboxMessage.objects.get(kind=services.PROPOSED, subject=str(decision.pk))


def is_owed(decision):
    message = message_about(decision)
    return message.pk in kinds.get(services.PROPOSED).still_owed([message])


def test_it_leads_to_the_decision_and_holds_no_word_and_no_name_of_it(proposed):
    message, kind = message_about(proposed), kinds.get(services.PROPOSED)

    mail = compose(message, kind=kind, context=kind.context([message])[message.pk], address="amara@example.org")

    assert "Hello Amara," in mail.body
    assert f"/pairings/{proposed.pairing_id}/decisions/{proposed.pk}/" in mail.body
    whole = mail.subject + mail.body + str(mail.alternatives)
    assert not any(word in whole for word in ("Xylophone", "Quince", "Zebulon"))
    assert kind.priority == 2


def test_it_is_owed_while_the_decision_waits(proposed, noon):
    assert is_owed(proposed)

    proposed.state, proposed.ended_at, proposed.ended_by = "withdrawn", noon, proposed.proposed_by
    proposed.save()
    assert not is_owed(proposed)


def test_it_is_not_owed_in_a_pairing_that_is_paused(proposed):
    proposed.pairing.state = "paused"
    proposed.pairing.save()

    assert not is_owed(proposed)
