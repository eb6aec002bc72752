import pytest

from matching.endings import services as endings
from mentoring.kernel.errors import Refused
from tests.factories.checkins import GoalFactory

pytestmark = pytest.mark.django_db


def test_once_they_have_set_a_goal_their_match_is_not_undone(noon):
    pairing = GoalFactory().pairing

    with pytest.raises(Refused):
        endings.undo(pairing=pairing, by=pairing.proposed_by, now=noon)
