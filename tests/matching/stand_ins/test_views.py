import pytest
from django.urls import reverse

from matching.pairings.models import Pairing
from tests.factories.checkins import AgendaItemFactory
from tests.factories.matching import PairingFactory, PauseFactory
from tests.factories.programs import ProfileFactory

pytestmark = pytest.mark.django_db


def address(name, pairing):
    return reverse(name, args=[pairing.program.slug, pairing.pk])


@pytest.fixture
def rests(db):
    pairing = PauseFactory(pairing__first__user__name="Amara Okoye", pairing__second__user__name="Jonas Lind").pairing
    ProfileFactory(membership=pairing.first)
    return pairing


@pytest.fixture
def mentor(rests):
    return ProfileFactory(membership__program=rests.program, membership__user__name="Mira Sand", mentor=True).membership


def test_a_coordinator_chooses_for_whom_and_whom_and_asks_both(as_member, rests, mentor):
    browser, page = as_member(rests.coordinator), address("matching:stand-in", rests)
    assert page in browser.get(address("checkins:pairing", rests)).text
    assert "Who needs somebody for a while?" in browser.get(page).text
    assert "Mira Sand" in browser.get(page, {"half": rests.first_id}).text

    sent = browser.post(f"{page}?half={rests.first_id}&person={mentor.pk}", follow=True)

    assert "It starts when both say yes." in sent.text
    stand_in = Pairing.objects.get(stands_in_for=rests)
    assert {stand_in.first, stand_in.second} == {rests.first, mentor}
    assert "This is for a while" in as_member(mentor).get(address("matching:proposal", stand_in)).text


def test_only_those_with_the_place_that_is_needed_are_shown(as_member, rests):
    ProfileFactory(membership__program=rests.program, membership__user__name="Nils Only")

    assert "Nils Only" not in as_member(rests.coordinator).get(address("matching:stand-in", rests), {"half": rests.first_id}).text


def test_where_nothing_rests_it_leads_back(as_member):
    pairing = PairingFactory(active=True)

    answer = as_member(pairing.coordinator).get(address("matching:stand-in", pairing), follow=True)

    assert "only while a pairing rests" in answer.text


def test_whose_pairing_rests_is_told_nothing(as_member, rests):
    PairingFactory(stand_in=True, active=True, stands_in_for=rests)
    browser = as_member(rests.second)

    for page in (
        address("checkins:pairing", rests),
        reverse("checkins:home", args=[rests.program.slug]),
        address("matching:history", rests),
    ):
        text = browser.get(page).text
        assert "for a while:" not in text
        assert "stand" not in text.replace("understand", "").replace("standing", "").replace("stands", "").lower()


@pytest.mark.parametrize("role", ["is_coordinator", "is_admin"])
def test_whose_pairing_rests_is_told_nothing_as_staff_either(as_member, rests, role):
    stand_in = PairingFactory(stand_in=True, active=True, stands_in_for=rests)
    setattr(rests.second, role, True)
    rests.second.save()
    browser = as_member(rests.second)

    assert browser.get(address("checkins:pairing", stand_in)).status_code == 404
    assert stand_in.second.user.full_name not in browser.get(reverse("matching:pairings", args=[rests.program.slug])).text


@pytest.mark.parametrize("role", ["is_coordinator", "is_admin"])
def test_it_is_open_to_its_two_where_they_are_staff_too(as_member, rests, role):
    stand_in = PairingFactory(stand_in=True, active=True, stands_in_for=rests)
    assert stand_in.first == rests.first
    AgendaItemFactory(pairing=stand_in, text="A hard week")
    for half in stand_in.halves:
        setattr(half, role, True)
        half.save()

        assert "A hard week" in as_member(half).get(address("checkins:pairing", stand_in)).text


def test_it_is_open_to_its_two_while_it_lasts_and_to_neither_after_it(as_member, noon):
    stand_in = PairingFactory(stand_in=True, active=True)
    AgendaItemFactory(pairing=stand_in, text="A hard week")
    browsers = [as_member(half) for half in stand_in.halves]
    for browser in browsers:
        text = browser.get(address("checkins:pairing", stand_in)).text
        assert "A hard week" in text
        assert "This is for a while" in text

    Pairing.objects.filter(pk=stand_in.pk).update(state="closed", ended_at=noon)

    for browser in browsers:
        for name in ("checkins:pairing", "checkins:agenda", "checkins:thread", "matching:history"):
            answer = browser.get(address(name, stand_in), follow=True)
            assert "open to neither of you any more" in answer.text
            assert "A hard week" not in answer.text


def test_who_stands_in_meets_nothing_of_the_pairing_that_rests(as_member, rests):
    AgendaItemFactory(pairing=rests, text="Between the two")
    stand_in = PairingFactory(stand_in=True, active=True, stands_in_for=rests)
    browser = as_member(stand_in.second)

    for name in ("checkins:pairing", "checkins:agenda", "checkins:thread"):
        assert browser.get(address(name, rests)).status_code == 404
        assert "Between the two" not in browser.get(address(name, stand_in)).text
        assert "Jonas" not in browser.get(address(name, stand_in)).text
