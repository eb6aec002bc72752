"""Addresses as people type and paste them: one or a list of them, with a name or without."""

import re
from email.utils import unquote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LONGEST = 254
# What stands between quotation marks belongs together. Within a line, or between two semicolons, a comma parts people only where there
# are several addresses: "Okoye, Amara <amara@example.org>" is one person.
BETWEEN_SEMICOLONS = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"|[^;\n])+')
BETWEEN_COMMAS = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,])+')
# "Amara Okoye <amara@example.org>", as a mail program copies it.
WITH_A_NAME = re.compile(r"^(?P<name>[^<>]*)<(?P<address>[^<>]+)>$")


def is_an_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST


def entries_of(written: str) -> list[str]:
    """One person an entry, as they were written."""
    parts = BETWEEN_SEMICOLONS.findall(written)
    entries = [entry for part in parts for entry in (BETWEEN_COMMAS.findall(part) if part.count("@") > 1 else [part.strip(" ,")])]
    return [entry.strip() for entry in entries if entry.strip()]


def name_and_address(entry: str) -> tuple[str, str]:
    """The name is empty where there is none. Whether the address is one is for `is_an_address` to say."""
    named = WITH_A_NAME.match(entry)
    return (unquote(named["name"].strip()), named["address"].strip()) if named else ("", entry)
