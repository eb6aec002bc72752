import pytest
from django.urls import reverse

from matching.pairings import acts, parity, policies
from tests.factories.matching import PairingFactory

PAGE = "matching:equal-footing"


@pytest.fixture
def for_the_mentor_alone(monkeypatch):
    """An act that breaks the promise."""

    class Unequal(acts.Act):
        def is_open_to(self, membership, pairing):
            return super().is_open_to(membership, pairing) and pairing.mentor and membership == pairing.mentor_membership

    how = {"states": acts.WHILE_ACTIVE, "who": acts.Who.EITHER, "staff_too": False}
    act = Unequal(name="session.grade", words="Grade the other", route=PAGE, **how)
    monkeypatch.setattr(acts, "_acts", {act.name: act})


def test_every_act_is_listed_in_its_words():
    assert [line.words for line in parity.lines()] == [str(act.words) for act in acts.every()]
    assert len(list(parity.lines())) > 3


def test_every_act_is_open_to_both_halves_and_to_nobody_else():
    for line in parity.lines():
        assert (line.mentor, line.mentee, line.one, line.other, line.somebody_else) == (True, True, True, True, False), line.words


def test_what_those_who_run_the_program_can_do_too_is_said_of_it():
    said = {str(act.words): act.name for act in acts.every()}

    too = {said[line.words] for line in parity.lines() if line.staff_too}

    assert too == {"pairing.pause", "pairing.go_on", "ending.begin", "ending.stay", "pairing.end"}


@pytest.mark.django_db
@pytest.mark.parametrize("act", [pytest.param(act, id=act.name) for act in acts.every() if act.staff_too])
def test_they_can_do_it_in_every_state_and_not_of_a_pairing_of_their_own(act):
    for state in act.states:
        pairing = PairingFactory(**{state: True})
        own = PairingFactory(**{state: True}, first__is_coordinator=True)

        assert policies.may_do_as_staff(act, pairing.proposed_by, pairing)
        assert not policies.may_do_as_staff(act, own.first, own)
        assert not policies.may_do(act, own.first, pairing)


@pytest.mark.django_db
def test_the_page_says_what_those_who_run_the_program_can_do_too(client):
    page = client.get(reverse(PAGE)).text

    assert page.count("Those who run the program can do this too") == len([act for act in acts.every() if act.staff_too])


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
