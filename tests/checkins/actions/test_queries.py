import pytest

from checkins.actions import queries
from checkins.actions.models import ActionItem
from tests.factories.checkins import ActionItemFactory

pytestmark = pytest.mark.django_db


def test_what_is_due_first_comes_first_and_what_has_no_day_last(noon):
    pairing = ActionItemFactory(due_on=None, text="some day").pairing
    ActionItemFactory(pairing=pairing, due_on=noon.date().replace(day=20), text="later")
    ActionItemFactory(pairing=pairing, due_on=noon.date().replace(day=18), text="soon")

    assert [action.text for action in queries.soonest_first(ActionItem.objects.all())] == ["soon", "later", "some day"]
