import base64
import os
import random
import subprocess
import sys
import uuid

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as site
from django.core.management import CommandError, call_command

from mentoring.kernel.encryption import keys, services
from mentoring.kernel.encryption.fields import EncryptedTextField
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.programs import UserFactory
from tests.services import database_url
from tests.times import NOON

OLD = f"old:{base64.b64encode(b'o' * 32).decode()}"
NEW = f"new:{base64.b64encode(b'n' * 32).decode()}"


def owe(number):
    """Rows with an encrypted text each."""
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                row=uuid.UUID(int=n), dedupe_key=f"key {n}", kind="x", subject=str(n), message_id=f"<{n}@localhost>",
                address=f"person{n}@example.org", priority=1, created_at=NOON, due_at=NOON, available_at=NOON,
            )
            for n in range(number)
        ],
        batch_size=1000,
    )  # fmt: skip


def readable():
    return sum(message.address == f"person{message.subject}@example.org" for message in OutboxMessage.objects.iterator())


def code_of(secret):
    """What an app shows now."""
    return format_hotp_value(hotp_value(secret, yield_hotp_counters_from_time().__next__()))


def test_every_encrypted_column_is_known():
    known = [str(column) for column in services.columns()]

    assert {"kernel.outboxmessage.address", "kernel.outboxmessage.secret", "checkins.answer.words"} <= set(known)
    assert len(known) == len(set(known))
    assert all(isinstance(column.field, EncryptedTextField) for column in services.columns())


@pytest.mark.django_db
def test_rotation_leaves_nothing_of_the_old_key(settings, capsys):
    settings.FIELD_KEYS = OLD
    owe(1203)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert services.rows_by_key() == {"new": 0, "old": 1203}

    call_command("rotate_keys")

    assert services.rows_by_key() == {"new": 1203, "old": 0}
    said = capsys.readouterr().out
    assert "kernel.outboxmessage.address: 1203 written anew" in said
    assert "key old: nothing left: it can be removed from FIELD_KEYS" in said
    settings.FIELD_KEYS = NEW
    assert readable() == 1203


@pytest.mark.django_db
def test_each_transaction_holds_at_most_five_hundred_rows(settings):
    settings.FIELD_KEYS = OLD
    owe(1203)
    settings.FIELD_KEYS = f"{NEW},{OLD}"

    assert [portion.rewritten for portion in services.rotate()] == [500, 500, 203]
    assert list(services.rotate()) == []


@pytest.mark.django_db
def test_what_cannot_be_read_stays_as_it_is_and_is_named(settings, capsys):
    settings.FIELD_KEYS = OLD
    owe(3)
    before = bytes(OutboxMessage.objects.values_list("address", flat=True).get(subject="1"))
    moved = OutboxMessage.objects.filter(subject="1")
    moved.update(row=uuid.uuid4())
    settings.FIELD_KEYS = f"{NEW},{OLD}"

    with pytest.raises(CommandError, match=r"kernel\.outboxmessage\.address: 1"):
        call_command("rotate_keys")

    assert bytes(moved.values_list("address", flat=True).get()) == before
    assert services.rows_by_key() == {"new": 2, "old": 1}
    assert "key old: 1 texts left" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_secrets_of_second_steps_are_written_anew_too_and_still_fit(settings):
    settings.FIELD_KEYS = OLD
    user = UserFactory()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    codes = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes()
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert services.rows_by_key() == {"new": 0, "old": 2}

    assert [(str(portion.column), portion.rewritten) for portion in services.rotate()] == [
        ("mfa.authenticator.data.secret", 1),
        ("mfa.authenticator.data.seed", 1),
    ]

    assert services.rows_by_key() == {"new": 2, "old": 0}
    settings.FIELD_KEYS = NEW
    totp, seed = (Authenticator.objects.get(user=user, type=kind) for kind in ("totp", "recovery_codes"))
    assert TOTP(totp).validate_code(code_of("JBSWY3DPEHPK3PXP"))
    assert RecoveryCodes(seed).get_unused_codes() == codes


@pytest.mark.django_db
def test_a_second_step_that_no_key_opens_lets_nobody_in(settings):
    settings.FIELD_KEYS = OLD
    user = UserFactory()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    settings.FIELD_KEYS = NEW

    assert "JBSWY3DPEHPK3PXP" not in str(Authenticator.objects.get(user=user).data)
    with pytest.raises(keys.Unreadable):
        TOTP(Authenticator.objects.get(user=user)).validate_code(code_of("JBSWY3DPEHPK3PXP"))
    with pytest.raises(CommandError, match=r"mfa\.authenticator\.data\.secret: 1"):
        call_command("rotate_keys")


@pytest.mark.django_db
def test_a_key_that_was_taken_out_too_early_shows(settings, capsys):
    settings.FIELD_KEYS = OLD
    owe(2)
    settings.FIELD_KEYS = NEW

    with pytest.raises(CommandError):
        call_command("rotate_keys")

    assert "key old: 2 texts, but it is not among FIELD_KEYS" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_rotation_survives_kills(settings, soak):
    texts, kills = (100_000, 20) if soak else (4_000, 3)
    settings.FIELD_KEYS = OLD
    owe(texts)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    chance = random.Random(20)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "mentoring.settings",
        "DEBUG": "true",
        "DATABASE_URL": database_url(),
        "FIELD_KEYS": settings.FIELD_KEYS,
    }

    def rotate():
        command = [sys.executable, str(site.BASE_DIR / "manage.py"), "rotate_keys", "--skip-checks"]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    for _ in range(kills):
        with rotate() as process:
            for _ in range(chance.randint(1, max(1, texts // 500 // kills - 1))):
                assert process.stdout.readline(), process.stderr.read()
            process.kill()
        assert keys.known_key_ids() == ["new", "old"]
        assert readable() == texts

    with rotate() as process:
        said, errors = process.communicate()

    assert process.returncode == 0, errors
    assert "key old: nothing left" in said
    settings.FIELD_KEYS = NEW
    assert readable() == texts
