"""A course as one file that programs can send each other: a zip with `course.yaml` and a Markdown file for each module.

What comes in is from outside. Nothing is written to the disk, and not one byte more is unpacked than is allowed, whatever it says itself.
"""

import io
import re
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.utils.text import slugify
from django.utils.translation import gettext as _

from guidelines.courses.reader import Facts, Mistake, Unreadable, module_of, read_facts, read_module

FACTS = "course.yaml"
MOST_BYTES = 2_000_000
MOST_UNPACKED = 3_000_000
MOST_A_FILE = 300_000
MOST_FILES = 80
DEEPEST = 2
# What computers add by themselves.
NOBODYS = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
# Of the time of a file nobody needs to know: the same course is the same file.
NO_TIME = (1980, 1, 1, 0, 0, 0)
CANNOT_BE_STORED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass(frozen=True)
class CourseText:
    facts: Facts
    # In order.
    modules: tuple[str, ...]

    @property
    def minutes(self) -> int:
        return sum(module_of(text).minutes for text in self.modules)


def read_files(files: Mapping[str, str]) -> CourseText:
    """From the texts of a course by the names of their files. May raise `Unreadable`, with all that is wrong in any of them."""
    if FACTS not in files:
        raise Unreadable([Mistake(FACTS, 0, _("This file is missing. It says what the course is called and which modules it has."))])
    facts = read_facts(files[FACTS])
    mistakes: list[Mistake] = []
    for name in facts.modules:
        if name not in files:
            mistakes.append(Mistake(FACTS, 0, _("There is no file “%(name)s”, which is listed as a module.") % {"name": name}))
            continue
        try:
            read_module(files[name], name)
        except Unreadable as unreadable:
            mistakes += unreadable.mistakes
    for name in sorted(files.keys() - {FACTS, *facts.modules}):
        mistakes.append(Mistake(name, 0, _("This file is not listed as a module in course.yaml.")))
    if mistakes:
        raise Unreadable(mistakes)
    return CourseText(facts, tuple(files[name] for name in facts.modules))


def read_zip(file: IO[bytes]) -> CourseText:
    """May raise `Unreadable`."""
    return read_files(_unpacked(file))


def write_zip(facts: Facts, modules: tuple[str, ...]) -> bytes:
    names = [f"{number:02}-{slugify(module_of(text).title)[:60] or 'module'}.md" for number, text in enumerate(modules, 1)]
    files = {
        FACTS: facts_in_words(facts, names, sum(module_of(text).minutes for text in modules)),
        **dict(zip(names, modules, strict=True)),
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return written.getvalue()


def facts_in_words(facts: Facts, names: list[str], minutes: int) -> str:
    lines = [
        f"title: {_quoted(facts.title)}",
        f"summary: {_quoted(facts.summary)}",
        f"audience: {facts.audience}",
        f"required: {'true' if facts.is_required else 'false'}",
        f"valid_days: {'null' if facts.valid_days is None else facts.valid_days}",
        f"minutes: {minutes}",
        f"live_minutes: {facts.live_minutes}",
        "modules:",
        *(f"  - {name}" for name in names),
    ]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """So that other readers of YAML take it for the same words, whatever they hold."""
    return "'{}'".format(" ".join(value.split()).replace("'", "''"))


def _unpacked(file: IO[bytes]) -> dict[str, str]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and not NOBODYS.search(entry.filename)]
            _refuse_what_is_no_course(entries)
            room = MOST_UNPACKED
            files: dict[str, str] = {}
            for entry in entries:
                with archive.open(entry) as stream:
                    content = stream.read(min(room, MOST_A_FILE) + 1)
                room -= len(content)
                if room < 0 or len(content) > MOST_A_FILE:
                    raise _refused(_("Unpacked, it is too large for a course."), entry.filename)
                name = PurePosixPath(entry.filename).name
                if name in files:
                    raise _refused(_("Two files in it have this name."), entry.filename)
                files[name] = _text(content, entry.filename)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError):
        raise _refused(_("This is no zip file, or it is damaged.")) from None
    return files


def _refuse_what_is_no_course(entries: list[zipfile.ZipInfo]) -> None:
    if not entries:
        raise _refused(_("The zip file is empty."))
    if len(entries) > MOST_FILES:
        raise _refused(_("There are %(number)d files in it. A course has at most %(most)d.") % {"number": len(entries), "most": MOST_FILES})
    folders = set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        climbs = path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename
        if climbs or stat.S_ISLNK(entry.external_attr >> 16) or len(path.parts) > DEEPEST:
            raise _refused(_("The zip file leads to another place. All files of a course stand side by side."), entry.filename)
        if entry.flag_bits & 0x1:
            raise _refused(_("The zip file has a password. Send it without one."))
        if path.name != FACTS and path.suffix != ".md":
            raise _refused(_("A course holds course.yaml and files that end in .md, nothing else."), entry.filename)
        if entry.file_size > MOST_A_FILE or sum(one.file_size for one in entries) > MOST_UNPACKED:
            raise _refused(_("Unpacked, it is too large for a course."), entry.filename)
        folders.add(path.parent)
    if len(folders) > 1:
        raise _refused(_("All files of a course stand side by side, in one folder."))


def _text(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise Unreadable([Mistake(name, line, _("This is not written in UTF-8. Save the file in UTF-8."))]) from None
    if odd := CANNOT_BE_STORED.search(text):
        line = text[: odd.start()].count("\n") + 1
        raise Unreadable([Mistake(name, line, _("There is a character here that is no text. Take it out."))])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refused(words: str, file: str = "") -> Unreadable:
    return Unreadable([Mistake(file[:100], 0, words)])
