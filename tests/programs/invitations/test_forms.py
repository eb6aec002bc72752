from datetime import timedelta

import pytest

from programs.invitations.forms import InvitationFilter, InviteForm
from programs.invitations.models import Invitation
from programs.invitations.services import InvitationDraft
from tests.factories.programs import CohortFactory, InvitationFactory, MembershipFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True)


def asked(by, people, **typed) -> InviteForm:
    return InviteForm({"people": people, "roles": ["is_participant"], **typed}, by=by)


def test_addresses_are_read_as_people_write_and_paste_them(coordinator):
    form = asked(coordinator, 'amara@example.org\r\n  "Jonas Lindqvist" <jonas@example.org>; Mei <mei@example.org>, olu@example.org\n\n')

    assert form.is_valid()
    assert [(draft.name, draft.email) for draft in form.drafts()] == [
        ("", "amara@example.org"),
        ("Jonas Lindqvist", "jonas@example.org"),
        ("Mei", "mei@example.org"),
        ("", "olu@example.org"),
    ]


def test_an_address_that_stands_there_twice_is_one_person(coordinator):
    form = asked(coordinator, "Amara <amara@example.org>\nAMARA@example.org")

    assert form.is_valid()
    assert form.drafts() == [InvitationDraft(email="amara@example.org", name="Amara")]


@pytest.mark.parametrize(
    "wrong", ["amara", "amara@", "@example.org", "Amara amara@example.org", "<>", "a@b", f"{'a' * 60}@{'b.' * 95}example.org", "Ä <ä@ö>"]
)
def test_each_line_that_is_no_address_is_named_and_the_rest_stays(coordinator, wrong):
    form = asked(coordinator, f"mei@example.org\n{wrong}\nalso wrong")

    assert form.errors["people"] == [f"“{line}” is not an email address. Write it like name@example.org." for line in (wrong, "also wrong")]
    assert form["people"].value() == f"mei@example.org\n{wrong}\nalso wrong"


def test_what_no_database_takes_is_an_error_at_its_field(coordinator):
    form = asked(coordinator, "amara@example.org\x00")

    assert form.errors["people"] == ["Null characters are not allowed."]


def test_a_sheet_is_for_more_than_two_hundred(coordinator):
    people = [f"person{number}@example.org" for number in range(201)]

    assert asked(coordinator, "\n".join(people[:200])).is_valid()
    assert "Import a sheet for more" in str(asked(coordinator, "\n".join(people)).errors["people"])


def test_only_an_admin_is_offered_to_invite_admins(coordinator):
    admin = MembershipFactory(program=coordinator.program, admin=True)

    assert "is_admin" not in dict(InviteForm(by=coordinator).fields["roles"].choices)
    assert "is_admin" in dict(InviteForm(by=admin).fields["roles"].choices)
    assert "Select a valid choice" in str(asked(coordinator, "a@example.org", roles=["is_admin"]).errors["roles"])


def test_somebody_invited_does_something(coordinator):
    assert "roles" in asked(coordinator, "a@example.org", roles=[]).errors


def test_a_cohort_is_one_of_the_program(coordinator):
    own, foreign = CohortFactory(program=coordinator.program), CohortFactory()

    assert asked(coordinator, "a@example.org", cohort=str(own.pk)).is_valid()
    assert "cohort" in asked(coordinator, "a@example.org", cohort=str(foreign.pk)).errors


@pytest.mark.parametrize(
    ("state", "found"),
    [("open", ["waits"]), ("run_out", ["ran out"]), ("accepted", ["joined"]), ("withdrawn", ["taken back"]), ("", None), ("?", None)],
)
def test_the_list_is_narrowed_by_state(state, found):
    InvitationFactory(name="waits")
    InvitationFactory(name="ran out", expires_at=NOON - timedelta(seconds=1))
    InvitationFactory(name="joined", accepted=True)
    InvitationFactory(name="taken back", withdrawn=True)

    shown = InvitationFilter({"state": state}, queryset=Invitation.objects.order_by("pk"), now=NOON)

    assert [invitation.name for invitation in shown.qs] == (found or ["waits", "ran out", "joined", "taken back"])
