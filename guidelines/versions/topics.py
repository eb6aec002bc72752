"""What guidelines are made of: topics, and what became of each from one version to the next. Knows no table.

Decided: a version keeps its topics as they are here, in one row, because they are published, compared and agreed to together; a topic keeps
its key from version to version, so that what somebody has read, and which limit they have set, outlives a change of its title.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
# Of these a topic's file is made.
HEADING = re.compile(r"^#{2,3}(\s|$)", re.MULTILINE)
LIST_LINE = re.compile(r"^- ", re.MULTILINE)
LONGEST_TITLE = 120
LONGEST_TEXT = 10_000
LONGEST_LIMIT = 300
LONGEST_ANSWER = 600
MOST_LIMITS = 6
MOST_ANSWERS = 6
MOST_TOPICS = 40


@dataclass(frozen=True)
class Answer:
    """One thing that somebody in the situation could do. `fits`: it keeps to the rule. `reasoning` is what opens when it is picked."""

    words: str
    fits: bool
    reasoning: str


@dataclass(frozen=True)
class Topic:
    """`limits` go from what the program asks of everybody to the strictest that one can ask for oneself; none where there is no stricter.

    All but the title, the limits and the words of the answers is Markdown.
    """

    key: str
    title: str
    rule: str
    why: str
    limit_question: str = ""
    limits: tuple[str, ...] = ()
    situation: str = ""
    answers: tuple[Answer, ...] = ()

    @classmethod
    def kept(cls, kept: Mapping[str, Any]) -> "Topic":
        answers = tuple(Answer(**answer) for answer in kept["answers"])
        return cls(**{**kept, "limits": tuple(kept["limits"]), "answers": answers})

    def to_keep(self) -> dict[str, Any]:
        return {**asdict(self), "limits": list(self.limits), "answers": [asdict(answer) for answer in self.answers]}

    @cached_property
    def digest(self) -> str:
        """Of what it says: the same words have the same, however they are spaced and whatever the key."""
        said = [_even(self.title), *(_even(words) for _label, words in parts_of(self)), [answer.fits for answer in self.answers]]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Change:
    """What became of one topic from one version to the next. `kind` is "new", "changed" or "gone"."""

    kind: str
    title: str
    key: str


def changes(before: Iterable[Topic], after: Iterable[Topic]) -> list[Change]:
    old, new = ({topic.key: topic for topic in topics} for topics in (before, after))
    found = [
        Change("changed" if key in old else "new", topic.title, key)
        for key, topic in new.items()
        if key not in old or old[key].digest != topic.digest
    ]
    return found + [Change("gone", topic.title, key) for key, topic in old.items() if key not in new]


# A piece of a text, and whether it is "same", "new" or "gone".
Piece = tuple[str, str]


def differences(before: Topic, after: Topic) -> list[tuple[str, list[Piece]]]:
    """Word by word, of each part that says something else now."""
    old, new = (dict([(_("Title"), topic.title), *parts_of(topic)]) for topic in (before, after))
    found = []
    for label in [*new, *(label for label in old if label not in new)]:
        one, other = old.get(label, ""), new.get(label, "")
        if _even(one) != _even(other):
            found.append((label, list(_pieces(one.split(), other.split()))))
    return found


def parts_of(topic: Topic) -> Iterator[tuple[str, str]]:
    """Every text of a topic below its title, with what it is called."""
    yield _("The rule"), topic.rule
    yield _("Why"), topic.why
    yield _("About the limits"), topic.limit_question
    for number, limit in enumerate(topic.limits, 1):
        yield _("Limit %(number)d") % {"number": number}, limit
    yield _("The situation"), topic.situation
    for number, answer in enumerate(topic.answers, 1):
        yield _("Answer %(number)d") % {"number": number}, answer.words
        yield _("What answer %(number)d leads to") % {"number": number}, answer.reasoning


def faults_of(topic: Topic) -> Iterator[tuple[str, str]]:
    """What stands in the way of keeping it: in which field, and why, in words for whoever wrote it."""
    if not topic.title.strip() or len(topic.title) > LONGEST_TITLE:
        yield "title", _("Give it a title of at most %(most)d characters.") % {"most": LONGEST_TITLE}
    for name, words in (("rule", topic.rule), ("why", topic.why)):
        if not words.strip():
            yield name, _("Write the rule.") if name == "rule" else _("Say why: a rule without a reason is hard to keep.")
    for name, words in (("rule", topic.rule), ("why", topic.why), ("limit_question", topic.limit_question), ("situation", topic.situation)):
        if len(words) > LONGEST_TEXT:
            yield name, _("Write at most %(most)d characters.") % {"most": LONGEST_TEXT}
        if HEADING.search(words):
            yield name, _("A topic has its headings already. Leave out the lines that begin with ##, or write #### for one below them.")
    if LIST_LINE.search(topic.limit_question):
        yield "limit_question", _("Write each limit into the list of limits, not here.")
    yield from _faults_of_limits(topic)
    yield from _faults_of_answers(topic)


def _faults_of_limits(topic: Topic) -> Iterator[tuple[str, str]]:
    if len(topic.limits) == 1 or len(topic.limits) > MOST_LIMITS:
        yield (
            "limits",
            _("Give from 2 to %(most)d limits, or none: first what everybody keeps to, last the strictest.") % {"most": MOST_LIMITS},
        )
    if len({_even(limit).casefold() for limit in topic.limits}) < len(topic.limits):
        yield "limits", _("Two limits say the same.")
    if any(not limit.strip() or len(limit) > LONGEST_LIMIT for limit in topic.limits):
        yield "limits", _("Write each limit in one line of at most %(most)d characters.") % {"most": LONGEST_LIMIT}


def _faults_of_answers(topic: Topic) -> Iterator[tuple[str, str]]:
    answers = topic.answers
    if bool(topic.situation.strip()) != bool(answers):
        yield (
            "situation",
            _("A situation needs answers to choose from, and answers need a situation. Leave both empty where there is none."),
        )
    if len(answers) == 1 or len(answers) > MOST_ANSWERS:
        yield "answers", _("Give from 2 to %(most)d answers.") % {"most": MOST_ANSWERS}
    if answers and not any(answer.fits for answer in answers):
        yield "answers", _("Mark at least one answer that keeps to the rule.")
    for number, answer in enumerate(answers, 1):
        if not answer.words.strip() or not answer.reasoning.strip():
            yield "answers", _("Answer %(number)d needs its words, and what it leads to.") % {"number": number}
        if len(answer.words) > LONGEST_ANSWER or len(answer.reasoning) > LONGEST_TEXT or HEADING.search(answer.reasoning):
            yield "answers", _("Answer %(number)d is too long, or has a line that begins with ##.") % {"number": number}


def _pieces(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", " ".join(before[i1:i2])
            continue
        if i2 > i1:
            yield "gone", " ".join(before[i1:i2])
        if j2 > j1:
            yield "new", " ".join(after[j1:j2])


def _even(text: str) -> str:
    return " ".join(text.split())
