"""The services that can be heard, and how each signs what it posts."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postal import PostalTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.conf import settings
from django.core import checks
from django.http import HttpRequest

from mentoring.kernel.bounces import verdicts
from mentoring.kernel.bounces.verdicts import Verdict

# Of a batch that a service sends at once there is less.
MOST_BYTES = 1_000_000
OLDEST = timedelta(minutes=5)


def check_settings(**_names: Any) -> list[checks.CheckMessage]:
    """Is the service that is to be heard one of those that can be, and is its key there?"""
    name, key = settings.MAIL_EVENTS_FROM, settings.MAIL_EVENTS_KEY
    if name and name not in SENDERS:
        return [checks.Error(f"MAIL_EVENTS_FROM is none of {', '.join(SENDERS)}.", id="kernel.E002")]
    if bool(name) != bool(key):
        return [checks.Error("MAIL_EVENTS_FROM and MAIL_EVENTS_KEY go together: set both or neither.", id="kernel.E003")]
    return []


class NotHeard(Exception):
    """What was posted is not from the service, or too old, or cannot be read. Holds a word for the log."""


@dataclass(frozen=True)
class Told:
    """One event that something follows from. `address` is whom the mail went to, where that is said."""

    event_id: str
    message_id: str
    verdict: Verdict
    address: str | None


@dataclass(frozen=True, kw_only=True)
class Sender:
    """`view` checks and reads what it posts, with the key by the name `key`. `signed_at` is in seconds since 1970."""

    view: Any
    key: str
    signed_at: Callable[[HttpRequest, Any], Any]
    message_id: Callable[[Any], Any]
    # What the mail server said, and its code where that stands apart.
    response: Callable[[Any], tuple[Any, Any]]


def _of_mailgun(event: Any) -> tuple[Any, Any]:
    data = event.esp_event["event-data"]
    if data.get("reason") == "suppress-bounce":
        # It does not even try where mail came back before.
        return "5.1.1", 550
    status = data.get("delivery-status") or {}
    words = status.get("message") or status.get("description") or ""
    return f"{status.get('enhanced-code') or ''} {words}".strip(), status.get("code")


def _of_sendgrid(event: Any) -> tuple[Any, Any]:
    words = event.mta_response or ""
    status = str(event.esp_event.get("status") or "")
    # "5.0.0" is its way of saying that the server gave none.
    return words if status.endswith(".0.0") else f"{words} {status}".strip(), None


def _message_of_postal(event: Any) -> Any:
    payload = event.esp_event["payload"]
    return (payload.get("message") or payload["original_message"])["message_id"]


SENDERS = {
    "mailgun": Sender(
        view=MailgunTrackingWebhookView,
        key="webhook_signing_key",
        signed_at=lambda request, posted: posted["signature"]["timestamp"],
        message_id=lambda event: event.message_id,
        response=_of_mailgun,
    ),
    "postal": Sender(
        view=PostalTrackingWebhookView,
        key="webhook_key",
        signed_at=lambda request, posted: posted["timestamp"],
        message_id=_message_of_postal,
        response=lambda event: (event.mta_response or "", None),
    ),
    "sendgrid": Sender(
        view=SendGridTrackingWebhookView,
        key="tracking_webhook_verification_key",
        signed_at=lambda request, posted: request.headers["X-Twilio-Email-Event-Webhook-Timestamp"],
        message_id=lambda event: event.esp_event["smtp-id"],
        response=_of_sendgrid,
    ),
}


def read(request: HttpRequest, *, name: str, key: str, now: datetime) -> list[Told]:
    """What a service posts: the events that something follows from. Raises `NotHeard`."""
    sender = SENDERS[name]
    view = sender.view(**{sender.key: key})
    try:
        posted = json.loads(request.body)
        view.run_validators(request)
        signed_at = datetime.fromtimestamp(float(sender.signed_at(request, posted)), tz=UTC)
    except AnymailWebhookValidationFailure:
        raise NotHeard("signature") from None
    except (LookupError, TypeError, ValueError, OverflowError, OSError, AttributeError, RecursionError):
        raise NotHeard("form") from None
    if abs(now - signed_at) > OLDEST:
        raise NotHeard("age")
    try:
        told = [_told(sender, event) for event in view.parse_events(request)]
    except (AnymailError, LookupError, TypeError, ValueError, OverflowError, AttributeError):
        raise NotHeard("form") from None
    return [one for one in told if one is not None]


def _told(sender: Sender, event: Any) -> Told | None:
    if not event.event_id:
        return None
    response, code = sender.response(event) if event.event_type != verdicts.COMPLAINED else ("", None)
    verdict = verdicts.read(event.event_type, response=str(response), code=int(code) if code else None, reason=event.reject_reason or "")
    if verdict is None:
        return None
    return Told(str(event.event_id), _text(sender.message_id(event)), verdict, _text(event.recipient) if event.recipient else None)


def _text(value: Any) -> str:
    """Text that a database takes. Raises `ValueError` for anything else."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text")
    return value
