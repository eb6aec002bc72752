"""Facts are written in the transaction of what they tell of."""

from datetime import datetime

from matching.facts.models import Fact
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


def note(*, pairing: Pairing, by: Membership, kind: Fact.Kind, source_id: int, happened_at: datetime) -> None:
    """Note one fact. Noting it again changes nothing."""
    Fact.objects.get_or_create(kind=kind, source_id=source_id, by=by, defaults={"pairing": pairing, "happened_at": happened_at})


def withdraw(*, kind: Fact.Kind, source_id: int, now: datetime) -> None:
    """What the fact told of was taken back; it no longer counts."""
    Fact.objects.filter(kind=kind, source_id=source_id, withdrawn_at=None).update(withdrawn_at=now)
