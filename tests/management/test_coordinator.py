import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from mentoring.kernel.audit.models import AuditEvent
from programs.people.models import User
from tests.factories.programs import UserFactory

pytestmark = pytest.mark.django_db


def test_it_makes_a_login_whose_address_needs_no_proof(capsys):
    call_command("coordinator", "Priya@Example.org", name="Priya Raman")

    priya = User.objects.get(email="priya@example.org")
    assert (priya.name, priya.may_create_programs, priya.has_usable_password()) == ("Priya Raman", True, False)
    assert EmailAddress.objects.filter(user=priya, email=priya.email, verified=True, primary=True).exists()
    assert "priya@example.org may create programs" in capsys.readouterr().out


def test_it_marks_somebody_who_has_a_login_and_keeps_their_name():
    priya = UserFactory(email="priya@example.org", name="Priya Raman")

    call_command("coordinator", "PRIYA@example.org")

    priya.refresh_from_db()
    assert (priya.name, priya.may_create_programs) == ("Priya Raman", True)
    assert User.objects.count() == 1


def test_twice_is_as_good_as_once():
    call_command("coordinator", "priya@example.org")
    events = AuditEvent.objects.count()

    call_command("coordinator", "priya@example.org")

    assert User.objects.count() == 1
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("address", ["priya", "", "two@example.org, three@example.org", "a\nb@example.org"])
def test_what_is_no_address_is_refused_in_plain_words(address):
    with pytest.raises(CommandError, match="is no email address"):
        call_command("coordinator", address)

    assert not User.objects.exists()
