from datetime import timedelta

import pytest

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from programs.people import services
from programs.people.models import User
from tests.factories.programs import UserFactory

pytestmark = pytest.mark.django_db


def test_an_address_makes_one_login_however_it_is_written(noon):
    services.create_user(email="Amara@Example.org", now=noon)

    with pytest.raises(Refused, match="Sign in with it"):
        services.create_user(email="amara@example.ORG", now=noon)

    assert User.objects.count() == 1


def test_a_login_of_an_invited_person_is_proven_and_without_password(noon):
    amara = services.create_user(email="amara@example.org", name="Amara Okoye", time_zone="Africa/Lagos", now=noon)

    assert not amara.has_usable_password()
    assert amara.emailaddress_set.filter(verified=True, primary=True).count() == 1
    assert AuditEvent.objects.get().verb == "account.created"


def test_a_change_of_the_account_is_recorded_by_field_and_never_by_word(noon):
    amara = UserFactory(name="Amara Okoye")

    services.change_account(
        user=amara, name="Amara Obi", called="Ama", pronouns="she/her", time_zone="Africa/Lagos", theme="dark", now=noon
    )

    amara.refresh_from_db()
    assert (amara.name, amara.short_name, amara.theme) == ("Amara Obi", "Ama", "dark")
    assert AuditEvent.objects.get().detail == {"fields": "called,name,pronouns,theme,time_zone"}


def test_saving_what_is_there_already_records_nothing(noon):
    amara = UserFactory(name="Amara Okoye")

    services.change_account(user=amara, name=amara.name, called="", pronouns="", time_zone="UTC", theme="", now=noon)

    assert not AuditEvent.objects.exists()


def test_who_moves_to_another_clock_has_what_waits_looked_at_anew(noon):
    amara = UserFactory(time_zone="Europe/London")
    outbox.owe(kind="checkin-due", subject_id=1, recipient=amara, now=noon)
    OutboxMessage.objects.update(available_at=noon + timedelta(hours=9))
    said = {"name": amara.name, "called": "", "pronouns": "", "theme": ""}

    services.change_account(user=amara, time_zone="Europe/London", now=noon, **said | {"theme": "dark"})
    assert OutboxMessage.objects.get().available_at == noon + timedelta(hours=9)
    services.change_account(user=amara, time_zone="Pacific/Auckland", now=noon, **said)

    assert OutboxMessage.objects.get().available_at == noon
