import pytest

from programs.readiness import services
from programs.readiness.models import Requirement
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(noon):
    member = MembershipFactory(ready=True)
    services.require(membership=member, key="profile", now=noon)
    services.require(membership=member, key="guidelines", now=noon)
    member.refresh_from_db()
    return member


def test_somebody_is_not_ready_while_something_is_open(member, noon):
    services.settle(membership=member, key="profile", now=noon)

    member.refresh_from_db()
    assert member.ready_at is None


def test_with_the_last_thing_done_somebody_is_ready(member, noon):
    services.settle(membership=member, key="profile", now=noon)

    assert services.settle(membership=member, key="guidelines", now=noon)

    member.refresh_from_db()
    assert member.ready_at == noon


def test_what_is_done_is_not_asked_again_by_requiring_it(member, noon):
    services.settle(membership=member, key="profile", now=noon)

    services.require(membership=member, key="profile", now=noon)

    assert Requirement.objects.get(membership=member, key="profile").done_at == noon


def test_what_changed_is_asked_again(member, noon):
    for key in ("profile", "guidelines"):
        services.settle(membership=member, key=key, now=noon)

    services.open_again(membership=member, key="guidelines", now=noon)

    member.refresh_from_db()
    assert member.ready_at is None


def test_settling_what_nobody_asked_for_leaves_somebody_ready_as_they_were(noon):
    member = MembershipFactory(ready=True)

    assert services.settle(membership=member, key="profile", now=noon)
