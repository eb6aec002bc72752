from datetime import timedelta

import pytest
from django.db import IntegrityError

from checkins.threads.models import SECOND_THOUGHT, Message, ThreadRead
from tests.factories.checkins import MessageFactory, ThreadReadFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def test_the_two_read_what_they_write_and_nobody_else_does():
    pairing = PairingFactory(active=True)
    message = MessageFactory(pairing=pairing)
    MessageFactory()

    for half in pairing.halves:
        assert list(Message.objects.visible_to(half)) == [message]
    for other in (pairing.coordinator, MembershipFactory(program=pairing.program, admin=True)):
        assert not Message.objects.visible_to(other).exists()


def test_a_coordinator_who_is_half_of_a_pairing_reads_that_one_alone():
    pairing = PairingFactory(active=True, first__is_coordinator=True)
    message = MessageFactory(pairing=pairing)
    MessageFactory(pairing=PairingFactory(active=True, program=pairing.program))

    assert list(Message.objects.visible_to(pairing.first)) == [message]


def test_unread_is_what_the_other_sent_since_one_was_here():
    first, second, own, removed = (MessageFactory() for _ in range(4))
    Message.objects.all().update(pairing=first.pairing, author=first.author)
    Message.objects.filter(pk=own.pk).update(author=first.pairing.second)
    Message.objects.filter(pk=removed.pk).update(text="", removed_at=removed.sent_at, kept=b"sealed")
    me = first.pairing.second

    assert set(Message.objects.unread_by(me)) == {first, second}
    ThreadReadFactory(pairing=first.pairing, membership=me, read_at=first.sent_at)
    assert set(Message.objects.unread_by(me)) == {second}


def test_the_other_halfs_mark_makes_nothing_read():
    message = MessageFactory()
    ThreadReadFactory(pairing=message.pairing, membership=message.pairing.first, read_at=message.sent_at)

    assert list(Message.objects.unread_by(message.pairing.second)) == [message]


def test_who_has_more_to_read_is_known_of_many_at_once():
    new, read = MessageFactory(), MessageFactory()
    waiting = ThreadReadFactory(pairing=new.pairing)
    ThreadReadFactory(pairing=new.pairing, membership=new.pairing.first)
    ThreadReadFactory(pairing=read.pairing, read_at=read.sent_at)

    assert list(ThreadRead.objects.with_more_to_read()) == [waiting]


def test_how_far_somebody_has_read_is_theirs_to_see_alone():
    mark = ThreadReadFactory()

    assert list(ThreadRead.objects.visible_to(mark.pairing.second)) == [mark]
    for other in (mark.pairing.first, mark.pairing.coordinator):
        assert not ThreadRead.objects.visible_to(other).exists()


def test_a_message_can_be_taken_back_for_a_quarter_of_an_hour(noon):
    message = MessageFactory.build(pairing=None, author=None, sent_at=noon)

    assert message.can_be_taken_back_at(noon + SECOND_THOUGHT)
    assert not message.can_be_taken_back_at(noon + SECOND_THOUGHT + timedelta(seconds=1))


@pytest.mark.parametrize("broken", [{"text": ""}, {"removed_at": "2026-03-16T12:00Z", "kept": "Hello"}])
def test_the_database_refuses_a_message_that_is_empty_or_taken_back_with_its_words(broken):
    with pytest.raises(IntegrityError, match="says_something_until_taken_back"):
        MessageFactory(**broken)


@pytest.mark.parametrize("broken", [{"kept": "Hello"}, {"removed": True, "kept": None}])
def test_the_database_refuses_to_keep_what_stands_or_to_lose_what_was_taken_back(broken):
    with pytest.raises(IntegrityError, match="is_kept_once_taken_back"):
        MessageFactory(**broken)


def test_the_database_refuses_two_messages_of_a_pair_at_one_moment():
    there = MessageFactory()

    with pytest.raises(IntegrityError, match="one_after_another"):
        MessageFactory(pairing=there.pairing, sent_at=there.sent_at)


def test_the_database_refuses_two_marks_of_one_half():
    there = ThreadReadFactory()

    with pytest.raises(IntegrityError, match="one_a_half"):
        ThreadReadFactory(pairing=there.pairing)
