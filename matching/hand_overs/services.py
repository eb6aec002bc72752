"""Writing a note for whoever comes next, taking it back, and the moment at which it is shown."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from matching.hand_overs import policies
from matching.hand_overs.models import HandOverNote
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership

LONGEST_NOTE = 2_000


class PromisedElsewhere(Refused):
    """In another window its writer wrote a note after another pairing, or took one back: now another never reads it than they were told.

    `pairing` is the one after which it would be written.
    """

    def __init__(self, pairing: Pairing, by: Membership) -> None:
        words = _(
            "Your note changed in another window: it is %(name)s who never reads it. Nothing of what you wrote here is lost. "
            "Look at who may read it, and save it again."
        )
        super().__init__(words % {"name": pairing.other_half(by).user.short_name})
        self.pairing = pairing


@transaction.atomic
def write(
    *,
    pairing: Pairing,
    by: Membership,
    text: str,
    for_partner: bool,
    for_coordinators: bool,
    now: datetime,
    promised: int | None = None,
) -> HandOverNote:
    """Save what one would like whoever comes next to know.

    It takes the place of the note of theirs that waits, and stays hidden from whom that one was hidden from. `promised` is the key of the
    pairing of which its writer was told that the other never reads it; None where they were told nothing. Raises `PromisedElsewhere`.
    """
    pairing = _locked(pairing, by)
    waiting = _locked_waiting(by)
    if not policies.may_write(by, pairing, waiting, now):
        raise Refused(_("A note for whoever comes next is written in the 30 days after an ending. Nothing was changed."))
    pairing = waiting.pairing if waiting else pairing
    if promised not in (None, pairing.pk):
        raise PromisedElsewhere(pairing, by)
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_NOTE:
        raise Refused(_("Write at most %(most)s characters.") % {"most": LONGEST_NOTE})
    if not (for_partner or for_coordinators):
        raise Refused(_("Choose who may read it."))
    # Replaced rather than changed: an encrypted text is bound to its row.
    if waiting is not None:
        waiting.delete()
    note = HandOverNote.objects.create(
        pairing=pairing, membership=by, text=text, for_partner=for_partner, for_coordinators=for_coordinators, written_at=now
    )
    audit.record(verb="hand_over.written", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)
    return note


@transaction.atomic
def withdraw(*, pairing: Pairing, by: Membership, now: datetime) -> None:
    """Take back the note of theirs that waits. Taking it back twice changes nothing; what was shown stays where it was shown."""
    pairing = _locked(pairing, by)
    if not policies.may_withdraw(by, pairing):
        raise Refused(_("Only who wrote a note takes it back."))
    if HandOverNote.objects.filter(membership=by).waiting().delete()[0]:
        audit.record(verb="hand_over.withdrawn", subject=pairing, program_id=pairing.program_id, actor_id=by.user_id, now=now)


def show(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has begun: what its two wrote for whoever comes next is there to read for the other, and stays as it is."""
    if pairing.is_stand_in:
        return
    notes = HandOverNote.objects.filter(membership__in=[pairing.first_id, pairing.second_id], for_partner=True).waiting()
    locked = notes.select_related("pairing").select_for_update(of=["self"]).order_by("pk")
    meant = [note.pk for note in locked if {note.pairing.first_id, note.pairing.second_id} != {pairing.first_id, pairing.second_id}]
    HandOverNote.objects.filter(pk__in=meant).update(shown_in=pairing)


def give_back(*, pairing: Pairing, now: datetime) -> None:
    """A match was undone: what was shown in it waits again, unless its author has written another since."""
    if pairing.state == Pairing.State.DECLINED:
        waiting = HandOverNote.objects.waiting().values("membership")
        HandOverNote.objects.filter(shown_in=pairing).exclude(membership__in=waiting).update(shown_in=None)


def _locked_waiting(by: Membership) -> HandOverNote | None:
    found = HandOverNote.objects.filter(membership=by).waiting()
    was_there = found.exists()
    # Where it is being shown this moment, this waits, and finds it waiting no more.
    note = found.select_related("pairing__first__user", "pairing__second__user").select_for_update(of=["self"]).first()
    if was_there and note is None:
        raise Refused(_("Your next pairing has just begun, and your note is there to read. It stays as it is. Nothing was changed."))
    return note


def _locked(pairing: Pairing, by: Membership) -> Pairing:
    # Whoever writes, first: two forms sent at once leave one note. In the order in which others lock them, the people before their pairing.
    Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=by.pk)
    return Pairing.objects.select_for_update(of=["self"], no_key=True).with_halves().get(pk=pairing.pk)
