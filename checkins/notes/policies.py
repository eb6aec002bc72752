"""May this person? Pure questions: no query, no write, no request."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from checkins.notes.models import Note
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


ACTIVE = frozenset({Pairing.State.ACTIVE})


def _act(verb: str, words: "_StrOrPromise", who: acts.Who = acts.Who.ITS_AUTHOR, states: frozenset[Pairing.State] = ACTIVE) -> acts.Act:
    return acts.register(acts.Act(name=f"note.{verb}", words=words, route=f"checkins:note-{verb}", states=states, who=who))


WRITE = _act("write", _("Write a note, for both or for oneself"), acts.Who.EITHER)
EDIT = _act("edit", _("Change the words of a note of both, or of one’s own"), acts.Who.EITHER)
OPEN = _act("open", _("Open to both a note one has written for oneself"))
# In a pairing that rests or has ended, what nobody else has read.
DELETE = _act("delete", _("Delete a note one has written"), states=ACTIVE | {Pairing.State.PAUSED, Pairing.State.CLOSED})


def may_write(membership: Membership, pairing: Pairing) -> bool:
    return WRITE.is_open_to(membership, pairing)


def may_edit(membership: Membership, note: Note) -> bool:
    """Either half what both read; and its author what nobody else reads."""
    is_theirs = note.is_of_both or note.author_id == membership.pk
    return EDIT.is_open_to(membership, note.pairing) and is_theirs and note.removed_at is None


def may_open(membership: Membership, note: Note) -> bool:
    return OPEN.is_open_to(membership, note.pairing) and note.author_id == membership.pk and not note.is_of_both


def may_delete(membership: Membership, note: Note) -> bool:
    is_theirs = note.author_id == membership.pk and note.removed_at is None
    return DELETE.is_open_to(membership, note.pairing) and is_theirs and (note.pairing.state in ACTIVE or not note.is_of_both)
