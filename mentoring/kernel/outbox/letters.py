"""One text becomes a letter: a subject, a plain text and an HTML that look after themselves.

A template of mail holds its subject on line 1, then paragraphs with empty lines between them. What a paragraph looks like is what it is:

    [Label](https://…)      the button
    `483920`                a code, large
    - one                   a list, one line an item; it may end in a [Label](https://…)
    ## One                  a heading
    > Who sees this: …      the tinted line that says who sees what
    --                      alone: what follows is small print at the foot

Anything else is text, in which our own addresses become links. Whatever comes out of the context is put on one line, so that a name can
be no paragraph, and only addresses of ours are linked, so that nobody's name leads anywhere.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import wrap
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import css_inline
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMultiAlternatives
from django.http.request import validate_host
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mentoring.kernel.outbox.addresses import named, sending_address
from mentoring.kernel.outbox.kinds import Kind, Priority
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.outbox.services import unsubscribe_address

PRODUCT = "Evenhand"
LINE = 72
LINE_WITH_LINK = re.compile(r"(.*\S) \[([^\]]+)\]\((https?://\S+)\)")
BUTTON = re.compile(r"\[([^\]]+)\]\((https?://\S+)\)")
CODE = re.compile(r"`([^`]+)`")
ADDRESS = re.compile(r"(https?://[^\s<>\"'()\[\]]*[^\s<>\"'()\[\].,;:!?])")
FOOT = "--"

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False)


class Unwritable(Exception):
    """The letter has no subject, or nobody to go to."""


@dataclass(frozen=True)
class Item:
    """A mail and what there is to say in it."""

    message: OutboxMessage
    kind: Kind
    context: Mapping[str, Any]


class UnwritableItem(Exception):
    """One of the mails of a digest cannot be written."""

    def __init__(self, item: Item, cause: Exception) -> None:
        super().__init__()
        self.item, self.cause = item, cause


@dataclass(frozen=True)
class Part:
    """One paragraph. `items` are the lines of a list, each of which may end in a link of its own: its `label` and `address`."""

    kind: str
    text: str
    address: str = ""
    label: str = ""
    items: tuple["Part", ...] = ()

    @property
    def plain(self) -> str:
        if self.kind == "button":
            return f"{self.text}:\n{self.address}"
        if self.kind == "list":
            return "\n".join(item._plain_line for item in self.items)
        return _wrapped(self.text)

    @property
    def _plain_line(self) -> str:
        line = _wrapped(self.text, first="- ", then="  ")
        return f"{line}\n  {self.label}:\n  {self.address}" if self.address else line

    @property
    def linked(self) -> SafeString:
        pieces = ((piece, number % 2 == 1 and is_ours(piece)) for number, piece in enumerate(ADDRESS.split(self.text)))
        return format_html_join(
            "", "{}", ((format_html('<a class="link" href="{0}">{0}</a>', piece) if ours else piece,) for piece, ours in pieces)
        )


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


class _BuiltOnce(EmailMultiAlternatives):
    """What cannot be built shows before a mail server hears of it, and building it is not paid for twice."""

    _built: Any = None

    def message(self) -> Any:  # type: ignore[override]
        if self._built is None:
            self._built = super().message()
        return self._built


def compose(message: OutboxMessage, *, kind: Kind, context: Mapping[str, Any], address: str) -> EmailMultiAlternatives:
    """The whole mail, in the recipient's language and times. The same every time but for its date."""
    recipient: Any = message.recipient
    program_name = one_line(str(context.get("program_name") or PRODUCT))
    stop = _stop_address(message, [kind])
    letter = write(
        kind.template_of(message), recipient=recipient, context=context, program_name=program_name, audience=kind.audience, stop=stop
    )
    mail = _mail(message, letter, program_name=program_name, address=address, stop=stop)
    if kind.attachment is not None:
        with _as_read_by(recipient):
            attached = kind.attachment(context, mail.from_email, mail.to[0])
        mail.attach_alternative(attached.content, attached.text_type)
        mail.attach(attached.file_name, attached.content.encode(), attached.file_type)
    return mail


def compose_digest(message: OutboxMessage, *, items: list[Item], address: str) -> EmailMultiAlternatives:
    """One mail for several: the subject of each and where its button leads, by program. Raises `UnwritableItem` for one that cannot be."""
    recipient: Any = message.recipient
    programs: dict[str, list[dict[str, str]]] = {}
    with _as_read_by(recipient):
        for item in items:
            try:
                subject, parts, _footer = read(_render(item.kind.template_of(item.message), _values(recipient, item.context)))
            except Exception as wrong:
                raise UnwritableItem(item, wrong) from wrong
            button = next((part for part in parts if part.kind == "button"), None)
            line = {"text": subject, "label": button.text if button else "", "address": button.address if button else ""}
            programs.setdefault(one_line(str(item.context.get("program_name") or PRODUCT)), []).append(line)
    program_name = next(iter(programs)) if len(programs) == 1 else PRODUCT
    stop = _stop_address(message, [item.kind for item in items])
    context = {"programs": list(programs.items()), "number": len(items)}
    letter = write("mail/digest.txt", recipient=recipient, context=context, program_name=program_name, stop=stop)
    return _mail(message, letter, program_name=program_name, address=address, stop=stop)


