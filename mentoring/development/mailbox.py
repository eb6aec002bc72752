"""Every mail of a site that has no mail server: what would have gone out, newest first."""

import email
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from functools import cached_property, wraps
from pathlib import Path

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from mentoring.kernel.lists.pages import page_of

TO_FILES = "django.core.mail.backends.filebased.EmailBackend"
BETWEEN_MAILS = b"\n" + b"-" * 79 + b"\n"
SHOWN = 100
# A line that is nothing but letters and digits is a code that somebody is to type.
CODE = re.compile(r"^[ \t]*([0-9A-Z]{4,10}(?:-[0-9A-Z]{2,10})*)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """Read when something of it is shown: of thousands a page shows some."""

    file: str
    number: int
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def sender(self) -> str:
        return str(self.message["From"])

    @property
    def recipient(self) -> str:
        return str(self.message["To"])

    @property
    def sent_at(self) -> datetime | None:
        date = self.message["Date"]
        at: datetime | None = date.datetime if date else None
        # "-0000" says UTC, and that nobody's zone is meant by it.
        return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def code(self) -> str:
        found = CODE.search(self.text)
        return found[1] if found and any(character.isdigit() or character == "-" for character in found[1]) else ""

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


View = Callable[..., HttpResponse]


def of_files(view: View) -> View:
    """There is a mailbox only where mails become files. Nothing is kept by the browser: it changes with every mail."""

    @wraps(view)
    def handle(request: HttpRequest, *arguments: str, **named: str) -> HttpResponse:
        if settings.EMAIL_BACKEND != TO_FILES:
            raise Http404
        response = view(request, *arguments, **named)
        response["Cache-Control"] = "no-store"
        return response

    return handle


@require_safe
@of_files
def mails(request: HttpRequest) -> HttpResponse:
    page = page_of(request, list(newest_first()), per_page=SHOWN)
    newest_code = None if page.has_previous else next((mail for mail in page.items if mail.code), None)
    return render(request, "development/mailbox.html", {"page": page, "newest_code": newest_code, "now": timezone.now()})


@require_safe
@of_files
def mail(request: HttpRequest, file: str, number: int) -> HttpResponse:
    return render(request, "development/mailbox_mail.html", {"mail": find(file, number)})


@require_safe
@xframe_options_sameorigin
@csp_update({"style-src": ["'self'", "'unsafe-inline'"], "frame-ancestors": ["'self'"]})
@of_files
def letter(request: HttpRequest, file: str, number: int) -> HttpResponse:
    """The mail as a mail program shows it: a letter carries its styles with it, which our own pages may not."""
    found = find(file, number)
    # Its links open our pages, not the frame.
    return HttpResponse(found.html.replace("<head>", '<head><base target="_top">', 1))


def newest_first() -> Iterator[Mail]:
    for path in sorted(_folder().glob("*.log"), key=lambda path: (path.stat().st_mtime, path.name), reverse=True):
        yield from reversed(_read(path))


def find(file: str, number: int) -> Mail:
    path = _folder() / file
    if path.parent != _folder() or path.suffix != ".log" or not path.is_file():
        raise Http404
    for found in _read(path):
        if found.number == number:
            return found
    raise Http404


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def _read(path: Path) -> list[Mail]:
    contents = [content for content in path.read_bytes().split(BETWEEN_MAILS) if content.strip()]
    return [Mail(path.name, number, content) for number, content in enumerate(contents)]
