"""Reads a course from text: the facts of a course, and its modules, one Markdown file each.

The same for what ships with Evenhand, for what is written in the browser and for what another program sends. Whatever is wrong is told with
its file and line, all of it at once. The format, a module:

    ---
    title: Listening
    summary: One sentence.
    ---
    ## A title {lesson}
    Text, in Markdown.

    ## A title {situation #a-name}
    What happens, which ends with a question.
    ### What somebody may do
    What it leads to.
    Goes on: another-name

    ## A title {reflection}
    A question to oneself.

    ## A title {check}
    A question.
    ### [x] An answer that holds
    Why it does.
    ### [ ] An answer that does not
    Why not.

A picture (`guidelines.courses.pictures`) stands on a line of its own, in any of these texts.
"""

import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from django.utils.translation import gettext as _

from guidelines.courses.pictures import BEGINS, LINE, LONGEST_WORDS, named_in
from guidelines.courses.pictures import NAME as PICTURE_NAME
from mentoring.kernel.archives import Mistake, Unreadable
from mentoring.kernel.plain_yaml import Value, front_of, values_in

WORDS_A_MINUTE = 130
LONGEST_MODULE = 60_000
LONGEST_TITLE = 120
LONGEST_SUMMARY = 600
MOST_SCREENS = 60
MOST_CHOICES = 6
MOST_MODULES = 30
MOST_MINUTES = 600
MOST_DAYS = 3660

HEAD = re.compile(r"##\s+(?P<title>.*?)\s*\{(?P<kind>[a-z]+)(?:\s+#(?P<name>[^}\s]+))?\s*\}\s*")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
ANSWER = re.compile(r"\[(?P<mark>[ xX])\]\s*(?P<title>.*)")
GOES_ON = re.compile(r"Goes on:\s*(?P<name>.*?)\s*")
FILE_NAME = re.compile(r"[\w][\w .-]{0,98}\.md")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Kind(StrEnum):
    LESSON = "lesson"
    SITUATION = "situation"
    REFLECTION = "reflection"
    CHECK = "check"


OFFERS_CHOICES = (Kind.SITUATION, Kind.CHECK)


class Audience(StrEnum):
    MENTORS = "mentors"
    MENTEES = "mentees"
    EVERYONE = "everyone"
    PAIR = "pair"


@dataclass(frozen=True)
class Choice:
    """Of a situation: `body` is what it leads to, `goes_on` the name of the situation that follows, or nothing. Of a check: `holds`."""

    title: str
    body: str
    goes_on: str = ""
    holds: bool = False


@dataclass(frozen=True)
class Screen:
    kind: Kind
    title: str
    body: str
    name: str = ""
    choices: tuple[Choice, ...] = ()

    @cached_property
    def key(self) -> str:
        """What it says, as a digest: the same words are the same screen, in whichever version and place."""
        said = repr(
            (self.kind.value, _even(self.title), _even(self.body), [(_even(c.title), _even(c.body), c.holds) for c in self.choices])
        )
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @cached_property
    def words(self) -> int:
        texts = [self.title, self.body, *(text for choice in self.choices for text in (choice.title, choice.body))]
        return sum(len(WORD.findall(text)) for text in texts)

    @property
    def seconds(self) -> int:
        """To read it, and to think where it asks for that."""
        return round(60 * self.words / WORDS_A_MINUTE) + (0 if self.kind == Kind.LESSON else 60)

    @property
    def has_choices(self) -> bool:
        return self.kind in OFFERS_CHOICES


@dataclass(frozen=True)
class Module:
    title: str
    summary: str
    screens: tuple[Screen, ...]
    # As its writer said; without it, by its words.
    minutes_said: int = 0
    # The names of the files it shows, each with the line where it stands first.
    pictures: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def minutes(self) -> int:
        return self.minutes_said or minutes_of(self.screens)

    def path(self, picked: Mapping[str, int]) -> list[int]:
        """The places of its screens in the order one comes to them. What another situation leads to is met by that choice alone.

        `picked`: by the key of a screen, the place of the choice that was picked there.
        """
        places = {screen.name: place for place, screen in enumerate(self.screens) if screen.name}
        led_to = {choice.goes_on for screen in self.screens for choice in screen.choices if choice.goes_on}
        way: list[int] = []
        for begin, screen in enumerate(self.screens):
            at: int | None = None if screen.name in led_to else begin
            while at is not None and at not in way:
                way.append(at)
                at = _next_step(self.screens[at], picked, places)
        return way


