from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from programs.memberships import services
from programs.memberships.models import Membership
from tests.factories.programs import CohortFactory, MembershipFactory, ProgramFactory, UserFactory

pytestmark = pytest.mark.django_db

NOTHING = {"is_participant": False, "is_coordinator": False, "is_admin": False, "is_deputy": False}


@pytest.fixture
def admin():
    return MembershipFactory(admin=True, is_coordinator=True)


@pytest.fixture
def heard(monkeypatch):
    """Those of whom `when_joined` was told."""
    told = []
    monkeypatch.setattr(services, "_when_joined", [*services._when_joined, lambda *, membership, now: told.append(membership.pk)])
    return told


def test_who_joins_as_a_participant_has_a_profile_to_finish(noon, heard):
    cohort = CohortFactory()

    member = services.join(program=cohort.program, user=UserFactory(), is_participant=True, cohort=cohort, now=noon)

    assert (member.cohort, member.joined_at, member.ready_at) == (cohort, noon, None)
    assert "profile" in member.requirements.open().values_list("key", flat=True)
    assert heard == [member.pk]


def test_who_joins_to_run_the_program_has_nothing_to_finish(noon, heard):
    member = services.join(program=ProgramFactory(), user=UserFactory(), is_coordinator=True, now=noon)

    assert not member.requirements.exists()
    assert heard == []


def test_nobody_joins_twice(noon):
    member = MembershipFactory()

    with pytest.raises(Refused, match="in the program already"):
        services.join(program=member.program, user=member.user, is_participant=True, now=noon)


def test_who_has_left_comes_back_to_the_place_they_had(noon):
    member = MembershipFactory(left=True)

    again = services.join(program=member.program, user=member.user, is_coordinator=True, now=noon)

    assert again.pk == member.pk
    assert (again.left_at, again.is_participant, again.is_coordinator) == (None, False, True)


def test_roles_are_replaced_as_a_whole_and_recorded(admin, noon, heard):
    member = MembershipFactory(program=admin.program, coordinator=True)

    services.set_roles(membership=member, by=admin, now=noon, **NOTHING | {"is_participant": True, "is_deputy": True})

    member.refresh_from_db()
    assert member.role_keys() == "participant,deputy"
    event = AuditEvent.objects.get(verb="membership.roles_changed")
    assert (event.actor_id, event.detail) == (admin.user_id, {"roles": "participant,deputy"})
    assert heard == [member.pk]


def test_saving_the_same_roles_records_nothing(admin, noon, heard):
    member = MembershipFactory(program=admin.program)

    services.set_roles(membership=member, by=admin, now=noon, **NOTHING | {"is_participant": True})

    assert not AuditEvent.objects.exists()
    assert heard == []


@pytest.mark.parametrize("role", ["is_admin", "is_deputy"])
def test_a_coordinator_gives_no_role_that_sees_more_than_their_own(admin, noon, role):
    coordinator = MembershipFactory(program=admin.program, coordinator=True)
    member = MembershipFactory(program=admin.program)

    with pytest.raises(Refused, match="Only an admin"):
        services.set_roles(membership=member, by=coordinator, now=noon, **NOTHING | {"is_participant": True, role: True})


def test_a_coordinator_takes_no_admin_out(admin, noon):
    coordinator = MembershipFactory(program=admin.program, coordinator=True)

    with pytest.raises(Refused, match="Only an admin"):
        services.leave(membership=admin, by=coordinator, now=noon)


def test_staff_of_another_program_change_nothing_here(noon):
    stranger, member = MembershipFactory(admin=True), MembershipFactory()

    with pytest.raises(Refused):
        services.set_roles(membership=member, by=stranger, now=noon, **NOTHING | {"is_coordinator": True})
    with pytest.raises(Refused):
        services.leave(membership=member, by=stranger, now=noon)


def test_a_second_deputy_is_refused_by_name(admin, noon):
    MembershipFactory(program=admin.program, deputy=True, user__name="Ruth Adeyemi")
    member = MembershipFactory(program=admin.program)

    with pytest.raises(Refused, match="Ruth Adeyemi"):
        services.set_roles(membership=member, by=admin, now=noon, **NOTHING | {"is_participant": True, "is_deputy": True})


def test_the_last_coordinator_and_the_last_admin_stay(admin, noon):
    with pytest.raises(Refused, match="only coordinator"):
        services.set_roles(membership=admin, by=admin, now=noon, **NOTHING | {"is_admin": True})
    with pytest.raises(Refused, match="only admin"):
        services.set_roles(membership=admin, by=admin, now=noon, **NOTHING | {"is_coordinator": True})
    with pytest.raises(Refused, match="only coordinator"):
        services.leave(membership=admin, by=admin, now=noon)


def test_somebody_who_has_left_counts_for_nothing(admin, noon):
    MembershipFactory(program=admin.program, admin=True, is_coordinator=True, left=True)

    with pytest.raises(Refused):
        services.leave(membership=admin, by=admin, now=noon)


def test_everybody_may_leave_by_themselves(admin, noon):
    member = MembershipFactory(program=admin.program)

    services.leave(membership=member, by=member, now=noon)

    member.refresh_from_db()
    assert member.left_at == noon
    assert AuditEvent.objects.get().verb == "membership.left"


def test_who_is_left_without_a_role_is_asked_to_leave_instead(admin, noon):
    member = MembershipFactory(program=admin.program)

    with pytest.raises(Refused, match="at least one role"):
        services.set_roles(membership=member, by=admin, now=noon, **NOTHING)


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_leave_in_the_same_second_one_stays(noon):
    program = ProgramFactory()
    admins = [MembershipFactory(program=program, admin=True, is_coordinator=True) for _ in range(2)]

    def go(member: Membership) -> bool:
        try:
            services.leave(membership=member, by=member, now=noon)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as both:
        left = list(both.map(go, admins))

    assert sorted(left) == [False, True]
    assert Membership.objects.filter(program=program).current().filter(is_admin=True).count() == 1
