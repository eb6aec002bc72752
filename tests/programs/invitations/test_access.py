from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from programs.invitations.tokens import token_for
from tests.at_once import at_once
from tests.factories.programs import InvitationFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

WRONG = reverse("programs:invitation", args=["1:wrong"])


def opened(address, ip="203.0.113.7", method="get"):
    return getattr(Client(REMOTE_ADDR=ip), method)(address).status_code


def link():
    return reverse("programs:invitation", args=[token_for(InvitationFactory().pk)])


@time_machine.travel(NOON, tick=False)
def test_after_twenty_wrong_links_in_a_minute_none_opens():
    right = link()

    assert [opened(WRONG, method=method) for method in ["get", "post"] * 11] == [404] * 20 + [429] * 2

    assert opened(right) == 429
    assert opened(right, ip="203.0.113.8") == 200
    with time_machine.travel(NOON + timedelta(minutes=1)):
        assert opened(right) == 200


@time_machine.travel(NOON, tick=False)
def test_a_class_that_joins_from_one_room_is_not_held_up():
    assert [opened(link()) for _ in range(25)] == [200] * 25


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOON, tick=False)
def test_of_guesses_that_come_at_once_twenty_are_answered():
    answers = at_once(*[lambda: [opened(WRONG) for _ in range(6)]] * 5)

    assert sorted(status for some in answers for status in some) == [404] * 20 + [429] * 10
