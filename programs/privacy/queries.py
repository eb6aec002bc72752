"""What the inventory says, read from the registry."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext_lazy as _

from mentoring.kernel.holdings.registry import Erasure, Holding, Reader, Words
from programs.memberships.forms import ROLE_HINTS

READERS: dict[Reader, Words] = {
    Reader.OTHER_HALF: _("The other half of your pair"),
    Reader.MEMBERS: _("Everybody in the program"),
    Reader.COORDINATORS: _("Coordinators"),
    Reader.ADMINS: _("Admins"),
}


@dataclass(frozen=True)
class ToldKind:
    """One kind of what is kept, in words for a page. `readers`: who else reads it."""

    holding: Holding
    readers: list[Words]
    goes: bool


def told_kinds(holdings: Iterable[Holding]) -> list[ToldKind]:
    return [
        ToldKind(
            holding=holding,
            readers=[words for reader, words in READERS.items() if reader in holding.read_by],
            goes=holding.erased is Erasure.DELETED,
        )
        for holding in holdings
    ]


@dataclass(frozen=True)
class ToldRole:
    name: Words
    hint: Words
    reads: list[Words]


def told_roles(holdings: Sequence[Holding]) -> list[ToldRole]:
    """What each reads of somebody, beside what everybody in the program does; and first what nobody else reads."""
    alone = ToldRole(_("You alone"), _("Nobody else reads these."), [holding.what for holding in holdings if not holding.read_by])
    hints: dict[Reader, Words] = {
        Reader.COORDINATORS: _("Of a pairing of their own they read what a participant reads."),
        Reader.ADMINS: _("They look after safety. Of a pairing of their own they read what a participant reads."),
    }
    others = [
        ToldRole(words, hints.get(reader, ""), [holding.what for holding in holdings if reader in holding.read_by])
        for reader, words in READERS.items()
    ]
    deputy = ToldRole(
        _("Deputy"),
        ROLE_HINTS["is_deputy"],
        [_("What was told in confidence, where nobody else could read it or it was handed over to them. Else what any member reads.")],
    )
    return [alone, *others, deputy]


# Who may pass each door, as `programs.memberships.access` and `matching.pairings.access` mark them.
DOORS: dict[str, Words] = {
    "members": _("Everybody in the program"),
    "participants": _("Participants"),
    "the two": _("The two of a pair, and nobody else"),
    "staff": _("Coordinators and admins"),
    "admins": _("Admins"),
}
PROGRAM = "p/<slug:program>/"


@cache
def doors() -> list[tuple[Words, list[str]]]:
    """By who may pass: the addresses behind each door, without the program they begin with, as the site has them."""
    found: dict[str, list[str]] = {door: [] for door in DOORS}
    for address, pattern in _patterns(get_resolver(), ""):
        if door := getattr(pattern.callback, "open_to", ""):
            found.setdefault(door, []).append(re.sub(r"<[^>]+>", "…", address.removeprefix(PROGRAM)))
    return [(DOORS.get(door, door), sorted(addresses)) for door, addresses in found.items() if addresses]


def _patterns(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, address)
        else:
            yield address, pattern
