"""The keys, and the bytes they make: key id | 0x00 | nonce (12 bytes) | ciphertext with tag."""

import base64
import binascii
import os
import re
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12
KEY_BYTES = 32
END_OF_ID = b"\0"
END_OF_ID_IN_TEXT = ":"


class Unreadable(Exception):
    """The key is unknown, or the text was altered or moved. Never answered with empty text."""


def encrypt(text: str, *, bound_to: str) -> bytes:
    """Encrypt with the newest key. `bound_to` names the place, "table:column:row"; it is not secret, but must be the same to decrypt."""
    return encrypt_bytes(text.encode(), bound_to=bound_to)


def decrypt(stored: bytes, *, bound_to: str) -> str:
    content = decrypt_bytes(stored, bound_to=bound_to)
    try:
        return content.decode()
    except UnicodeDecodeError as wrong:
        raise Unreadable("What was written here is no text.") from wrong


def encrypt_bytes(content: bytes, *, bound_to: str) -> bytes:
    """The same for a file."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    return key_id.encode() + END_OF_ID + nonce + AESGCM(key).encrypt(nonce, content, bound_to.encode())


def decrypt_bytes(stored: bytes, *, bound_to: str) -> bytes:
    key_id, _, rest = bytes(stored).partition(END_OF_ID)
    key = _keys().get(key_id.decode("ascii", errors="replace"))
    if key is None:
        raise Unreadable("This text was written with a key that is not among FIELD_KEYS.")
    try:
        return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError) as wrong:  # ValueError: cut so short that not even the nonce is there
        raise Unreadable("This text was altered, moved, or written with another key of the same name.") from wrong


def encrypt_to_text(text: str, *, bound_to: str) -> str:
    """The same as text, for a column of somebody else's that holds text: key id, a colon, and the rest as base64."""
    key_id, _, rest = encrypt(text, bound_to=bound_to).partition(END_OF_ID)
    return f"{key_id.decode()}{END_OF_ID_IN_TEXT}{base64.b64encode(rest).decode()}"


def decrypt_text(stored: str, *, bound_to: str) -> str:
    key_id, _, rest = stored.partition(END_OF_ID_IN_TEXT)
    try:
        return decrypt(key_id.encode() + END_OF_ID + base64.b64decode(rest, validate=True), bound_to=bound_to)
    except binascii.Error as wrong:
        raise Unreadable("What was written here is nothing that was encrypted.") from wrong


def newest_key_id() -> str:
    return next(iter(_keys()))


def known_key_ids() -> list[str]:
    """Newest first."""
    return list(_keys())


def check_settings(**options: object) -> list[CheckMessage]:
    """A system check: keys that cannot be used are found at the start, not with the first text."""
    try:
        _keys()
    except ImproperlyConfigured as wrong:
        return [Error(str(wrong), id="kernel.E001")]
    return []


def _keys() -> dict[str, bytes]:
    return _parse(settings.FIELD_KEYS)


@lru_cache(maxsize=8)
def _parse(configured: str) -> dict[str, bytes]:
    keys = {}
    for entry in filter(None, map(str.strip, configured.split(","))):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as wrong:
            raise ImproperlyConfigured(f"FIELD_KEYS: the key {key_id!r} is not base64.") from wrong
        if not re.fullmatch(r"[\w.-]+", key_id, re.ASCII) or len(key) != KEY_BYTES:
            raise ImproperlyConfigured(f"FIELD_KEYS: {key_id!r} needs a plain name and a key of {KEY_BYTES} bytes.")
        if key_id in keys:
            raise ImproperlyConfigured(f"FIELD_KEYS: two keys are called {key_id!r}, so that what one wrote the other cannot read.")
        keys[key_id] = key
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS holds no key.")
    return keys
