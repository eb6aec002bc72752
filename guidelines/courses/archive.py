"""A course as one file that programs can send each other: a zip with `course.yaml` and a Markdown file for each module."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from django.utils.text import slugify
from django.utils.translation import gettext as _

from guidelines.courses.reader import Facts, module_of, read_facts, read_module
from mentoring.kernel.archives import Mistake, Unreadable, packed, unpacked

FACTS = "course.yaml"


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
    return read_files(unpacked(file, endings=(".yaml", ".md")))


def write_zip(facts: Facts, modules: tuple[str, ...]) -> bytes:
    names = [f"{number:02}-{slugify(module_of(text).title)[:60] or 'module'}.md" for number, text in enumerate(modules, 1)]
    files = {
        FACTS: facts_in_words(facts, names, sum(module_of(text).minutes for text in modules)),
        **dict(zip(names, modules, strict=True)),
    }
    return packed(files)


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
