"""Guidelines as files: `guidelines.yaml`, an introduction, and one Markdown file a topic. So they ship, and so programs send them on.

A topic, in `04-places.md`, whose key is then `places`:

    ---
    title: Places, homes and cars
    ---
    ## The rule
    ## Why
    ## My own stricter limit
    A question. Then, from what everybody keeps to up to the strictest, a line each:
    - We meet in public places, or online.
    - We meet online only.

    ## A situation
    ### [ ] Something one could do, which does not keep to the rule
    What it leads to.
    ### [x] Something that does
    What it leads to.

The last two parts may be left out. Whatever is wrong is told with its file and line, all of it at once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from guidelines.versions.topics import KEY, LONGEST_TEXT, MOST_TOPICS, Answer, Topic, faults_of
from mentoring.kernel.archives import Mistake, Unreadable, packed, unpacked
from mentoring.kernel.plain_yaml import Note, Value, front_of, quoted, values_in

LIST = "guidelines.yaml"
INTRODUCTION = "introduction.md"
NAME = re.compile(r"(?:\d{1,3}-)?(?P<key>[a-z0-9][a-z0-9-]{0,59})\.md")
ANSWER = re.compile(r"###\s+\[(?P<mark>[ xX])\]\s*(?P<words>.*)")
# What stands in a file, whatever language the topics are written in.
PARTS = {"The rule": "rule", "Why": "why", "My own stricter limit": "limit_question", "A situation": "situation"}


@dataclass(frozen=True)
class Texts:
    introduction: str
    topics: tuple[Topic, ...]


@cache
def shipped(language: str = "en") -> Texts:
    """The set that a new program begins with."""
    folder = Path(__file__).parent / "text"
    topics = sorted((folder / f"topics.{language}").glob("*.md"))
    introduction = (folder / f"introduction.{language}.md").read_text(encoding="utf-8")
    return Texts(introduction, tuple(read_topic(path.read_text(encoding="utf-8"), path.name) for path in topics))


def read_zip(file: IO[bytes]) -> Texts:
    """May raise `Unreadable`."""
    return read_files(unpacked(file, endings=(".yaml", ".md")))


def write_zip(texts: Texts) -> bytes:
    names = {f"{number:02}-{topic.key}.md": topic for number, topic in enumerate(texts.topics, 1)}
    listed = "".join(f"  - {name}\n" for name in names)
    files = {LIST: f"introduction: {INTRODUCTION}\ntopics:\n{listed}", INTRODUCTION: texts.introduction}
    return packed({**files, **{name: topic_in_words(topic) for name, topic in names.items()}})


def read_files(files: Mapping[str, str]) -> Texts:
    """From the texts by the names of their files. May raise `Unreadable`, with all that is wrong in any of them."""
    if LIST not in files:
        raise Unreadable([Mistake(LIST, 0, _("This file is missing. It says which topics there are, and in which order."))])
    mistakes: list[Mistake] = []
    names = _listed(files[LIST], mistakes)
    topics: dict[str, Topic] = {}
    for line, name in names:
        if name not in files:
            mistakes.append(Mistake(LIST, line, _("There is no file “%(name)s”.") % {"name": name[:60]}))
            continue
        try:
            topic = read_topic(files[name], name)
        except Unreadable as unreadable:
            mistakes += unreadable.mistakes
        else:
            if topic.key in topics:
                mistakes.append(Mistake(LIST, line, _("“%(key)s” stands here twice.") % {"key": topic.key}))
            topics[topic.key] = topic
    if len(names) > MOST_TOPICS:
        mistakes.append(Mistake(LIST, 0, _("There may be %(most)d topics.") % {"most": MOST_TOPICS}))
    introduction = files.get(INTRODUCTION, "")
    if len(introduction) > LONGEST_TEXT:
        mistakes.append(Mistake(INTRODUCTION, 0, _("Write at most %(most)d characters.") % {"most": LONGEST_TEXT}))
    unlisted = sorted(files.keys() - {LIST, INTRODUCTION, *(name for _line, name in names)})
    mistakes += [Mistake(name, 0, _("This file is not listed in guidelines.yaml.")) for name in unlisted]
    if mistakes:
        raise Unreadable(mistakes)
    return Texts(introduction.strip() + "\n" if introduction.strip() else "", tuple(topics.values()))


def _listed(text: str, mistakes: list[Mistake]) -> tuple[tuple[int, str], ...]:
    """Each file below `topics:`, with its line."""
    values = values_in(text.split("\n"), _noting(LIST, mistakes))
    introduction = values.get("introduction")
    for key, value in values.items():
        if key not in ("introduction", "topics"):
            mistakes.append(Mistake(LIST, value.line, _("“%(key)s” is not known here. Take the line out.") % {"key": key}))
    if introduction is not None and introduction.text != INTRODUCTION:
        mistakes.append(Mistake(LIST, introduction.line, _("The introduction is the file “introduction.md”.")))
    listed = values.get("topics", Value(0, ""))
    if listed.text or not listed.items:
        mistakes.append(Mistake(LIST, listed.line, _("Below “topics:”, list the file of each topic on a line that begins with “- ”.")))
    return listed.items


def _noting(file: str, mistakes: list[Mistake]) -> Note:
    return lambda line, words: mistakes.append(Mistake(file, line, words))


# --- one topic ---


@dataclass
class _Piece:
    """The lines below a heading, while they are read."""

    line: int
    heading: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def read_topic(text: str, file: str) -> Topic:
    """May raise `Unreadable`."""
    named = NAME.fullmatch(file)
    if named is None or not KEY.fullmatch(named["key"]):
        words = _("Name the file by its place and a short word, such as 04-places.md: small letters, numbers and hyphens.")
        raise Unreadable([Mistake(file, 0, words)])
    mistakes: list[Mistake] = []
    lines = text.split("\n")
    title, begin = _title(lines, file, mistakes)
    parts: dict[str, _Piece] = {}
    answers: list[_Piece] = []
    for piece in _pieces(lines, begin, file, mistakes):
        if piece.heading.startswith("### "):
            answers.append(piece)
        elif (part := PARTS.get(piece.heading[3:].strip())) is None or part in parts:
            known = ", ".join(PARTS)
            mistakes.append(
                Mistake(file, piece.line, _("Each of these headings stands here once, and no other: %(known)s.") % {"known": known})
            )
        else:
            parts[part] = piece
    question, limits = _question_and_limits(parts.get("limit_question"))
    told = {name: parts[name].text for name in ("rule", "why", "situation") if name in parts}
    topic = Topic(
        key=named["key"],
        title=title,
        rule=told.get("rule", ""),
        why=told.get("why", ""),
        limit_question=question,
        limits=limits,
        situation=told.get("situation", ""),
        answers=tuple(_answer(piece, file, mistakes) for piece in answers),
    )
    if not mistakes:
        lines_of = {name: piece.line for name, piece in parts.items()} | {"title": 1, "answers": answers[0].line if answers else 0}
        lines_of["limits"] = lines_of.get("limit_question", 0)
        mistakes = [Mistake(file, lines_of.get(name, 0), words) for name, words in faults_of(topic)]
    if mistakes:
        raise Unreadable(sorted(mistakes, key=lambda mistake: mistake.line))
    return topic


def topic_in_words(topic: Topic) -> str:
    pieces = [f"---\ntitle: {quoted(topic.title)}\n---\n## The rule\n{topic.rule}", f"## Why\n{topic.why}"]
    if topic.limit_question or topic.limits:
        limits = "\n".join(f"- {limit}" for limit in topic.limits)
        pieces.append("\n\n".join(filter(None, [f"## My own stricter limit\n{topic.limit_question}".rstrip(), limits])))
    if topic.situation:
        pieces.append(f"## A situation\n{topic.situation}")
    pieces += [f"### [{'x' if answer.fits else ' '}] {answer.words}\n{answer.reasoning}" for answer in topic.answers]
    return "\n\n".join(pieces) + "\n"


def _title(lines: Sequence[str], file: str, mistakes: list[Mistake]) -> tuple[str, int]:
    """And the place of the first line below it."""
    values, begin = front_of(lines, _noting(file, mistakes))
    for key, value in values.items():
        if key != "title":
            mistakes.append(Mistake(file, value.line, _("“%(key)s” is not known here. Take the line out.") % {"key": key}))
    return values["title"].text if "title" in values else "", begin


def _pieces(lines: Sequence[str], begin: int, file: str, mistakes: list[Mistake]) -> Iterator[_Piece]:
    here: _Piece | None = None
    for number, line in enumerate(lines[begin:], begin + 1):
        if line.startswith(("## ", "### ")):
            if here is not None:
                yield here
            here = _Piece(number, line)
        elif here is not None:
            here.lines.append(line.rstrip())
        elif line.strip():
            mistakes.append(Mistake(file, number, _("This stands above the first heading, which is “## The rule”.")))
    if here is not None:
        yield here


def _question_and_limits(piece: _Piece | None) -> tuple[str, tuple[str, ...]]:
    if piece is None:
        return "", ()
    limits = [line[2:].strip() for line in piece.lines if line.startswith("- ")]
    return "\n".join(line for line in piece.lines if not line.startswith("- ")).strip(), tuple(limits)


def _answer(piece: _Piece, file: str, mistakes: list[Mistake]) -> Answer:
    found = ANSWER.fullmatch(piece.heading)
    if found is None:
        words = _("An answer begins with “### [x]” where it keeps to the rule, and with “### [ ]” where it does not.")
        mistakes.append(Mistake(file, piece.line, words))
        return Answer("", False, "")
    return Answer(found["words"].strip(), found["mark"] != " ", piece.text)
