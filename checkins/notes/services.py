"""Writing a note, changing it, opening it to both, deleting it. What one does with a note for oneself is recorded nowhere."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from checkins.notes import policies
from checkins.notes.models import LONGEST_NOTE, Note
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership


class SavedMeanwhile(Refused):
    """The note was saved after this person began: `note` is how it stands now, and nothing was written."""

    def __init__(self, note: Note) -> None:
        super().__init__(_("This note was saved while you were writing. Nothing of what you wrote is lost."))
        self.note = note


@transaction.atomic
def write(*, pairing: Pairing, by: Membership, text: str, of_both: bool, now: datetime) -> Note:
    """Write a note that both can read; or without `of_both` one for oneself."""
    pairing = _locked(pairing.pk)
    if not policies.may_write(by, pairing):
        raise Refused(_("Notes are written by the two of a pairing, while it is active."))
    note = Note.objects.create(
        pairing=pairing,
        author=by,
        text=_checked(text),
        written_at=now,
        opened_at=now if of_both else None,
        saved_by=by,
        saved_at=now,
    )
    _record("written", note, by, now)
    return note


@transaction.atomic
def edit(*, note: Note, by: Membership, text: str, version: int, now: datetime) -> Note:
    """Change its words. `version` is the one that the writer began with.

    Raises `SavedMeanwhile` where another has come between, unless it says the same.
    """
    note = _locked_note(note)
    if note.removed_at is not None:
        raise Refused(_("This note was deleted meanwhile. You can write what you wrote as a new one."))
    if not policies.may_edit(by, note):
        raise Refused(_why_not(note, _("This note is changed by whoever can read it.")))
    text = _checked(text)
    if text == str(note.text):
        return note
    if version != note.version:
        raise SavedMeanwhile(note)
    note.text, note.version, note.saved_by, note.saved_at = text, note.version + 1, by, now
    note.save(update_fields=["text", "version", "saved_by", "saved_at"])
    _record("edited", note, by, now)
    return note


@transaction.atomic
def open_to_both(*, note: Note, by: Membership, version: int, now: datetime) -> Note:
    """Let the other half read it, from now on and for good. `version` is what its author has just looked at. Twice changes nothing."""
    note = _locked_note(note)
    if note.is_of_both and note.author_id == by.pk:
        return note
    if not policies.may_open(by, note):
        raise Refused(_why_not(note, _("Only who wrote a note can open it to both.")))
    if version != note.version:
        raise Refused(_("You changed this note meanwhile. Read it once more before you open it to both."))
    note.opened_at = note.saved_at = now
    note.save(update_fields=["opened_at", "saved_at"])
    _record("opened", note, by, now)
    return note


@transaction.atomic
def delete(*, note: Note, by: Membership, now: datetime) -> None:
    """A note for oneself is gone. One of both shows nothing any more, but that it was there, and its words are kept sealed."""
    note = _locked_note(note)
    if note.removed_at is not None and note.author_id == by.pk:
        return
    if not policies.may_delete(by, note):
        raise Refused(_why_not(note, _("Only who wrote a note can delete it.")))
    if not note.is_of_both:
        note.delete()
        return
    note.removed_at = now
    note.save(update_fields=["removed_at"])
    _record("deleted", note, by, now)


def _locked(pairing: int) -> Pairing:
    return Pairing.objects.select_for_update(of=["self"], no_key=True).get(pk=pairing)


def _locked_note(note: Note) -> Note:
    pairing = _locked(note.pairing_id)
    found = Note.objects.filter(pk=note.pk).first()
    if found is None:
        raise Refused(_("This note was deleted meanwhile. You can write what you wrote as a new one."))
    found.pairing = pairing
    return found


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_NOTE:
        raise Refused(_("Write a note of at most %(most)s characters.") % {"most": LONGEST_NOTE})
    return text


def _why_not(note: Note, otherwise: str) -> str:
    if note.pairing.state != Pairing.State.ACTIVE:
        return _("Notes are changed by the two of a pairing, while it is active.")
    return otherwise


def _record(verb: str, note: Note, by: Membership, now: datetime) -> None:
    """The trail is read by admins, and that somebody writes for themselves is theirs alone."""
    if note.is_of_both:
        audit.record(verb=f"note.{verb}", subject=note, program_id=note.pairing.program_id, actor_id=by.user_id, now=now)
