"""The door of every page of a program: who passes, and what everybody else sees."""

import pytest
from django.http import HttpResponse
from django.urls import reverse

from programs.memberships.access import admins_only, members_only, participants_only, staff_only
from tests.factories.programs import MembershipFactory, ProgramFactory, UserFactory

pytestmark = pytest.mark.django_db

DOORS = {"members": members_only, "participants": participants_only, "staff": staff_only, "admins": admins_only}
PASS = {
    "participant": {"members", "participants"},
    "coordinator": {"members", "staff"},
    "admin": {"members", "staff", "admins"},
    "deputy": {"members"},
    "coordinator who takes part": {"members", "participants", "staff"},
}
TRAITS = {
    "participant": {},
    "coordinator": {"coordinator": True},
    "admin": {"admin": True},
    "deputy": {"deputy": True},
    "coordinator who takes part": {"coordinator": True, "is_participant": True},
}


@pytest.fixture
def program():
    return ProgramFactory(staff_need_second_factor=False)


@pytest.fixture
def knock(rf, settings):
    """`knock(door, program, user)` is the answer of a page behind that door."""
    from django.contrib.auth.models import AnonymousUser

    def at(door, program, user=None, method="get"):
        request = getattr(rf, method)(f"/p/{program.slug}/x/")
        request.user = user or AnonymousUser()
        return DOORS[door](lambda request: HttpResponse(f"{request.membership.pk}"))(request, program=program.slug)

    return at


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("who", TRAITS)
def test_each_role_passes_its_doors_and_no_other(door, who, program, knock):
    from django.http import Http404

    member = MembershipFactory(program=program, **TRAITS[who])

    if door in PASS[who]:
        assert knock(door, program, member.user).content.decode() == str(member.pk)
    else:
        with pytest.raises(Http404):
            knock(door, program, member.user)


@pytest.mark.parametrize("door", DOORS)
def test_who_is_not_signed_in_is_asked_to(door, program, knock):
    assert knock(door, program)["Location"] == f"/accounts/login/?next=/p/{program.slug}/x/"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("who", ["of another program", "of none", "who has left", "of an archived program"])
def test_everybody_else_meets_a_page_that_is_not_there(door, who, program, knock, noon):
    from django.http import Http404

    if who == "of another program":
        user = MembershipFactory(admin=True, is_participant=True).user
    elif who == "of none":
        user = UserFactory()
    else:
        user = MembershipFactory(program=program, admin=True, is_participant=True, left=who == "who has left").user
    if who == "of an archived program":
        program.archived_at = noon
        program.save()

    with pytest.raises(Http404):
        knock(door, program, user)


def test_not_yours_and_not_there_are_the_same_to_the_letter(as_member):
    program = ProgramFactory()
    browser = as_member(MembershipFactory().user)

    not_mine = browser.get(reverse("programs:people", args=[program.slug]))
    not_there = browser.get(reverse("programs:people", args=["no-such-program"]))

    assert not_mine.status_code == not_there.status_code == 404
    assert not_mine.content == not_there.content


def test_other_methods_are_not_answered(program, knock):
    member = MembershipFactory(program=program)

    assert knock("members", program, member.user, method="delete").status_code == 405
