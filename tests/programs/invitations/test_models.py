from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from programs.invitations.models import Invitation
from tests.factories.programs import CohortFactory, InvitationFactory, MembershipFactory, ProgramFactory, UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


def test_an_address_is_asked_into_a_program_once_at_a_time_however_it_is_written():
    first = InvitationFactory(email="amara@example.org")

    with pytest.raises(IntegrityError, match="programs_invitation_one_open_an_address"), transaction.atomic():
        InvitationFactory(program=first.program, email="Amara@Example.org")


def test_whoever_is_asked_is_asked_to_do_something():
    with pytest.raises(IntegrityError, match="programs_invitation_gives_a_role"), transaction.atomic():
        InvitationFactory(is_participant=False)


@pytest.mark.parametrize("state", ["accepted", "withdrawn"])
def test_an_invitation_that_is_over_makes_room(state):
    first = InvitationFactory(email="amara@example.org", **{state: True})

    InvitationFactory(program=first.program, email="amara@example.org")

    assert Invitation.objects.filter(email="amara@example.org").count() == 2


def test_two_programs_can_ask_the_same_person():
    InvitationFactory(email="amara@example.org")

    assert InvitationFactory(email="amara@example.org").pk


@pytest.mark.parametrize(
    ("trait", "state"), [("expired", "run_out_at"), ("accepted", "accepted"), ("withdrawn", "withdrawn"), (None, "open_at")]
)
def test_each_invitation_is_in_one_state(trait, state):
    invitation = InvitationFactory(**{trait: True} if trait else {})

    every = {
        "open_at": Invitation.objects.open_at(NOON),
        "run_out_at": Invitation.objects.run_out_at(NOON),
        "accepted": Invitation.objects.accepted(),
        "withdrawn": Invitation.objects.withdrawn(),
    }

    assert [name for name, found in every.items() if invitation in found] == [state]
    assert invitation.is_open_at(NOON) == (state == "open_at")


def test_it_is_open_until_its_last_moment_and_not_in_it():
    invitation = InvitationFactory()

    assert invitation.is_open_at(invitation.expires_at - timedelta(microseconds=1))
    assert not invitation.is_open_at(invitation.expires_at)


def test_only_those_who_run_the_program_see_its_invitations():
    invitation = InvitationFactory()
    coordinator = MembershipFactory(program=invitation.program, coordinator=True)
    participant, outsider = MembershipFactory(program=invitation.program), MembershipFactory(coordinator=True)

    assert [Invitation.objects.visible_to(person).count() for person in (coordinator, participant, outsider)] == [1, 0, 0]


@pytest.mark.parametrize(("words", "found"), [("amara", 1), ("OKOYE example.org", 1), ("amara jonas", 0), ("", 2), ("%", 0)])
def test_it_is_found_by_parts_of_name_and_address(words, found):
    InvitationFactory(name="Amara Okoye", email="ao@example.org")
    InvitationFactory(name="Jonas", email="jonas@example.com")

    assert Invitation.objects.for_whom_like(words).count() == found


def test_the_list_costs_one_query(django_assert_num_queries):
    program = ProgramFactory()
    for _number in range(3):
        InvitationFactory(program=program, cohort=CohortFactory(program=program), invited_by=UserFactory())

    with django_assert_num_queries(1):
        assert all(f"{row.cohort}{row.invited_by.full_name}{row.role_names()}" for row in Invitation.objects.for_list())
