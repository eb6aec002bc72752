"""Notes for whoever comes next, as their readers see them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from matching.hand_overs import policies
from matching.hand_overs.models import HandOverNote
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

# So long they stand on the page of the two; after that among what one knows about the other.
NEW_TO_EACH_OTHER = timedelta(days=28)
SHOWN_TO_STAFF = 6


@dataclass(frozen=True)
class Shown:
    mine: HandOverNote | None = None
    theirs: HandOverNote | None = None


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> Shown:
    """One query in the first weeks, none later."""
    is_new = pairing.activated_at is not None and now < pairing.activated_at + NEW_TO_EACH_OTHER
    return shown_in(pairing, me) if is_new and pairing.is_open else Shown()


def shown_in(pairing: Pairing, me: Membership) -> Shown:
    """What each wrote before this pairing. One query."""
    by = {note.membership_id: note for note in HandOverNote.objects.in_pairing(pairing, me)}
    return Shown(by.get(me.pk), by.get(pairing.other_half(me).pk))


def waiting_note(me: Membership) -> HandOverNote | None:
    """Mine that nobody's page shows yet, after whichever pairing I wrote it."""
    halves = [f"pairing__{half}__user" for half in ("first", "second")]
    return HandOverNote.objects.visible_to(me).filter(membership=me).waiting().select_related(*halves).first()


def waits_after(pairing: Pairing, me: Membership) -> bool:
    """Is there a note of mine, written after this pairing had ended, that nobody's page shows yet?"""
    return HandOverNote.objects.visible_to(me).filter(membership=me, pairing=pairing).waiting().exists()


def is_offered(pairing: Pairing, me: Membership, now: datetime) -> bool:
    return policies.may_write(me, pairing, waiting_note(me), now)


def for_staff(pairing: Pairing, staff: Membership) -> list[HandOverNote]:
    """What either of the two wanted those who run the program to know, whenever they wrote it. One query; `pairing` knows its people."""
    halves = {half.pk: half for half in pairing.halves}
    notes = HandOverNote.objects.visible_to(staff).filter(membership__in=halves.keys(), for_coordinators=True)
    found = list(notes.order_by("-written_at", "pk")[:SHOWN_TO_STAFF])
    for note in found:
        note.membership = halves[note.membership_id]
    return found
