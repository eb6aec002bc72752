"""Every mail that allauth may want to send has a letter of ours."""

import re
from pathlib import Path

import allauth
import pytest
from django.core import mail
from django.utils import timezone

from mentoring.kernel.outbox import delivery
from mentoring.kernel.outbox.models import OutboxMessage
from programs.people import letters
from tests.factories.programs import UserFactory

TEMPLATES = Path(allauth.__file__).parent / "templates"
WANTED = sorted(str(path.relative_to(TEMPLATES)).removesuffix("_subject.txt") for path in TEMPLATES.glob("*/email/*_subject.txt"))
# A link to reset a password: we mail a code instead.
NEVER_SENT = {"account/email/password_reset_key"}


def test_none_of_allauths_mails_is_forgotten():
    assert len(WANTED) > 15

    assert set(WANTED) - NEVER_SENT == set(letters.CODES) | set(letters.WITHOUT_ACCOUNT) | set(letters.CHANGES)


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", [prefix for prefix in WANTED if prefix not in NEVER_SENT])
def test_each_of_them_arrives_in_plain_words_with_a_neutral_subject(prefix, mailoutbox):
    amara = UserFactory(email="amara@example.org", name="Amara Okoye")

    letters.owe(template_prefix=prefix, address=amara.email, code="483920", now=timezone.now())
    delivery.drain()

    [sent] = mailoutbox
    assert "Amara" not in sent.subject
    assert "\n" not in sent.subject
    assert ("483920" in sent.body) == (prefix in letters.CODES)
    assert "UTC time" in sent.body or prefix in letters.WITHOUT_ACCOUNT
    assert not re.search(r"[{}]|two-factor|authenticate|verif", sent.body + sent.subject, re.IGNORECASE)


@pytest.mark.django_db
def test_somebody_without_a_login_is_written_to_at_the_address_they_typed(mailoutbox):
    letters.owe(template_prefix="account/email/unknown_account", address="nobody@example.org", code="", now=timezone.now())
    message = OutboxMessage.objects.get()
    assert (message.recipient_id, message.address) == (None, "nobody@example.org")

    delivery.drain()

    assert mail.outbox[0].to == ["nobody@example.org"]
    assert "Hello," in mail.outbox[0].body
