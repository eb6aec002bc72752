import time

import pytest
from django.urls import reverse

from mentoring.kernel.holdings.registry import holdings
from mentoring.kernel.jobs.models import Job
from programs.people.models import User
from programs.privacy.models import DataCopy
from tests.factories.programs import DataCopyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
HERE = reverse("programs:my-data")
ERASE = reverse("programs:my-data-erase")


@pytest.fixture(autouse=True)
def _list_of_the_erased(settings, tmp_path):
    settings.TOMBSTONES = tmp_path / "erased.txt"


def with_password(user):
    user.set_password("level beam tea pot")
    user.save()
    return user


def test_a_copy_is_asked_for_and_its_progress_shown(as_member):
    user = UserFactory()
    browser = as_member(user)

    page = browser.post(reverse("programs:my-data-ask"), follow=True).content.decode()

    assert "The work goes on" in page
    assert DataCopy.objects.get().user == user


@pytest.mark.parametrize("address", [reverse("programs:my-data-ask"), ERASE])
def test_who_signed_in_a_while_ago_is_asked_again_first(as_member, time_machine, address):
    browser = as_member(with_password(UserFactory()))
    time_machine.move_to(time.time() + 6 * 60)

    asked = browser.post(address, {"understood": "on"})

    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    assert not Job.objects.exists()


def test_a_copy_is_fetched_as_a_file_by_its_person_alone(as_member, time_machine, noon):
    time_machine.move_to(noon)
    copy = DataCopyFactory(ready=True)
    address = reverse("programs:my-data-file", args=[copy.pk])

    fetched = as_member(copy.user).get(address)

    assert fetched["Content-Type"] == "application/zip"
    assert fetched["Content-Disposition"].startswith("attachment")
    assert fetched.content == b"PK"
    assert as_member(UserFactory()).get(address).status_code == 404


def test_an_erasure_is_asked_for_with_a_tick_and_signs_out(as_member):
    member = MembershipFactory()
    browser, elsewhere = as_member(member), as_member(member)
    assert "former member" in browser.get(ERASE).content.decode().lower()
    assert "Tick this" in browser.post(ERASE).content.decode()
    assert User.objects.get(pk=member.user_id).is_active

    page = browser.post(ERASE, {"understood": "on"}).content.decode()

    assert "It has begun" in page
    assert not User.objects.get(pk=member.user_id).is_active
    assert browser.get(HERE).status_code == elsewhere.get(HERE).status_code == 302


def test_who_runs_a_program_alone_is_told_to_hand_over(as_member):
    coordinator = MembershipFactory(coordinator=True)

    page = as_member(coordinator).get(ERASE).content.decode()

    assert "only coordinator" in page
    assert "button--stop" not in page


def test_the_inventory_tells_of_every_kind(as_member):
    member = MembershipFactory()

    page = as_member(member).get(reverse("programs:inventory", args=[member.program.slug])).content.decode()

    assert page.count('role="rowheader"') == len(holdings())
    assert "It stays without your name" in page


def test_what_each_role_can_see_comes_from_the_declarations_and_the_doors(as_member):
    member = MembershipFactory()

    answer = as_member(member).get(reverse("programs:who-sees-what", args=[member.program.slug]))

    behind = {str(who): addresses for who, addresses in answer.context["doors"]}
    assert "audit/" in behind["Admins"]
    assert "people/" in behind["Coordinators and admins"]
    reads = {str(role.name): {str(what) for what in role.reads} for role in answer.context["roles"]}
    assert set().union(*reads.values()) >= {str(holding.what) for holding in holdings()}
    assert "Notes you wrote" in reads["The other half of your pair"]
    assert "What you answered in check-ins" not in reads["The other half of your pair"] | reads["You alone"]
