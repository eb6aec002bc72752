"""What somebody may read of a round."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from matching.joint.models import Answer, Round
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


def said_in(rounds: Iterable[Round], me: Membership) -> dict[int, Said]:
    """By the key of each round, in one query."""
    found: dict[int, dict[str, Mapping[str, Any]]] = {round.pk: {} for round in rounds}
    for answer in Answer.objects.visible_to(me).filter(round__in=list(found)):
        found[answer.round_id]["mine" if answer.membership_id == me.pk else "theirs"] = answer.said
    return {key: Said(**answers) for key, answers in found.items()}
