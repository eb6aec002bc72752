"""From what somebody wrote, in Markdown, to topics that can be read: clean, and with headings in their place on the page.

A topic begins at each heading of the first level that the text uses. Nothing of the writer's HTML survives, no picture is fetched, and a
link goes to http, https or a mail address, or nowhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "pre", "hr", "br"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
FIRST_LEVEL = 2
LAST_LEVEL = 6


@dataclass(frozen=True)
class Topic:
    """`title` is empty for what stands before the first heading. `source` is the Markdown, to compare two versions by."""

    anchor: str
    title: str
    body: SafeString
    source: str


@dataclass(frozen=True)
class Change:
    """What became of one topic from one version to the next. `kind` is "new", "changed" or "gone"."""

    kind: str
    title: str
    anchor: str


def topics_of(text: str) -> list[Topic]:
    lines = text.splitlines()
    # One for all topics: it sets out with all the rules of the language, which takes longer than to render one.
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text)
    _put_headings_in_order(tokens)
    _read_pictures_out(tokens)
    starts = [place for place, token in enumerate(tokens) if token.type == "heading_open" and token.tag == f"h{FIRST_LEVEL}"]
    first_lines = [_first_line(tokens[start]) for start in starts] + [len(lines)]
    topics = []
    if introduction := tokens[: starts[0] if starts else len(tokens)]:
        topics.append(_topic(markdown, 0, "", introduction, lines[: first_lines[0]]))
    for number, (start, end) in enumerate(zip(starts, [*starts, len(tokens)][1:], strict=True), 1):
        # Opening, words and closing of the heading are the title.
        title, body = _plain(tokens[start + 1]), tokens[start + 3 : end]
        topics.append(_topic(markdown, number, title, body, lines[first_lines[number - 1] : first_lines[number]]))
    return topics


def rendered(text: str) -> SafeString:
    """A text that is no set of topics, such as a screen of a course: as clean as they are."""
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text)
    _put_headings_in_order(tokens)
    _read_pictures_out(tokens)
    return _clean(markdown, tokens)


def changes(old: str, new: str) -> list[Change]:
    """What is new, what says something else, and what is gone. A topic is known by its title."""
    before = {_key(topic.title): topic for topic in topics_of(old)}
    after = {_key(topic.title): topic for topic in topics_of(new)}
    found = []
    for key, topic in after.items():
        if key not in before:
            found.append(Change("new", topic.title, topic.anchor))
        elif _key(before[key].source) != _key(topic.source):
            found.append(Change("changed", topic.title, topic.anchor))
    found.extend(Change("gone", topic.title, "") for key, topic in before.items() if key not in after)
    return found


def _topic(markdown: MarkdownIt, number: int, title: str, tokens: Sequence[Token], lines: Sequence[str]) -> Topic:
    return Topic(anchor=f"topic-{number}", title=title, body=_clean(markdown, tokens), source="\n".join(lines).strip())


def _clean(markdown: MarkdownIt, tokens: Sequence[Token]) -> SafeString:
    html = markdown.renderer.render(tokens, markdown.options, {})
    return mark_safe(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer"))  # noqa: S308


def _put_headings_in_order(tokens: Sequence[Token]) -> None:
    """The topmost level becomes h2, since the page has the h1, and no level is left out on the way down."""
    openings = [token for token in tokens if token.type == "heading_open"]
    top = min((_level(token) for token in openings), default=1)
    last, levels = FIRST_LEVEL - 1, []
    for token in openings:
        wished = min(_level(token) - top + FIRST_LEVEL, last + 1, LAST_LEVEL)
        # Inside a quotation or a list a heading begins no topic.
        last = max(wished, FIRST_LEVEL if token.level == 0 else FIRST_LEVEL + 1)
        levels.append(last)
    closings = [token for token in tokens if token.type == "heading_close"]
    for opening, closing, level in zip(openings, closings, levels, strict=True):
        opening.tag = closing.tag = f"h{level}"


def _read_pictures_out(tokens: Sequence[Token]) -> None:
    """Of a picture only its description is left: nothing is fetched from elsewhere."""
    for token in tokens:
        for child in token.children or []:
            if child.type == "image":
                child.type, child.tag = "text", ""


def _level(token: Token) -> int:
    return int(token.tag[1:])


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _plain(inline: Token) -> str:
    """The words of a heading without its marks."""
    words = [" " if child.type == "softbreak" else child.content for child in inline.children or []]
    return " ".join("".join(words).split())


def _key(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