def _mail(message: OutboxMessage, letter: "Letter", *, program_name: str, address: str, stop: str) -> EmailMultiAlternatives:
    recipient: Any = message.recipient
    headers = {"Message-ID": f"<{message.message_id}>", "Auto-Submitted": "auto-generated"}
    if stop:
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mail = _BuiltOnce(
        subject=letter.subject,
        body=letter.text,
        from_email=named(program_name, sending_address()),
        to=[named(one_line(recipient.get_full_name()) if recipient is not None else "", address)],
        headers=headers,
    )
    mail.attach_alternative(letter.html, "text/html")
    return mail


def _stop_address(message: OutboxMessage, said: list[Kind]) -> str:
    """Where one click stops mails like these. Empty for what goes at once, and for whoever has no account."""
    categories = sorted({kind.category.name for kind in said if kind.category is not None and kind.priority >= Priority.REMINDER})
    return unsubscribe_address(message.recipient_id, *categories) if categories and message.recipient_id else ""


@contextmanager
def _as_read_by(recipient: Any) -> Iterator[None]:
    """In the recipient's language and by their clock."""
    language = (recipient.language if recipient is not None else "") or settings.LANGUAGE_CODE
    zone = recipient.time_zone if recipient is not None else settings.TIME_ZONE
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        yield


def write(
    template: str,
    *,
    recipient: AbstractBaseUser | None,
    context: Mapping[str, Any],
    program_name: str = PRODUCT,
    audience: str | Promise = "",
    stop: str = "",
) -> Letter:
    """`stop`: where one stops mails like this, or chooses which to get; a line of the small print."""
    person: Any = recipient
    with _as_read_by(person):
        subject, parts, footer = read(_render(template, _values(person, context)))
        if audience:
            parts.append(Part("seen", one_line(str(audience))))
        if stop:
            footer.append(Part("button", _("Stop mails like this, or choose which you get"), address=stop))
        page = {
            "subject": subject,
            "program_name": program_name,
            "preview": next((part.text for part in parts if part.kind == "text" and not part.text.endswith(",")), ""),
            "parts": parts,
            "footer": footer,
            "language": translation.get_language(),
            "is_right_to_left": translation.get_language_bidi(),
        }
        return Letter(
            subject=subject,
            text=_render("mail/letter.txt", page).strip() + "\n",
            html=_inliner.inline(get_template("mail/letter.html").render(page)),
        )


def _values(person: Any, context: Mapping[str, Any]) -> Any:
    name = person.get_short_name() if person is not None else ""
    return _on_one_line({"base_url": settings.BASE_URL, "name": name, **context})


def read(written: str) -> tuple[str, list[Part], list[Part]]:
    """Subject, parts and small print of a rendered text."""
    subject, _, body = written.strip().partition("\n")
    if not (subject := one_line(subject)):
        raise Unwritable("no subject")
    paragraphs = [paragraph.strip() for paragraph in re.split(r"\n[ \t]*(?:\n[ \t]*)+", body.strip())]
    parts = [_part(paragraph) for paragraph in paragraphs if paragraph]
    foot = next((place for place, part in enumerate(parts) if part.text == FOOT), len(parts))
    return subject, parts[:foot], parts[foot + 1 :]


def is_ours(address: str) -> bool:
    """Leads to this site, under whichever of its names."""
    parts = urlsplit(address)
    if "@" in parts.netloc:
        return False
    hosts = [host for host in settings.ALLOWED_HOSTS if host != "*"] + (["localhost", "127.0.0.1"] if settings.DEBUG else [])
    return parts.netloc == urlsplit(settings.BASE_URL).netloc or validate_host(parts.hostname or "", hosts)


def one_line(text: str) -> str:
    """Without line ends and other control characters: what a header or a paragraph can take from somebody's name."""
    return " ".join("".join(character if character.isprintable() or character.isspace() else "" for character in text).split())


def _part(paragraph: str) -> Part:
    lines = [line.strip() for line in paragraph.splitlines()]
    if all(line.startswith("- ") for line in lines):
        return Part("list", "", items=tuple(_item(one_line(line[2:])) for line in lines))
    text = one_line(paragraph)
    if (button := BUTTON.fullmatch(text)) and is_ours(button[2]):
        return Part("button", button[1], address=button[2])
    if code := CODE.fullmatch(text):
        return Part("code", code[1])
    if text.startswith("## "):
        return Part("heading", text[3:])
    if text.startswith("> "):
        return Part("seen", text[2:])
    return Part("text", text)


def _item(text: str) -> Part:
    if (linked := LINE_WITH_LINK.fullmatch(text)) and is_ours(linked[3]):
        return Part("text", linked[1], label=linked[2], address=linked[3])
    return Part("text", text)


def _render(template: str, values: Mapping[str, Any]) -> str:
    # Plain text: it is escaped where it becomes HTML.
    source: Any = get_template(template)
    return str(source.template.render(Context(dict(values), autoescape=False)))


def _on_one_line(value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {key: _on_one_line(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_on_one_line(inner) for inner in value]
    return value


def _wrapped(text: str, *, first: str = "", then: str = "") -> str:
    # An address cut in two is no address.
    return "\n".join(wrap(text, LINE, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False))
