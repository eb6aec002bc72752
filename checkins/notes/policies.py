"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from checkins.notes.models import Note
from matching.pairings import acts
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

WRITE = acts.declare("note.write", _("Write a note, for both or for oneself"), "checkins:note-write")
EDIT = acts.declare("note.edit", _("Change the words of a note of both, or of one’s own"), "checkins:note-edit")
OPEN = acts.declare("note.open", _("Open to both a note one has written for oneself"), "checkins:note-open", who=acts.Who.ITS_AUTHOR)
# In a pairing that rests or has ended, what nobody else has read.
DELETE = acts.declare(
    "note.delete",
    _("Delete a note one has written"),
    "checkins:note-delete",
    states=acts.WHILE_ACTIVE | {Pairing.State.PAUSED, Pairing.State.CLOSED},
    who=acts.Who.ITS_AUTHOR,
)


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
    return DELETE.is_open_to(membership, note.pairing) and is_theirs and (note.pairing.state == Pairing.State.ACTIVE or not note.is_of_both)