@dataclass(frozen=True)
class Facts:
    """What is said of a course beside its modules. `valid_days`: None where what was learned is valid for good."""

    title: str
    summary: str
    audience: Audience
    is_required: bool
    valid_days: int | None
    live_minutes: int
    modules: tuple[str, ...] = ()


def minutes_of(screens: Sequence[Screen]) -> int:
    words = sum(screen.words for screen in screens)
    return math.ceil(words / WORDS_A_MINUTE) + sum(screen.kind != Kind.LESSON for screen in screens)


@lru_cache(maxsize=256)
def module_of(text: str) -> Module:
    """Of what was read without a mistake before, such as a published version."""
    return read_module(text)


def read_module(text: str, file: str = "") -> Module:
    """May raise `Unreadable`."""
    reading = _Reading(file)
    if len(text) > LONGEST_MODULE:
        reading.note(
            0, _("A module has at most %(most)d characters. This one has %(number)d.") % {"most": LONGEST_MODULE, "number": len(text)}
        )
        raise Unreadable(reading.mistakes)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    values, begin = front_of(lines, reading.note)
    title = reading.title(values, "title")
    summary = reading.short(values, "summary", LONGEST_SUMMARY, is_needed=False)
    minutes = reading.number(values, "minutes", 1, MOST_MINUTES) if "minutes" in values else None
    reading.know_only(values, {"title", "summary", "minutes"})
    screens = _screens(lines, begin, reading)
    if reading.mistakes:
        raise Unreadable(sorted(reading.mistakes, key=lambda mistake: mistake.line))
    pictures = named_in("\n".join(lines))
    return Module(title=title, summary=summary, screens=tuple(screens), minutes_said=minutes or 0, pictures=pictures)


def read_facts(text: str, file: str = "course.yaml") -> Facts:
    """May raise `Unreadable`."""
    reading = _Reading(file)
    values = values_in(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), reading.note)
    title = reading.title(values, "title")
    summary = reading.short(values, "summary", LONGEST_SUMMARY)
    audience = reading.one_of(values, "audience", list(Audience))
    is_required = reading.yes_or_no(values, "required")
    valid_days = reading.number(values, "valid_days", 1, MOST_DAYS, may_be_null=True)
    live_minutes = reading.number(values, "live_minutes", 0, MOST_MINUTES)
    modules = reading.files(values, "modules")
    # How long it takes is reckoned from the modules; whatever is said here is not read.
    reading.know_only(values, {"title", "summary", "audience", "required", "valid_days", "live_minutes", "minutes", "modules"})
    if reading.mistakes:
        raise Unreadable(sorted(reading.mistakes, key=lambda mistake: mistake.line))
    return Facts(title, summary, Audience(audience), is_required, valid_days, live_minutes or 0, tuple(modules))


# --- what stands at the top ---


