"""A small world for the access matrix: one program with a pair, a neighbour's pair and staff, and another program beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.test import Client

from programs.invitations.tokens import token_for
from programs.memberships.models import Membership
from tests.conftest import signed_in
from tests.factories.checkins import AgendaItemFactory, CheckInFactory, QuestionFactory, TaskFactory, plan_of
from tests.factories.guidelines import GuidelineVersionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import (
    CohortFactory,
    InvitationFactory,
    MembershipFactory,
    ProfileQuestionFactory,
    ProgramFactory,
    SheetFactory,
)
from tests.security.routes import PARAMETER

MISSING = 987_654_321


@dataclass
class World:
    people: Mapping[str, Membership]
    own: Mapping[str, object]
    foreign: Mapping[str, object]

    def browser_of(self, role: str) -> Client:
        browser = Client() if role == "anonymous" else signed_in(self.people[role])
        browser.raise_request_exception = False
        return browser

    def arguments_of(self, pattern: str, which: str, name: str) -> dict[str, object]:
        """What stands in a route's address. `which`: "own" of this program, "foreign" of another one, or "missing"."""
        asked = [parameter["name"] for parameter in PARAMETER.finditer(pattern)]
        # One word, two things: a question of the profile, and one of the check-in.
        known = self.own if which != "foreign" else self.foreign
        arguments = {word: known.get(f"{name}.{word}", known[word]) for word in asked}
        if "program" in asked:
            arguments["program"] = self.own["program"]
        if which == "missing":
            arguments |= {word: MISSING for word in asked if word not in ("program", "token")}
        return arguments


def build_world() -> World:
    program, elsewhere = ProgramFactory(), ProgramFactory()
    half = MembershipFactory(program=program, ready=True)
    coordinator = MembershipFactory(program=program, coordinator=True)
    conflicted = MembershipFactory(program=program, is_coordinator=True, ready=True)
    pairing = PairingFactory(program=program, first=half, second=conflicted, proposed_by=coordinator, active=True)
    neighbours = PairingFactory(program=program, proposed_by=coordinator, active=True)
    foreign = PairingFactory(program=elsewhere, active=True)
    people = {
        "half": half,
        "conflicted": conflicted,
        "coordinator": coordinator,
        "admin": MembershipFactory(program=program, admin=True),
        "other": neighbours.first,
        "former": MembershipFactory(program=program, left=True),
        "stranger": foreign.first,
    }
    return World(people, _things_of(pairing, coordinator), _things_of(foreign, foreign.proposed_by))


def _things_of(pairing: object, coordinator: Membership) -> dict[str, object]:
    program = coordinator.program
    plan = plan_of(program)
    GuidelineVersionFactory(program=program, written_by=coordinator, number=1)
    return {
        "program": program.slug,
        "membership": pairing.first_id,  # type: ignore[attr-defined]
        "pairing": pairing.pk,  # type: ignore[attr-defined]
        "cohort": CohortFactory(program=program).pk,
        "question": ProfileQuestionFactory(program=program).pk,
        "checkins:plan-question.question": QuestionFactory(plan=plan).pk,
        "agendaitem": AgendaItemFactory(pairing=pairing).pk,
        "checkin": CheckInFactory(pairing=pairing).pk,
        "task": TaskFactory(pairing=pairing).pk,
        "invitation": (invitation := InvitationFactory(program=program)).pk,
        "token": token_for(invitation.pk),
        "sheet": SheetFactory(program=program).pk,
    }


# A route whose address names a row, beside the program itself.
NAMES_A_ROW = re.compile(r"<(?!slug:program)(?!str:token)[^>]+>")
