"""Two people at once: after a quiet end each says alone that they would like to begin again, and it does when both have."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from matching.endings import services
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pairing():
    now = timezone.now()
    program = ProgramFactory(slug="northside", name="Northside Student Mentoring", time_zone="UTC")
    halves = {
        side: MembershipFactory(program=program, user__name=name) for side, name in (("first", "Amara Okoye"), ("second", "Jonas Lind"))
    }
    coordinator = MembershipFactory(coordinator=True, program=program, user__name="Priya Raman")
    pairing = PairingFactory(active=True, program=program, proposed_by=coordinator, proposed_at=now - timedelta(days=40), **halves)
    return services.end(pairing=pairing, by=pairing.first, now=now)


def test_two_begin_again_when_each_has_said_so_alone(page_at, axe, pairing):
    here = f"/p/northside/pairings/{pairing.pk}"
    amara, jonas = page_at(360, as_=pairing.first), page_at(1280, as_=pairing.second)

    amara.goto(f"{here}/ended/")
    amara.get_by_role("link", name="Begin again, or not").click()
    axe(amara)
    amara.get_by_role("button", name="Yes, I would like to").click()
    expect(amara.get_by_text("It holds until")).to_be_visible()
    axe(amara)

    jonas.goto(f"{here}/begin-again/")
    expect(jonas.get_by_text("You said")).to_have_count(0)
    jonas.get_by_role("button", name="Not this time").click()
    expect(jonas.get_by_text("You said not this time.")).to_be_visible()
    amara.reload()
    expect(amara.get_by_text("It holds until")).to_be_visible()

    jonas.get_by_role("button", name="Yes, I would like to").click()
    expect(jonas.get_by_text("You both said yes.")).to_be_visible()
    jonas.goto(f"{here}/history/")
    expect(jonas.get_by_text("It began again: you both said yes.")).to_be_visible()
    axe(jonas)
    amara.reload()
    expect(amara.get_by_role("link", name="Pause, change or end")).to_be_visible()
