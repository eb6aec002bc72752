"""What mail services post, signed as each of them signs."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

EVENTS = "/mail/events/"
KEY = "mailgun-signs-with-this"


def from_mailgun(
    message_id: str,
    *,
    event: str = "failed",
    message: str = "550 5.1.1 user unknown",
    token: str = "t1",
    at: datetime | None = None,
    key: str = KEY,
    padding: str = "",
    **more: Any,
) -> HttpResponse:
    timestamp = str(int((at or timezone.now()).timestamp()))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": event,
        "severity": "permanent",
        "recipient": "ana@example.org",
        "timestamp": float(timestamp),
        "message": {"headers": {"message-id": message_id}},
        "delivery-status": {"message": message},
        **more,
    }
    return post({"signature": {"timestamp": timestamp, "token": token, "signature": signature}, "event-data": data, "padding": padding})


def post(body: object, **headers: str) -> HttpResponse:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    browser = Client(enforce_csrf_checks=True)
    browser.raise_request_exception = True
    return browser.post(EVENTS, text, content_type="application/json", headers=headers)


class SendGrid:
    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.key = _bare(self._key.public_key())

    def posts(self, *events: dict[str, object], at: datetime | None = None) -> HttpResponse:
        timestamp, body = str(int((at or timezone.now()).timestamp())), json.dumps(list(events)).encode()
        signature = self._key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        headers = {
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        }
        return post(body, **headers)


class Postal:
    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        self.key = _bare(self._key.public_key())

    def posts(self, event: dict[str, object]) -> HttpResponse:
        body = json.dumps(event).encode()
        signature = self._key.sign(body, padding.PKCS1v15(), hashes.SHA1())
        return post(body, **{"X-Postal-Signature": base64.b64encode(signature).decode()})


def _bare(key: Any) -> str:
    lines = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().splitlines()
    return "".join(lines[1:-1])
