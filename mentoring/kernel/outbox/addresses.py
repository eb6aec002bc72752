"""Addresses of mail: what stands for one where it may not be written, and the parts of our own."""

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.utils.crypto import salted_hmac


def fingerprint_of(address: str) -> str:
    """The same for the same address however it is typed; nobody without the secret key can tell which one it is."""
    return salted_hmac("mentoring.kernel.outbox.address", address.strip().lower(), algorithm="sha256").hexdigest()


def sending_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def sending_domain() -> str:
    return sending_address().rpartition("@")[2] or "localhost"


def named(name: str, address: str) -> str:
    """`Amara Okoye <amara@example.org>`. The name is one line; else it may be made of whatever people are called."""
    return formataddr((name, address)) if name else address
