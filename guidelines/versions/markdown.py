"""From what somebody wrote, in Markdown, to what can be read: clean, and with headings in their place on the page.

Nothing of the writer's HTML survives, no picture is fetched, and a link goes to http, https or a mail address, or nowhere.
"""

from collections.abc import Sequence
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "pre", "hr", "br"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
FIRST_LEVEL = 2
LAST_LEVEL = 6


@lru_cache(maxsize=512)
def rendered(text: str, first_level: int = FIRST_LEVEL) -> SafeString:
    """`first_level`: of its topmost heading, one below the heading that it stands under."""
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text)
    _put_headings_in_order(tokens, first_level)
    _read_pictures_out(tokens)
    html = markdown.renderer.render(tokens, markdown.options, {})
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    return mark_safe(clean)  # noqa: S308 - cleaned just above


def _put_headings_in_order(tokens: Sequence[Token], first_level: int) -> None:
    """The topmost level becomes the first, and no level is left out on the way down."""
    openings = [token for token in tokens if token.type == "heading_open"]
    top = min((_level(token) for token in openings), default=1)
    last, levels = first_level - 1, []
    for token in openings:
        last = min(_level(token) - top + first_level, last + 1, LAST_LEVEL)
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
