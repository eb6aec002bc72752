"""What each kind of mail wants. Every app declares its own in `AppConfig.ready()`; whoever sends asks here."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.functional import Promise

from mentoring.kernel.outbox.models import OutboxMessage

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound="Model")
# Rows are kept so long; who got what earlier is not known.
LONGEST_APART = timedelta(days=90)
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Priority(IntEnum):
    """The lower goes first, whatever waits."""

    SAFETY = 0
    ACCOUNT = 1
    REMINDER = 2
    DIGEST = 3


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A text that goes with a mail, twice: as a part of it that programs read (`text_type`, such as `text/calendar; method=REQUEST`),
    and as a file to keep."""

    content: str
    text_type: str
    file_name: str
    file_type: str


@dataclass(frozen=True, kw_only=True)
class Category:
    """What a person wants mail about, or not. There are few, and several kinds share one. `about` is a whole sentence."""

    name: str
    label: str | Promise
    about: str | Promise


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of mail.

    `template`: `<app>/<subject>/mail/<name>.txt`, or a function of the message that names one of several.
    `context`: for many messages at once, so that it costs the same number of queries for one and for fifty: what the template needs,
    by the message's key. A message that is left out cannot be written, and becomes dead. It may read `message.secret`.
    `still_owed`: the keys of those whose cause still holds. The others are cancelled.
    `label`: what the mail is about in a few plain words, for those who look whether it went. `is_in_log`: whether they see it at all.
    `audience`: who sees what the person answers or writes there, a whole sentence; it stands below the text.
    `category`: what the person chooses by; needed by whatever can wait (priority 2 and 3) and goes to somebody with an account.
    `at_most_every`: how long the next mail of this kind to the same person waits after one; at most as long as rows are kept, 90 days.
    `attachment`: made from the context, the sender and the recipient (both `Name <address>`) when the mail goes out, and kept nowhere.
    """

    name: str
    priority: Priority
    template: str | Callable[[OutboxMessage], str]
    context: Callable[[list[OutboxMessage]], Mapping[int, Mapping[str, Any]]]
    still_owed: Callable[[list[OutboxMessage]], set[int]]
    label: str | Promise = ""
    is_in_log: bool = True
    audience: str | Promise = ""
    category: Category | None = None
    at_most_every: timedelta | None = None
    attachment: Callable[[Mapping[str, Any], str, str], Attachment] | None = None

    def template_of(self, message: OutboxMessage) -> str:
        return self.template if isinstance(self.template, str) else self.template(message)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    if not NAME.fullmatch(kind.name):
        raise ValueError(f"{kind.name!r} is no name for a kind of mail: lower case, numbers and hyphens, at most 40.")
    if kind.name in _kinds:
        raise ValueError(f"The kind of mail {kind.name!r} is declared twice.")
    if kind.attachment is not None and kind.priority >= Priority.REMINDER:
        raise ValueError(f"The kind of mail {kind.name!r} has an attachment, which no digest can carry.")
    if kind.at_most_every is not None and kind.at_most_every > LONGEST_APART:
        raise ValueError(f"The kind of mail {kind.name!r} comes seldomer than rows are kept.")
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    """Raises `LookupError` for a kind that no app declares."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"No app declares the kind of mail {name!r}.") from None


def every() -> Iterator[Kind]:
    return iter(_kinds.values())


def categories() -> list[Category]:
    """What a person chooses from, in the order in which the apps declare it."""
    return list(dict.fromkeys(kind.category for kind in every() if kind.category is not None))


def of_category(name: str) -> list[str]:
    """The names of the kinds of a category."""
    return [kind.name for kind in every() if kind.category is not None and kind.category.name == name]


def with_subjects(messages: list[OutboxMessage], rows: "QuerySet[Row]") -> "list[tuple[OutboxMessage, Row]]":
    """Each message with the row that it is about, in one query. A message whose row is gone is left out."""
    found: dict[Any, Row] = rows.in_bulk({message.subject_id for message in messages})
    return [(message, found[message.subject_id]) for message in messages if message.subject_id in found]
