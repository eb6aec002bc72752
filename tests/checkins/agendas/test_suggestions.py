import pytest

from checkins.agendas import suggestions
from checkins.agendas.models import LONGEST_TOPIC, AgendaItem
from checkins.agendas.suggestions import BY_KEY, NAMES, SETS, Meeting

EVERY = [pytest.param(suggestion, id=suggestion.key) for suggestion in BY_KEY.values()]


@pytest.mark.parametrize("suggestion", EVERY)
def test_a_suggestion_fits_on_the_agenda(suggestion):
    assert 0 < len(str(suggestion.words)) <= LONGEST_TOPIC
    assert len(suggestion.key) <= AgendaItem._meta.get_field("suggestion").max_length


def test_no_two_suggestions_share_a_key_or_their_words():
    every = [suggestion for suggestions in SETS.values() for suggestion in suggestions]

    assert len({suggestion.key for suggestion in every}) == len({str(suggestion.words) for suggestion in every}) == len(every)


def test_each_kind_of_meeting_has_a_name_and_about_five_topics():
    assert set(NAMES) == set(SETS) == set(Meeting)
    assert all(4 <= len(topics) <= 7 for topics in SETS.values())


@pytest.mark.parametrize(("held", "meeting"), [(0, Meeting.FIRST), (1, Meeting.MIDDLE), (30, Meeting.MIDDLE)])
def test_what_fits_is_told_from_how_often_they_met(held, meeting):
    assert suggestions.fitting(held) == meeting


def test_what_is_on_the_agenda_is_not_offered():
    offered = suggestions.offered(Meeting.LAST, there={"last-next", "first-hopes"})

    assert [suggestion.key for suggestion in SETS[Meeting.LAST] if suggestion not in offered] == ["last-next"]
