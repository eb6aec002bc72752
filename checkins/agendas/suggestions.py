"""Topics that fit a first, a middle and a last meeting. Either half can add one, under their own name.

The key stays what it is when the words change or are translated: by it the agenda knows which are there already.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


class Meeting(StrEnum):
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


@dataclass(frozen=True)
class Suggestion:
    key: str
    words: "_StrOrPromise"


NAMES: dict[str, "_StrOrPromise"] = {
    Meeting.FIRST: _("For a first meeting"),
    Meeting.MIDDLE: _("For a meeting along the way"),
    Meeting.LAST: _("For a last meeting"),
}

SETS: dict[str, tuple[Suggestion, ...]] = {
    Meeting.FIRST: (
        Suggestion("first-who-we-are", _("Who we are, and what brought each of us here")),
        Suggestion("first-hopes", _("What each of us hopes to learn, and what we can offer each other")),
        Suggestion("first-rhythm", _("How often we meet, where, and what we do when one of us can’t come")),
        Suggestion("first-feedback", _("How each of us likes to hear it when something could go better")),
        Suggestion("first-limits", _("What we’d rather not talk about, and what stays between us")),
        Suggestion("first-turns", _("How we take turns: who starts, and how we make sure that both get enough time")),
    ),
    Meeting.MIDDLE: (
        Suggestion("middle-since", _("What has happened since we last met")),
        Suggestion("middle-stuck", _("One thing that I’m stuck on")),
        Suggestion("middle-went-well", _("One thing that went well, and what helped")),
        Suggestion("middle-goals", _("How our goals are going: keep them, change them, or let one go?")),
        Suggestion("middle-us", _("How this is working for each of us, and one thing to try differently")),
        Suggestion("middle-turned-round", _("Something that I’d like to learn from you this time")),
    ),
    Meeting.LAST: (
        Suggestion("last-learned", _("What each of us takes away from our time together")),
        Suggestion("last-goals", _("What we wanted at the start, and how far we got")),
        Suggestion("last-thanks", _("Something the other did that helped, and that they may not know of")),
        Suggestion("last-unsaid", _("Is there anything we haven’t said yet?")),
        Suggestion("last-next", _("What each of us does next, and who else could help with it")),
        Suggestion("last-goodbye", _("How we would like to say goodbye")),
    ),
}

BY_KEY: dict[str, Suggestion] = {suggestion.key: suggestion for suggestions in SETS.values() for suggestion in suggestions}


def fitting(held: int) -> Meeting:
    """Which meeting comes next for two who have had this many. Nobody is told by us that it is the last: that set is a link."""
    return Meeting.MIDDLE if held else Meeting.FIRST


def offered(meeting: str, *, there: Collection[str]) -> list[Suggestion]:
    """The suggestions for a meeting, without those that are on the agenda."""
    return [suggestion for suggestion in SETS[meeting] if suggestion.key not in there]
