"""What an operator types."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.programs import UserFactory

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def said(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    call_command(*command)
    return capsys.readouterr().out


def test_work_once_sends_what_is_due(smtp, owe_many_people, capsys):
    owe_many_people(3)

    assert said(capsys, "work", "--once") == "3 mails sent.\n"
    assert len(smtp.mails) == 3


def test_open_mails_are_counted(owe_many_people, capsys):
    owe_many_people(3)

    assert said(capsys, "outbox", "--count-open") == "3\n"


def test_dead_mails_are_listed_by_id_and_sent_again(smtp, owe_to, capsys):
    message = owe_to(UserFactory(email="amara@example.org"), program_id=7)
    OutboxMessage.objects.update(state=State.DEAD, ended_at=Now(), last_error="554 refused", attempt=1)

    listed = said(capsys, "outbox", "--list-dead")
    assert listed.startswith(f"{message.pk}\tprobe\tprogram 7\tdue ")
    assert listed.endswith("1 attempts\t554 refused\n")
    assert "amara" not in listed

    assert said(capsys, "outbox", "--send-again", str(message.pk)) == f"Mail {message.pk} is owed again.\n"
    call_command("work", "--once")
    assert len(smtp.mails) == 1
    with pytest.raises(CommandError):
        call_command("outbox", "--send-again", str(message.pk))


def test_what_waits_after_a_restore_is_kept_back_and_let_go(owe_many_people, capsys):
    owe_many_people(2)

    assert said(capsys, "outbox", "--hold") == "2 mails are kept back.\n"
    assert said(capsys, "outbox", "--count-open") == "2\n"
    assert said(capsys, "outbox", "--release-held") == "2 mails were let go.\n"
    assert OutboxMessage.objects.filter(state=State.PENDING).count() == 2
