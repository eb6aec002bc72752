"""YAML of its plainest kind, as it stands at the top of a text and in a file that lists others: a few lines that anybody can write.

title: Listening
summary: >-
  A value may go on over lines that are set in.
modules:
  - 01-a.md
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

FACT = re.compile(r"(?P<key>[a-z_]+)\s*:\s*(?P<value>.*)")
GOES_ON_BELOW = (">", ">-", "|", "|-")
EDGE = "---"
# What is wrong, by the number of its line, from 1.
Note = Callable[[int, str], None]


@dataclass(frozen=True)
class Value:
    """`items`: of a list, each with its line."""

    line: int
    text: str
    items: tuple[tuple[int, str], ...] = ()


def values_in(lines: Sequence[str], note: Note, *, first: int = 1) -> dict[str, Value]:
    """`first`: the number of the first line, where they stand in a longer text."""
    found: dict[str, Value] = {}
    key = ""
    for number, line in enumerate(lines, first):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("- ") and key:
            found[key] = Value(found[key].line, found[key].text, (*found[key].items, (number, _bare(text[2:]))))
        elif line[0].isspace() and key:
            found[key] = Value(found[key].line, f"{found[key].text} {text}".strip(), found[key].items)
        elif fact := FACT.fullmatch(text):
            key = fact["key"]
            if key in found:
                note(number, _("“%(key)s” stands here twice.") % {"key": key})
            found[key] = Value(number, "" if fact["value"] in GOES_ON_BELOW else _bare(fact["value"]))
        else:
            note(number, _("This line is not understood. Write “title: …”, with a colon after the first word."))
    return found


def front_of(lines: Sequence[str], note: Note) -> tuple[dict[str, Value], int]:
    """What stands between two lines of three hyphens, and the place of the line below. Where they are missing, of the first heading."""
    if lines[0].strip() == EDGE:
        for end, line in enumerate(lines[1:], 1):
            if line.strip() == EDGE:
                return values_in(lines[1:end], note, first=2), end + 1
    note(1, _("It begins with a line of three hyphens, then “title: …” and what else is said of it, then three hyphens again."))
    return {"title": Value(1, "-")}, next((place for place, line in enumerate(lines) if line.startswith("## ")), len(lines))


def quoted(value: str) -> str:
    """So that other readers of YAML take it for the same words, whatever they hold."""
    return "'{}'".format(" ".join(value.split()).replace("'", "''"))


def _bare(value: str) -> str:
    value = value.strip()
    if len(value) < 2 or value[0] != value[-1] or value[0] not in "\"'":
        return value
    return value[1:-1].replace("''", "'") if value[0] == "'" else value[1:-1]
