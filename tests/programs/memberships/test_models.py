from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from programs.memberships.models import Membership
from tests.factories.programs import CohortFactory, HolidayFactory, MembershipFactory, ProgramFactory, UserFactory

pytestmark = pytest.mark.django_db


def refused_by_the_database():
    return pytest.raises(IntegrityError)


@pytest.mark.parametrize(("reminded", "over"), [(0, 14), (14, 14), (20, 14)])
def test_a_program_reminds_before_an_introduction_ends(reminded, over):
    with refused_by_the_database(), transaction.atomic():
        ProgramFactory(introduction_reminder_days=reminded, introduction_open_days=over)


def test_a_person_has_one_place_in_a_program():
    member = MembershipFactory()

    with refused_by_the_database(), transaction.atomic():
        MembershipFactory(program=member.program, user=member.user)


def test_a_program_has_one_deputy_at_a_time():
    deputy = MembershipFactory(deputy=True)
    MembershipFactory(program=deputy.program, deputy=True, left=True)

    with refused_by_the_database(), transaction.atomic():
        MembershipFactory(program=deputy.program, deputy=True)


def test_nobody_is_in_a_program_as_nothing():
    with refused_by_the_database(), transaction.atomic():
        MembershipFactory(is_participant=False)


def test_a_cohort_does_not_end_before_it_begins(noon):
    with refused_by_the_database(), transaction.atomic():
        CohortFactory(starts_on=noon.date(), ends_on=noon.date().replace(day=1))


def test_two_cohorts_of_a_program_have_two_names():
    cohort = CohortFactory()

    with refused_by_the_database(), transaction.atomic():
        CohortFactory(program=cohort.program, name=cohort.name)


def test_an_address_has_one_login_whatever_its_case():
    UserFactory(email="amara@example.org")

    with refused_by_the_database(), transaction.atomic():
        UserFactory(email="Amara@example.org")


def test_staff_see_everybody_here_and_a_participant_themselves():
    program = ProgramFactory()
    coordinator, participant = MembershipFactory(program=program, coordinator=True), MembershipFactory(program=program)
    MembershipFactory()

    assert set(Membership.objects.visible_to(coordinator)) == {coordinator, participant}
    assert set(Membership.objects.visible_to(participant)) == {participant}
    assert not Membership.objects.visible_to(MembershipFactory(coordinator=True)).filter(program=program).exists()


@pytest.mark.parametrize("words", ["okoye", "AMARA", "ama ok", "amara@", "Ómó"])
def test_people_are_found_by_parts_of_their_name_or_address(words):
    amara = MembershipFactory(user__name="Amara Okoye", user__called="Ómó", user__email="amara@example.org")
    MembershipFactory(program=amara.program, user__name="Jonas Lindqvist", user__email="jonas@example.org")

    assert list(Membership.objects.called_like(words)) == [amara]


def test_a_holiday_ends_after_it_starts_and_is_there_once():
    holiday = HolidayFactory()
    same = {"program": holiday.program, "first_day": holiday.first_day}

    with refused_by_the_database(), transaction.atomic():
        HolidayFactory(**same, last_day=holiday.last_day)
    with refused_by_the_database(), transaction.atomic():
        HolidayFactory(**same, last_day=holiday.first_day - timedelta(days=1))
    assert HolidayFactory(**same, last_day=holiday.first_day).pk
