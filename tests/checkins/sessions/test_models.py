import pytest
from django.db import IntegrityError

from checkins.sessions.models import Session
from tests.factories.checkins import SessionFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("minutes", [4, 481])
def test_the_database_refuses_a_meeting_shorter_or_longer_than_people_meet(minutes):
    with pytest.raises(IntegrityError, match="lasts_5_to_480_minutes"):
        SessionFactory(minutes=minutes)


def test_the_database_refuses_the_same_meeting_twice():
    there = SessionFactory()

    with pytest.raises(IntegrityError, match="once_at_a_time"):
        SessionFactory(pairing=there.pairing, started_at=there.started_at)


def test_staff_count_meetings_and_never_read_what_was_said():
    session = SessionFactory()
    coordinator, admin = session.pairing.coordinator, MembershipFactory(admin=True, program=session.pairing.program)

    for member in (coordinator, admin):
        assert session in Session.objects.visible_to(member)
        assert not Session.objects.readable_by(member).exists()
    assert session in Session.objects.readable_by(session.pairing.second)
    assert not Session.objects.visible_to(MembershipFactory(program=session.pairing.program)).exists()
