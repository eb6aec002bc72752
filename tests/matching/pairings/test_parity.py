import pytest
from django.urls import reverse

from matching.pairings import acts, parity
from tests.factories.matching import PairingFactory

PAGE = "matching:equal-footing"


@pytest.fixture
def for_the_mentor_alone(monkeypatch):
    """An act that breaks the promise."""

    class Unequal(acts.Act):
        def is_open_to(self, membership, pairing):
            return super().is_open_to(membership, pairing) and pairing.mentor and membership == pairing.mentor_membership

    act = Unequal(name="session.grade", words="Grade the other", route=PAGE, states=frozenset({"active"}))
    monkeypatch.setattr(acts, "_acts", {act.name: act})


def test_every_act_is_listed_in_its_words():
    assert [line.words for line in parity.lines()] == [str(act.words) for act in acts.every()]
    assert len(list(parity.lines())) > 3


def test_every_act_is_open_to_both_halves_and_to_nobody_else():
    for line in parity.lines():
        assert (line.mentor, line.mentee, line.one, line.other, line.somebody_else) == (True, True, True, True, False), line.words


def test_an_act_for_one_side_alone_would_show(for_the_mentor_alone):
    (line,) = parity.lines()

    assert (line.mentor, line.mentee, line.one, line.other) == (True, False, False, False)


@pytest.mark.django_db
def test_the_page_is_open_to_whoever_asks_and_lists_every_act(client):
    page = client.get(reverse(PAGE))

    assert page.status_code == 200
    for act in acts.every():
        assert str(act.words) in page.text
    assert 'class="tag tag--ok"' in page.text


@pytest.mark.django_db
def test_the_page_would_say_no_where_a_side_lacks_something(client, for_the_mentor_alone):
    page = client.get(reverse(PAGE)).text

    assert page.count("tag--ok") == 1


@pytest.mark.django_db
def test_every_page_of_a_program_leads_to_it(as_member):
    pairing = PairingFactory(active=True)

    page = as_member(pairing.first).get(reverse("checkins:pairing", args=[pairing.program.slug, pairing.pk]))

    assert reverse(PAGE) in page.text
