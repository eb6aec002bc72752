"""What somebody may read of a round."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from matching.joint import kinds
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


@dataclass(frozen=True)
class Said:
    """`theirs` is there only when both are: nothing tells before that whether the other half has answered."""

    mine: Mapping[str, Any] | None = None
    theirs: Mapping[str, Any] | None = None


def said(round: Round, me: Membership) -> Said:
    return said_in([round], me)[round.pk]


def answered_by(me: Membership, rounds: Iterable[Round]) -> set[int]:
    """The keys of those in which I have answered; no query where there are no rounds."""
    keys = [round.pk for round in rounds]
    return set(Answer.objects.filter(round__in=keys, membership=me).values_list("round", flat=True)) if keys else set()


def unanswered_by(me: Membership, pairings: Iterable[Pairing], names: Iterable[str], now: datetime) -> list[Round]:
    """What I could answer now and have not, in these pairings and of these kinds, the oldest first.

    In one query, and a second where something is open.
    """
    known = {pairing.pk: pairing for pairing in pairings}
    found = list(Round.objects.filter(pairing__in=known, kind__in=list(names)).open_at(now).order_by("opened_at", "pk"))
    answered = answered_by(me, found)
    for round in found:
        round.pairing = known[round.pairing_id]
    unanswered = [round for round in found if round.pk not in answered and round.pairing.includes(me)]
    return [round for round in unanswered if round.pairing.state in kinds.get(round.kind).states]


def said_in(rounds: Iterable[Round], me: Membership) -> dict[int, Said]:
    """By the key of each round, in one query."""
    found: dict[int, dict[str, Mapping[str, Any]]] = {round.pk: {} for round in rounds}
    for answer in Answer.objects.visible_to(me).filter(round__in=list(found)):
        found[answer.round_id]["mine" if answer.membership_id == me.pk else "theirs"] = answer.said
    return {key: Said(**answers) for key, answers in found.items()}
