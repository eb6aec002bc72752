import pytest
from django.db import IntegrityError

from checkins.goals.models import Goal
from tests.factories.checkins import GoalFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def test_the_database_refuses_a_goal_without_words():
    with pytest.raises(IntegrityError, match="says_something"):
        GoalFactory(text="")


@pytest.mark.parametrize("wrong", [{"state": "reached"}, {"state": "let_go"}, {"settled": True}])
def test_the_database_refuses_a_goal_that_is_settled_by_half(wrong, noon):
    with pytest.raises(IntegrityError, match="has_settled_at_when_settled"):
        GoalFactory(**({"settled_at": noon} if "settled" in wrong else wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"of_both": True, "second_agreed_at": None},
        {"proposed": True, "state": "open"},
        {"of_both": True, "state": "proposed"},
        {"of_both": True, "reached": True, "second_says": ""},
        {"of_both": True, "let_go": True, "first_says": "reached"},
        {"proposed": True, "reached": True, "state": "reached"},
        {"state": "proposed"},
    ],
)
def test_the_database_refuses_a_goal_of_both_that_one_alone_has_opened_or_settled(wrong):
    with pytest.raises(IntegrityError, match="of_both_needs_both"):
        GoalFactory(**wrong)


def test_the_words_are_read_by_the_two_alone():
    goal = GoalFactory()
    program = goal.pairing.program
    readers = {goal.pairing.first, goal.pairing.second}
    others = {goal.pairing.coordinator, MembershipFactory(admin=True, program=program), MembershipFactory(program=program)}

    assert all(goal in Goal.objects.visible_to(reader) for reader in readers)
    assert not any(Goal.objects.visible_to(other).exists() for other in others)


def test_a_goal_of_one_half_is_not_the_others_and_one_of_both_is():
    own, both = GoalFactory(), GoalFactory(of_both=True)

    assert own.is_of(own.pairing.first)
    assert not own.is_of(own.pairing.second)
    assert all(both.is_of(half) for half in both.pairing.halves)
    assert not both.is_of(own.pairing.first)
