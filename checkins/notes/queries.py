"""The notes of two people as one of them sees them, in a number of queries that does not grow with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from checkins.notes import policies
from checkins.notes.models import Note
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

SHOWN_ON_PAIR_PAGE = 2


def have_shared_any(*, pairing: Pairing, now: datetime) -> bool:
    """Of what one wrote for oneself nobody learns, not even by what is possible or not."""
    return Note.objects.filter(pairing=pairing).of_both().exists()


@dataclass(frozen=True)
class Card:
    """A note, and what this reader may do with it."""

    note: Note
    is_mine: bool
    was_saved_by_me: bool
    may_edit: bool
    may_open: bool
    may_delete: bool


@dataclass(frozen=True)
class NotesNow:
    newest: list[Note]
    has_more: bool
    may_write: bool


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> NotesNow:
    """The last ones of both, for `checkins/notes/_now.html`, in one query. What is for oneself is not among them: two may be looking."""
    found = list(Note.objects.in_pairing(pairing, me).of_both().there()[: SHOWN_ON_PAIR_PAGE + 1])
    for note in found:
        note.author = me if note.author_id == me.pk else pairing.other_half(me)
    return NotesNow(newest=found[:SHOWN_ON_PAIR_PAGE], has_more=len(found) > SHOWN_ON_PAIR_PAGE, may_write=policies.may_write(me, pairing))


def cards(notes: Iterable[Note], pairing: Pairing, me: Membership) -> list[Card]:
    """`pairing` with its two people."""
    return [_card(note, pairing, me) for note in notes]


def _card(note: Note, pairing: Pairing, me: Membership) -> Card:
    note.pairing = pairing
    return Card(
        note=note,
        is_mine=note.author_id == me.pk,
        was_saved_by_me=note.saved_by_id == me.pk,
        may_edit=policies.may_edit(me, note),
        may_open=policies.may_open(me, note),
        may_delete=policies.may_delete(me, note),
    )
