"""A course as one file that programs can send each other: a zip with `course.yaml` and a Markdown file for each module."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from django.utils.text import slugify
from django.utils.translation import gettext as _

from guidelines.courses.pictures import CONTENT_TYPES, MOST_BYTES, MOST_OF_ALL, NAME, ending_of
from guidelines.courses.reader import Facts, module_of, read_facts, read_module
from mentoring.kernel.archives import MOST_A_FILE, MOST_UNPACKED, Mistake, Unreadable, contents, packed, text_of
from mentoring.kernel.plain_yaml import quoted

FACTS = "course.yaml"
TEXTS = dict.fromkeys((".yaml", ".md"), MOST_A_FILE)
PICTURES = dict.fromkeys((f".{ending}" for ending in CONTENT_TYPES), MOST_BYTES)
MOST_OF_A_ZIP = MOST_OF_ALL + MOST_UNPACKED


@dataclass(frozen=True)
class CourseText:
    facts: Facts
    # In order.
    modules: tuple[str, ...]
    # By the names under which the modules show them.
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        return sum(module_of(text).minutes for text in self.modules)


def read_files(files: Mapping[str, str], pictures: Mapping[str, bytes] | None = None) -> CourseText:
    """From the texts and the pictures of a course, by the names of their files. May raise `Unreadable`, with all that is wrong."""
    if FACTS not in files:
        raise Unreadable([Mistake(FACTS, 0, _("This file is missing. It says what the course is called and which modules it has."))])
    facts = read_facts(files[FACTS])
    pictures = pictures or {}
    mistakes: list[Mistake] = []
    shown: set[str] = set()
    for name in facts.modules:
        if name not in files:
            mistakes.append(Mistake(FACTS, 0, _("There is no file “%(name)s”, which is listed as a module.") % {"name": name}))
            continue
        try:
            module = read_module(files[name], name)
        except Unreadable as unreadable:
            mistakes += unreadable.mistakes
            continue
        shown |= module.pictures.keys()
        mistakes += [
            Mistake(name, line, _("There is no picture “%(name)s” among the files.") % {"name": picture})
            for picture, line in module.pictures.items()
            if picture not in pictures
        ]
    for name in sorted(files.keys() - {FACTS, *facts.modules}):
        mistakes.append(Mistake(name, 0, _("This file is not listed as a module in course.yaml.")))
    for name, content in pictures.items():
        if not NAME.fullmatch(name) or ending_of(content) != name.rpartition(".")[2]:
            mistakes.append(
                Mistake(name, 0, _("This is no picture of the kind that its name says, or its name is not of small letters and hyphens."))
            )
        elif not mistakes and name not in shown:
            mistakes.append(Mistake(name, 0, _("No module shows this picture. Take it out.")))
    if mistakes:
        raise Unreadable(mistakes)
    return CourseText(facts, tuple(files[name] for name in facts.modules), pictures)


def read_zip(file: IO[bytes]) -> CourseText:
    """May raise `Unreadable`."""
    found = contents(file, most=TEXTS | PICTURES, room=MOST_OF_A_ZIP)
    pictures = {name: content for name, content in found.items() if name.endswith(tuple(PICTURES))}
    return read_files({name: text_of(content, name) for name, content in found.items() if name not in pictures}, pictures)


def write_zip(facts: Facts, modules: tuple[str, ...], pictures: Mapping[str, bytes] | None = None) -> bytes:
    names = [f"{number:02}-{slugify(module_of(text).title)[:60] or 'module'}.md" for number, text in enumerate(modules, 1)]
    files: dict[str, str | bytes] = {
        FACTS: facts_in_words(facts, names, sum(module_of(text).minutes for text in modules)),
        **dict(zip(names, modules, strict=True)),
        **(pictures or {}),
    }
    return packed(files)


def facts_in_words(facts: Facts, names: list[str], minutes: int) -> str:
    lines = [
        f"title: {quoted(facts.title)}",
        f"summary: {quoted(facts.summary)}",
        f"audience: {facts.audience}",
        f"required: {'true' if facts.is_required else 'false'}",
        f"valid_days: {'null' if facts.valid_days is None else facts.valid_days}",
        f"minutes: {minutes}",
        f"live_minutes: {facts.live_minutes}",
        "modules:",
        *(f"  - {name}" for name in names),
    ]
    return "\n".join(lines) + "\n"
