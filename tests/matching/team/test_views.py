import pytest
from django.urls import reverse

from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True, user__name="Priya Raman")


def page(membership):
    return reverse("matching:team", args=[membership.program.slug])


def test_everybody_who_runs_the_program_is_there_with_roles_caseload_and_second_step(as_member, coordinator):
    program = coordinator.program
    MembershipFactory(program=program, admin=True, user__name="Ngozi Adebayo")
    MembershipFactory(program=program, deputy=True, user__name="Sam Deputy")
    MembershipFactory(program=program, user__name="Only Participant")
    PairingFactory.create_batch(2, program=program, coordinator=coordinator, proposed_by=coordinator, active=True)
    PairingFactory(program=program, coordinator=coordinator, proposed_by=coordinator, closed=True)

    answer = as_member(coordinator).get(page(coordinator))

    found = {person.user.name: (person.open_pairings, person.has_second_step) for person in answer.context["page"].items}
    assert found == {"Ngozi Adebayo": (0, False), "Priya Raman": (2, True), "Sam Deputy": (0, False)}


def test_what_is_missing_is_said(as_member, coordinator):
    PairingFactory(program=coordinator.program, active=True, coordinator=None)

    shown = as_member(coordinator).get(page(coordinator)).content.decode()

    assert "There is no admin" in shown
    assert "There is no deputy" in shown
    assert "1 open pairing has nobody" in shown


def test_the_page_costs_the_same_for_one_and_for_many(as_member, coordinator, costs_the_same):
    browser = as_member(coordinator)

    def grow():
        MembershipFactory.create_batch(9, program=coordinator.program, coordinator=True)

    costs_the_same(lambda: browser.get(page(coordinator)), grow=grow)
