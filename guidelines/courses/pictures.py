"""Pictures in the text of a course: how a text names one, and how it is shown. Knows no table.

In a text, on a line of its own:

    ![What it shows, for whoever does not see it](two-people-at-a-table.jpg "What stands below it")

The words below it may be left out; what it shows may not.
"""

import re
from collections.abc import Iterator
from pathlib import PurePath

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from guidelines.versions.markdown import rendered
from mentoring.kernel.files import recognise

MOST_BYTES = 2 * 1024 * 1024
# Of one course, also of what its earlier versions show.
MOST_PICTURES = 40
MOST_OF_ALL = 20 * 1024 * 1024
LONGEST_NAME = 60
LONGEST_WORDS = 300
CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}

# Whatever looks like one is meant to be one.
BEGINS = "!["
LINE = re.compile(r'!\[(?P<shows>[^\[\]]*)\]\((?P<name>[^\s()"]+)(?:\s+"(?P<below>[^"]*)")?\)\s*')
NAME = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{LONGEST_NAME - 6}}}\.(?:{'|'.join(CONTENT_TYPES)})")
# What would end the line too early.
ENDS = str.maketrans({"[": "(", "]": ")", '"': "”", "\n": " ", "\r": " "})


def line_of(*, name: str, shows: str, below: str = "") -> str:
    shows, below = (" ".join(words.translate(ENDS).split()) for words in (shows, below))
    return f'![{shows}]({name} "{below}")' if below else f"![{shows}]({name})"


def named_in(text: str) -> dict[str, int]:
    """The names of its pictures, each with the line where it stands first, from 1."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if picture := LINE.fullmatch(line):
            found.setdefault(picture["name"], number)
    return found


def ending_of(content: bytes) -> str:
    """Of the name of a picture, by what is in it. Empty where it is none that a course can show."""
    known = recognise(content)
    return known.ending if known is not None and known.ending in CONTENT_TYPES else ""


def names_for(file: str, ending: str) -> Iterator[str]:
    """What a picture could be called, from the name of its file: `table.jpg`, `table-2.jpg`, and so on."""
    base = slugify(PurePath(file).stem)[: LONGEST_NAME - 12].strip("-_").replace("_", "-") or "picture"
    yield f"{base}.{ending}"
    for number in range(2, MOST_PICTURES + 2):
        yield f"{base}-{number}.{ending}"


def put_in(text: str, line: str, *, screen: str) -> str:
    """The text with the line at the end of what stands below the title of that screen; of two of one title, the first."""
    lines = text.rstrip("\n").split("\n")
    begin = next((number for number, one in enumerate(lines, 1) if one.startswith("## ") and one == screen), len(lines))
    end = next((number for number in range(begin, len(lines)) if lines[number].startswith(("## ", "### "))), len(lines))
    above = lines[:end]
    while above and not above[-1].strip():
        above.pop()
    return "\n".join([*above, "", line, "", *lines[end:]]).rstrip("\n") + "\n"


def shown(text: str, *, program: str, course: int) -> SafeString:
    """The text as a page shows it. `program`: its short name."""
    pieces: list[SafeString] = []
    words: list[str] = []
    for line in text.split("\n"):
        picture = LINE.fullmatch(line)
        if picture is None or not NAME.fullmatch(picture["name"]):
            words.append(line)
            continue
        pieces.append(rendered("\n".join(words)))
        words = []
        address = reverse("guidelines:course-picture", args=[program, course, picture["name"]])
        told = {"address": address, "shows": picture["shows"], "below": picture["below"] or ""}
        pieces.append(render_to_string("guidelines/courses/_picture.html", told))
    pieces.append(rendered("\n".join(words)))
    return mark_safe("".join(pieces))  # noqa: S308 - each was cleaned or escaped
