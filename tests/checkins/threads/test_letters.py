import pytest

from checkins.threads import letters
from checkins.threads.services import NOTICE
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.letters import compose
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.checkins import MessageFactory, ThreadReadFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db


def owed_about(mark, now):
    outbox.owe(kind=NOTICE, subject_id=mark.pk, recipient=mark.membership.user, program_id=mark.pairing.program_id, now=now)
    return OutboxMessage.objects.get(subject=str(mark.pk))


def mark_with_something_unread(**state):
    pairing = PairingFactory(**(state or {"active": True}))
    MessageFactory(pairing=pairing)
    return ThreadReadFactory(pairing=pairing)


def test_it_leads_to_the_thread_and_says_neither_who_nor_what(noon):
    pairing = PairingFactory(active=True, program__name="Northside", first__user__name="Zebulon Quill", second__user__called="Jonas")
    MessageFactory(pairing=pairing, text="CANARY")
    message = owed_about(ThreadReadFactory(pairing=pairing), noon)

    kind = kinds.get(NOTICE)
    mail = compose(message, kind=kind, context=kind.context([message])[message.pk], address="jonas@example.org")

    assert mail.subject == "A message is waiting for you"
    assert "Hello Jonas," in mail.body
    assert f"/p/{pairing.program.slug}/pairings/{pairing.pk}/messages/#newest" in mail.body
    everything = mail.subject + mail.body + str(mail.alternatives)
    assert not any(word in everything for word in ("CANARY", "Zebulon", "Quill"))


def test_it_is_owed_no_more_once_all_is_read_or_taken_back_or_the_pairing_has_stopped(noon):
    owed = owed_about(mark_with_something_unread(), noon)
    read, removed = mark_with_something_unread(), mark_with_something_unread()
    read.read_at = read.pairing.messages.get().sent_at
    read.save()
    removed.pairing.messages.update(text="", removed_at=noon, kept=b"sealed")
    left = mark_with_something_unread()
    left.membership.left_at = noon
    left.membership.save()
    ended = [read, removed, left, *(mark_with_something_unread(**{state: True}) for state in ("paused", "closed"))]

    assert letters.still_owed([owed, *(owed_about(mark, noon) for mark in ended)]) == {owed.pk}


def test_many_letters_cost_as_much_as_one(queries_of, noon):
    one = owed_about(mark_with_something_unread(), noon)
    more = [one, *(owed_about(mark_with_something_unread(), noon) for _ in range(5))]

    assert queries_of(lambda: letters.context_of([one])) == queries_of(lambda: letters.context_of(more)) == 1
    assert queries_of(lambda: letters.still_owed(more)) == 1