@dataclass
class _Reading:
    """Gathers what is wrong while it reads on."""

    file: str
    mistakes: list[Mistake] = field(default_factory=list)

    def note(self, line: int, words: str) -> None:
        self.mistakes.append(Mistake(self.file, line, words))

    def title(self, values: Mapping[str, Value], key: str) -> str:
        return self.short(values, key, LONGEST_TITLE)

    def short(self, values: Mapping[str, Value], key: str, longest: int, *, is_needed: bool = True) -> str:
        value = values.get(key)
        if value is None or not value.text:
            if is_needed:
                self.note(value.line if value else 1, _("“%(key)s:” is missing, or says nothing.") % {"key": key})
            return ""
        if len(value.text) > longest:
            self.note(value.line, _("“%(key)s” has at most %(most)d characters.") % {"key": key, "most": longest})
        return value.text

    def number(self, values: Mapping[str, Value], key: str, least: int, most: int, *, may_be_null: bool = False) -> int | None:
        value = values.get(key)
        text = value.text if value else ""
        if may_be_null and text in ("", "null", "~"):
            return None
        if text.isascii() and text.isdecimal() and len(text) < 9 and least <= int(text) <= most:
            return int(text)
        words = _("“%(key)s” is a whole number from %(least)d to %(most)d.") % {"key": key, "least": least, "most": most}
        self.note(value.line if value else 1, words)
        return None

    def yes_or_no(self, values: Mapping[str, Value], key: str) -> bool:
        return self.one_of(values, key, ["true", "false"]) == "true"

    def one_of(self, values: Mapping[str, Value], key: str, known: Sequence[str]) -> str:
        value = values.get(key)
        if value is not None and value.text in known:
            return value.text
        words = _("“%(key)s” is one of: %(known)s.") % {"key": key, "known": ", ".join(known)}
        self.note(value.line if value else 1, words)
        return known[0]

    def files(self, values: Mapping[str, Value], key: str) -> list[str]:
        value = values.get(key)
        if value is None or not value.items:
            self.note(
                value.line if value else 1,
                _("“%(key)s:” lists the files of the modules, each on a line that begins with “- ”.") % {"key": key},
            )
            return []
        if len(value.items) > MOST_MODULES:
            self.note(value.line, _("A course has at most %(most)d modules.") % {"most": MOST_MODULES})
        found: list[str] = []
        for line, name in value.items:
            if not FILE_NAME.fullmatch(name):
                self.note(
                    line,
                    _("“%(name)s” is no name of a module’s file. Use letters, numbers and hyphens, and .md at the end.")
                    % {"name": name[:60]},
                )
            elif name in found:
                self.note(line, _("“%(name)s” stands here twice.") % {"name": name})
            found.append(name)
        return found

    def know_only(self, values: Mapping[str, Value], known: set[str]) -> None:
        for key, value in values.items():
            if key not in known:
                self.note(value.line, _("“%(key)s” is not known here. Take the line out.") % {"key": key})


# --- screens ---


@dataclass
class _Draft:
    """A screen, or one of its choices, while its lines are read."""

    line: int
    title: str
    kind: str = ""
    name: str = ""
    holds: bool = False
    goes_on: tuple[int, str] = (0, "")
    body: list[str] = field(default_factory=list)
    choices: list["_Draft"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.body).strip("\n")


def _screens(lines: list[str], begin: int, reading: _Reading) -> list[Screen]:
    drafts = list(_drafts(lines, begin, reading))
    if not drafts:
        reading.note(
            0 if begin >= len(lines) else begin + 1,
            _("A module needs a screen: a line such as “## Its title {lesson}”, and text below it."),
        )
    if len(drafts) > MOST_SCREENS:
        reading.note(
            drafts[MOST_SCREENS].line, _("A module has at most %(most)d screens. Make two modules of it.") % {"most": MOST_SCREENS}
        )
    _look_at_names(drafts, reading)
    screens: list[Screen] = []
    for draft in drafts:
        _look_at(draft, reading)
        kind = Kind(draft.kind) if draft.kind in set(Kind) else Kind.LESSON
        choices = tuple(Choice(choice.title, choice.text, choice.goes_on[1], choice.holds) for choice in draft.choices)
        screen = Screen(kind, draft.title, draft.text, draft.name, choices)
        if any(other.key == screen.key for other in screens):
            reading.note(draft.line, _("This screen says the same as an earlier one."))
        screens.append(screen)
    return screens


def _drafts(lines: list[str], begin: int, reading: _Reading) -> Iterator[_Draft]:
    here: _Draft | None = None
    for number, line in enumerate(lines[begin:], begin + 1):
        if line.startswith("## ") or line.rstrip() == "##":
            if here:
                yield here
            here = _begun(line, number, reading)
        elif line.startswith("### ") and here:
            _add_choice(here, line, number, reading)
        elif here is None:
            if line.strip():
                reading.note(number, _("Text comes below the title of a screen, such as “## Its title {lesson}”."))
                # Once is enough.
                here = _Draft(number, "-", Kind.LESSON, body=["-"])
        elif (goes_on := GOES_ON.fullmatch(line)) and here.choices:
            here.choices[-1].goes_on = (number, goes_on["name"])
        else:
            if line.strip() and here.choices and here.choices[-1].goes_on[1]:
                reading.note(number, _("“Goes on:” is the last line of a choice. Put this text above it."))
            if BEGINS in line:
                _look_at_picture(line, number, reading)
            (here.choices[-1] if here.choices else here).body.append(line.rstrip())
    if here:
        yield here


