"""The mails about somebody's account: codes to type in, and word of what was changed."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.models import OutboxMessage
from programs.people.models import User

KIND = "account"

# What allauth asks to be sent, and our letter for it.
CODES = {
    "account/email/login_code": "login_code",
    "account/email/email_confirmation": "confirm_address",
    "account/email/email_confirmation_signup": "confirm_address",
    "account/email/password_reset_code": "password_reset_code",
}
WITHOUT_ACCOUNT = {
    "account/email/unknown_account": "unknown_address",
    "account/email/account_already_exists": "unknown_address",
}
CHANGES = {
    "account/email/email_changed": ("address-changed", _("Your account has another email address now.")),
    "account/email/email_confirm": ("address-confirmed", _("Your email address was confirmed.")),
    "account/email/email_deleted": ("address-removed", _("An email address was taken off your account.")),
    "account/email/password_changed": ("password-changed", _("Your password was changed.")),
    "account/email/password_reset": ("password-reset", _("Your password was replaced, with a code from a mail.")),
    "account/email/password_set": ("password-set", _("Your account has a password now.")),
    "mfa/email/recovery_codes_generated": ("codes-made", _("New emergency codes were made for your account.")),
    "mfa/email/totp_activated": ("app-added", _("An authenticator app was added to your account.")),
    "mfa/email/totp_deactivated": ("app-removed", _("The authenticator app was taken off your account.")),
    "mfa/email/webauthn_added": ("passkey-added", _("A passkey was added to your account.")),
    "mfa/email/webauthn_removed": ("passkey-removed", _("A passkey was taken off your account.")),
    "socialaccount/email/account_connected": ("sign-in-connected", _("Another way to sign in was connected to your account.")),
    "socialaccount/email/account_disconnected": ("sign-in-disconnected", _("A way to sign in was taken off your account.")),
}
WHAT_CHANGED = dict(CHANGES.values())


def owe(*, template_prefix: str, address: str, code: str, now: datetime) -> None:
    """Owe the letter that stands for one of allauth's. Costs the same for an address that has an account and for one that has none."""
    recipient = User.objects.filter(email__iexact=address).first()
    context: dict[str, object] = {}
    expires_at = None
    if template_prefix in CHANGES:
        letter = "account_changed"
        context["change"] = CHANGES[template_prefix][0]
    else:
        letter = CODES.get(template_prefix) or WITHOUT_ACCOUNT[template_prefix]
        expires_at = now + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    outbox.owe(
        kind=KIND,
        subject_id=recipient.pk if recipient else 0,
        recipient=recipient,
        address=None if recipient else address,
        # Each is a mail of its own: somebody may ask for two codes in a minute.
        slot=uuid.uuid4().hex,
        context={"letter": letter, **context},
        expires_at=expires_at,
        secret=json.dumps({"code": code}),
        now=now,
    )


def template_of(message: OutboxMessage) -> str:
    return f"programs/people/mail/{message.context['letter']}.txt"


def context_of(messages: list[OutboxMessage]) -> Mapping[int, Mapping[str, Any]]:
    recipients = User.objects.in_bulk({message.recipient_id for message in messages if message.recipient_id})
    zones = {person.pk: person.time_zone.rpartition("/")[2].replace("_", " ") for person in recipients.values()}
    return {
        message.pk: {
            "code": json.loads(str(message.secret or "{}")).get("code", ""),
            "change": WHAT_CHANGED.get(message.context.get("change", ""), ""),
            "at": message.created_at,
            "until": message.expires_at,
            "zone": zones.get(message.recipient_id or 0, settings.TIME_ZONE),
        }
        for message in messages
    }


def still_owed(messages: list[OutboxMessage]) -> set[int]:
    return {message.pk for message in messages}


kinds.register(
    kinds.Kind(
        name=KIND,
        label=_("Codes and account"),
        priority=kinds.Priority.ACCOUNT,
        template=template_of,
        context=context_of,
        still_owed=still_owed,
    )
)
