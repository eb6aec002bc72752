import pytest
from django.db import IntegrityError

from checkins.actions.models import ActionItem
from tests.factories.checkins import ActionItemFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("how", "rule"),
    [
        ({"text": ""}, "says_something"),
        ({"asked": True, "done": True}, "done_once_taken_on"),
        ({"of_both": True, "second_took_on_at": None, "done": True}, "done_once_taken_on"),
        ({"done": True, "done_by": None}, "done_by_somebody"),
        ({"declined": True, "declined_by": None}, "declined_by_somebody"),
        ({"done": True, "declined": True}, "ends_in_one_way"),
        ({"done": True, "removed": True}, "ends_in_one_way"),
        ({"declined": True, "removed": True}, "ends_in_one_way"),
    ],
)
def test_the_database_refuses_what_can_never_be_true(how, rule):
    with pytest.raises(IntegrityError, match=rule):
        ActionItemFactory(**how)


def test_the_words_are_read_by_the_two_alone():
    action = ActionItemFactory()
    program = action.pairing.program
    others = [action.pairing.coordinator, MembershipFactory(admin=True, program=program), MembershipFactory(program=program)]

    assert all(action in ActionItem.objects.visible_to(half) for half in action.pairing.halves)
    assert not any(ActionItem.objects.visible_to(other).exists() for other in others)


@pytest.mark.parametrize(
    ("how", "stands"),
    [
        ({}, True),
        ({"asked": True}, False),
        ({"of_both": True}, True),
        ({"of_both": True, "second_took_on_at": None}, False),
        ({"done": True}, False),
        ({"removed": True}, False),
    ],
)
def test_an_action_stands_while_it_is_open_and_everybody_who_is_to_do_it_has_said_yes(how, stands):
    action = ActionItemFactory(**how)

    assert ActionItem.objects.standing().exists() == stands
    assert (action.is_open and action.is_taken_on) == stands


def test_what_its_author_removed_is_on_no_list():
    ActionItemFactory(removed=True)
    done = ActionItemFactory(done=True)

    assert not ActionItem.objects.open().exists()
    assert list(ActionItem.objects.over()) == [done]
