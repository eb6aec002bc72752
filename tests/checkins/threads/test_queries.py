import pytest
from django.template.loader import render_to_string

from checkins.threads import queries
from matching.endings import services as endings
from mentoring.kernel.errors import Refused
from tests.factories.checkins import MessageFactory, ThreadReadFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory(active=True, first__user__called="Amara")


def shown(pairing, noon):
    waiting = queries.on_pair_page(pairing, pairing.second, noon)
    return render_to_string("checkins/threads/_now.html", {"pairing": pairing, "other": pairing.first, "waiting": waiting})


def test_the_pairs_page_shows_how_the_newest_message_begins(pairing, noon):
    MessageFactory(pairing=pairing, text="The older one")
    MessageFactory(pairing=pairing, text="Would <b>Tuesday</b> be good? " + "Perhaps. " * 50)

    page = shown(pairing, noon)

    assert "2 new messages from Amara" in page
    assert "Would &lt;b&gt;Tuesday&lt;/b&gt; be good?" in page
    assert "…" in page
    assert "The older one" not in page


def test_it_says_when_there_are_many(pairing, noon):
    MessageFactory.create_batch(21, pairing=pairing)

    assert "More than 20 new messages from Amara" in shown(pairing, noon)


@pytest.mark.parametrize(("state", "offered"), [("active", "Write to Amara"), ("closed", "Read the messages")])
def test_with_nothing_unread_it_leads_to_the_thread(state, offered, noon):
    pairing = PairingFactory(**{state: True}, first__user__called="Amara")
    message = MessageFactory(pairing=pairing)
    ThreadReadFactory(pairing=pairing, read_at=message.sent_at)

    page = shown(pairing, noon)

    assert "Nothing new." in page
    assert offered in page


def test_it_costs_one_query(pairing, noon, queries_of):
    MessageFactory.create_batch(30, pairing=pairing)

    assert queries_of(lambda: queries.on_pair_page(pairing, pairing.second, noon)) == 1


@pytest.mark.parametrize(("number", "newest", "earlier"), [(50, 50, 0), (51, 50, 1), (101, 50, 50)])
def test_a_thread_opens_at_the_newest_and_goes_back_a_page_at_a_time(pairing, number, newest, earlier):
    sent = MessageFactory.create_batch(number, pairing=pairing)

    last = queries.part_of_thread(pairing, pairing.second)
    before = queries.part_of_thread(pairing, pairing.second, before=last.messages[0].pk)

    assert list(last.messages) == sent[-newest:]
    assert list(before.messages) == sent[-newest - earlier : -newest]
    assert (last.has_earlier, before.has_earlier) == (earlier > 0, number > 100)


def test_a_message_that_comes_in_the_meantime_shifts_nothing(pairing):
    sent = MessageFactory.create_batch(60, pairing=pairing)
    last = queries.part_of_thread(pairing, pairing.second)

    MessageFactory(pairing=pairing)

    assert list(queries.part_of_thread(pairing, pairing.second, before=last.messages[0].pk).messages) == sent[:10]


def test_once_they_have_written_their_match_is_not_undone(pairing, noon):
    MessageFactory(pairing=pairing)

    with pytest.raises(Refused):
        endings.undo(pairing=pairing, by=pairing.proposed_by, now=noon)
