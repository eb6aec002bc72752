"""Some texts as one file that people send each other: a zip in which everything stands side by side.

What comes in is from outside. Nothing is written to the disk, and not one byte more is unpacked than is allowed, whatever the file says of
itself.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

MOST_BYTES = 2_000_000
MOST_UNPACKED = 3_000_000
MOST_A_FILE = 300_000
MOST_FILES = 80
# The file itself, and at most one folder around all of them.
DEEPEST = 2
# What computers add by themselves.
NOBODYS = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
# Nobody needs to know when: the same texts are the same file.
NO_TIME = (1980, 1, 1, 0, 0, 0)
NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
LONGEST_NAME_SHOWN = 100
HAS_PASSWORD = 0x1
# What the library says of a file that is no zip, or was damaged on its way.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Mistake:
    """`line` counts from 1; 0 is the file as a whole. No `file` is the zip itself, or a text that is in none."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        where = {"file": self.file, "line": self.line, "words": self.words}
        if not self.line:
            return _("%(file)s: %(words)s") % where if self.file else self.words
        return (_("%(file)s, line %(line)d: %(words)s") if self.file else _("Line %(line)d: %(words)s")) % where


class Unreadable(Exception):
    """`mistakes` says why, in words for whoever wrote it."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = list(mistakes)


def packed(files: Mapping[str, str | bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return written.getvalue()


def unpacked(file: IO[bytes], *, endings: Collection[str]) -> dict[str, str]:
    """The texts by the names of their files. `endings`: of the names that may be there. May raise `Unreadable`."""
    return {name: text_of(content, name) for name, content in contents(file, most=dict.fromkeys(endings, MOST_A_FILE)).items()}


def contents(file: IO[bytes], *, most: Mapping[str, int], room: int = MOST_UNPACKED) -> dict[str, bytes]:
    """What is in each file, by its name. `most`: bytes, by the endings of the names that may be there; `room`: bytes of all together.

    May raise `Unreadable`.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and not NOBODYS.search(entry.filename)]
            _look_at(entries, most)
            return dict(_read(archive, entries, most, room))
    except DAMAGED:
        raise _unreadable(_("This is no zip file, or it is damaged.")) from None


def _look_at(entries: Sequence[zipfile.ZipInfo], endings: Collection[str]) -> None:
    if not entries:
        raise _unreadable(_("The zip file is empty."))
    if len(entries) > MOST_FILES:
        raise _unreadable(_("There are %(number)d files in it. It may hold %(most)d.") % {"number": len(entries), "most": MOST_FILES})
    for entry in entries:
        path = PurePosixPath(entry.filename)
        climbs = path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename
        if climbs or stat.S_ISLNK(entry.external_attr >> 16) or len(path.parts) > DEEPEST:
            raise _unreadable(_("This leads to another place. All files stand side by side."), entry.filename)
        if entry.flag_bits & HAS_PASSWORD:
            raise _unreadable(_("The zip file has a password. Send it without one."))
        if path.suffix not in endings:
            raise _unreadable(
                _("This does not belong here. The zip file holds nothing but %(endings)s files.") % {"endings": ", ".join(endings)},
                entry.filename,
            )
    if len({PurePosixPath(entry.filename).parent for entry in entries}) > 1:
        raise _unreadable(_("All files stand side by side, in one folder."))


def _read(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], most: Mapping[str, int], room: int) -> Iterator[tuple[str, bytes]]:
    seen = set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        name, largest = path.name, most[path.suffix]
        with archive.open(entry) as stream:
            content = stream.read(min(room, largest) + 1)
        room -= len(content)
        if room < 0 or len(content) > largest:
            raise _unreadable(_("Unpacked, this is too large."), name)
        if name in seen:
            raise _unreadable(_("Two files in it have this name."), name)
        seen.add(name)
        yield name, content


def text_of(content: bytes, name: str) -> str:
    """May raise `Unreadable`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise Unreadable([Mistake(name, line, _("This is not written in UTF-8. Save the file in UTF-8."))]) from None
    if odd := NO_TEXT.search(text):
        line = text[: odd.start()].count("\n") + 1
        raise Unreadable([Mistake(name, line, _("There is a character here that is no text. Take it out."))])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unreadable(words: str, file: str = "") -> Unreadable:
    return Unreadable([Mistake(file[:LONGEST_NAME_SHOWN], 0, words)])