def _begun(line: str, number: int, reading: _Reading) -> _Draft:
    head = HEAD.fullmatch(line)
    if head is None or head["kind"] not in set(Kind):
        reading.note(number, _("The title of a screen ends with what it is: {lesson}, {situation #a-name}, {reflection} or {check}."))
        return _Draft(number, line.lstrip("# ").strip() or "-", body=["-"])
    if not head["title"]:
        reading.note(number, _("This screen has no title."))
    if len(head["title"]) > LONGEST_TITLE:
        reading.note(number, _("A title has at most %(most)d characters.") % {"most": LONGEST_TITLE})
    if head["kind"] == Kind.SITUATION and not NAME.fullmatch(head["name"] or ""):
        reading.note(number, _("A situation has a name of its own, of small letters, numbers and hyphens: {situation #a-name}."))
    return _Draft(number, head["title"], head["kind"], head["name"] or "")


def _add_choice(here: _Draft, line: str, number: int, reading: _Reading) -> None:
    title, holds = line[4:].strip(), False
    if here.kind == Kind.CHECK:
        if answer := ANSWER.fullmatch(title):
            title, holds = answer["title"], answer["mark"] != " "
        else:
            reading.note(number, _("An answer begins with [x] where it holds, and with [ ] where it does not."))
    elif here.kind in (Kind.LESSON, Kind.REFLECTION):
        reading.note(number, _("Choices belong to a situation or a check. In a lesson, make the line **bold** instead."))
    if not title:
        reading.note(number, _("This choice says nothing."))
    here.choices.append(_Draft(number, title, holds=holds))


def _look_at_picture(line: str, number: int, reading: _Reading) -> None:
    picture = LINE.fullmatch(line)
    if picture is None or not PICTURE_NAME.fullmatch(picture["name"]):
        reading.note(number, _('A picture stands on a line of its own, like this: ![What it shows](its-name.jpg "What stands below it")'))
    elif not picture["shows"].strip():
        reading.note(number, _("Say between [ and ] what this picture shows, for whoever does not see it."))
    elif max(len(picture["shows"]), len(picture["below"] or "")) > LONGEST_WORDS:
        reading.note(number, _("The words of a picture have at most %(most)d characters each.") % {"most": LONGEST_WORDS})


def _look_at(draft: _Draft, reading: _Reading) -> None:
    if not draft.text.strip():
        reading.note(draft.line, _("There is no text below this title."))
    for choice in draft.choices:
        if not choice.text.strip() and choice.title:
            reading.note(choice.line, _("Say below this choice what it leads to, or why."))
        if choice.goes_on[0] and draft.kind != Kind.SITUATION:
            reading.note(choice.goes_on[0], _("Only a choice of a situation goes on."))
    if draft.kind in (Kind.SITUATION, Kind.CHECK) and not 2 <= len(draft.choices) <= MOST_CHOICES:
        reading.note(draft.line, _("Give from 2 to %(most)d choices, each on a line that begins with ###.") % {"most": MOST_CHOICES})
    if draft.kind == Kind.CHECK and draft.choices and not any(choice.holds for choice in draft.choices):
        reading.note(draft.line, _("One answer at least has to hold: mark it with [x]."))


def _look_at_names(drafts: Sequence[_Draft], reading: _Reading) -> None:
    places: dict[str, int] = {}
    for place, draft in enumerate(drafts):
        if draft.name in places:
            reading.note(draft.line, _("The name “%(name)s” stands twice in this module.") % {"name": draft.name})
        elif draft.name:
            places[draft.name] = place
    for place, draft in enumerate(drafts):
        for choice in draft.choices:
            line, name = choice.goes_on
            if line and name not in places:
                reading.note(line, _("There is no situation “%(name)s” in this module.") % {"name": name[:60]})
            elif line and places[name] <= place:
                reading.note(line, _("“%(name)s” comes before this situation. A choice can only lead further on.") % {"name": name})


def _next_step(screen: Screen, picked: Mapping[str, int], places: Mapping[str, int]) -> int | None:
    pick: Any = picked.get(screen.key)
    if pick is None or not 0 <= pick < len(screen.choices):
        return None
    return places.get(screen.choices[pick].goes_on)


def _even(text: str) -> str:
    return " ".join(text.split())
