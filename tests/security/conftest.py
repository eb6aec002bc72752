"""A program with its people, and an address for each route in it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client

from programs.memberships.models import Membership
from tests.factories.matching import PairingFactory
from tests.factories.programs import CohortFactory, MembershipFactory
from tests.security import routes
from tests.security.access_matrix import ROUTES


@dataclass
class Scene:
    coordinator: Membership
    participant: Membership
    addresses: list[str]
    browsers: dict[str, Client]

    def __post_init__(self) -> None:
        self._sessions = {who: self._session_of(who) for who in self.browsers}

    def addresses_of(self, who: str) -> list[str]:
        """Those that let the person in. Who is kept out, and how, is for the access matrix."""
        roles = {"signed out": {"anonymous"}, "participant": {"half"}, "coordinator": {"coordinator", "admin"}}[who]
        names = {address: routes.name_of(address) for address in self.addresses}
        return [address for address, name in names.items() if name not in ROUTES or roles & set(ROUTES[name].who)]

    def addresses_that_take(self, method: str, who: str) -> list[str]:
        """What a page of ours does not take it refuses, whatever is sent: the access matrix sees to that."""
        names = {address: routes.name_of(address) for address in self.addresses_of(who)}
        return [address for address, name in names.items() if name not in ROUTES or method in ROUTES[name].methods]

    def sign_in_again(self, who: str) -> None:
        """After a page that signed the person out, as it should."""
        browser = self.browsers[who]
        if who != "signed out" and self._session_of(who) != self._sessions[who]:
            browser.force_login((self.participant if who == "participant" else self.coordinator).user)
            self._sessions[who] = self._session_of(who)

    def _session_of(self, who: str) -> str:
        """As the browser names it, without asking the database whether it is there."""
        cookie = self.browsers[who].cookies.get(settings.SESSION_COOKIE_NAME)
        return cookie.value if cookie else ""


@pytest.fixture
def scene(transactional_db: None, as_member: Callable[[Membership], Client]) -> Scene:
    """`browsers`: one that is signed out, a participant's and a coordinator's, who is an admin and a participant too."""
    coordinator = MembershipFactory(user__verified=True, is_coordinator=True, is_admin=True, ready=True)
    TOTP.activate(coordinator.user, generate_totp_secret())
    program = coordinator.program
    participant = MembershipFactory(user__verified=True, program=program, ready=True)
    pairing = PairingFactory(program=program, first=participant, proposed_by=coordinator, active=True)
    known = {
        "program": program.slug,
        "membership": participant.pk,
        "pairing": pairing.pk,
        "cohort": CohortFactory(program=program).pk,
    }
    browsers = {"signed out": Client(), "participant": as_member(participant), "coordinator": as_member(coordinator)}
    for browser in browsers.values():
        browser.raise_request_exception = False
    return Scene(coordinator, participant, routes.addresses(known), browsers)
