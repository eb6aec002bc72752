import pytest
from django.urls import reverse

from programs.retention.models import RetentionRule
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db
MONTHS = {"profiles": 24, "invitations": 12, "pairings": 3, "concerns": 36}


@pytest.fixture
def admin():
    return MembershipFactory(admin=True)


def page(admin):
    return reverse("programs:retention", args=[admin.program.slug])


def test_what_would_go_is_shown_before_anything_is_saved(as_member, admin, time_machine):
    PairingFactory(program=admin.program, closed=True, ended_at=NOON)
    time_machine.move_to(NOON.replace(month=9))

    shown = as_member(admin).post(page(admin), {**MONTHS, "preview": "1"}).content.decode()

    assert "<strong>1</strong>" in shown
    assert "Nothing is saved yet" in shown
    assert not RetentionRule.objects.exists()


def test_the_numbers_are_saved(as_member, admin):
    as_member(admin).post(page(admin), MONTHS)

    assert {rule.kind: rule.months for rule in RetentionRule.objects.all()} == {"pairings": 3}


def test_a_number_out_of_range_is_said_at_its_field(as_member, admin):
    shown = as_member(admin).post(page(admin), {**MONTHS, "pairings": 0}).content.decode()

    assert shown.count("<title>Error: ") == 1
    assert not RetentionRule.objects.exists()
