"""What somebody may read of a round."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from matching.joint import kinds
from matching.joint.models import Answer, Round, open_at
from matching.pairings.models import Pairing
from mentoring.kernel.keys import whole_number
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from matching.joint.models import RoundQuerySet


@dataclass(frozen=True)
class Said:
    """`theirs` is there only when both are: nothing tells before that whether the other half has answered."""

    mine: Mapping[str, Any] | None = None
    theirs: Mapping[str, Any] | None = None


def said(round: Round, me: Membership) -> Said:
    return said_in([round], me)[round.pk]


def open_ones(pairing: Pairing, me: Membership, names: Iterable[str], now: datetime) -> list[Round]:
    """What can be answered now of these kinds, the newest first. In one query."""
    asked = Round.objects.in_pairing(pairing, me).filter(kind__in=list(names)).open_at(now)
    return _of(pairing, asked.order_by("-opened_at", "-pk"))


def on_pair_page(pairing: Pairing, me: Membership, names: Iterable[str], now: datetime, *, last_of: str, besides: Q) -> list[Any]:
    """What can be answered now of these kinds, the last of one kind whatever became of it, and what is asked `besides`; each
    `with_own_part`, the newest first. In one query.
    """
    rounds = Round.objects.in_pairing(pairing, me)
    last = rounds.of_kind(last_of).order_by("-opened_at", "-pk").values("pk")[:1]
    shown = rounds.filter(Q(pk__in=last) | Q(open_at(now), kind__in=list(names)) | besides)
    # Put in order here: they are few.
    return sorted(_of(pairing, shown.with_own_part(me)), key=lambda round: (round.opened_at, round.pk), reverse=True)


def one_of(pairing: Pairing, me: Membership, names: Iterable[str], key: str) -> Round | None:
    """Whatever became of it."""
    number = whole_number(key)
    if number is None:
        return None
    found = Round.objects.in_pairing(pairing, me).filter(kind__in=list(names), pk=number)
    return next(iter(_of(pairing, found)), None)


def to_read(pairing: Pairing, me: Membership, kind: str, asked: Iterable[Round]) -> "RoundQuerySet":
    """Those that both have answered, and of those that did not open what I said, the newest first. What is `asked` now is no part."""
    rounds = Round.objects.in_pairing(pairing, me).of_kind(kind).with_words_of(me).exclude(pk__in=[round.pk for round in asked])
    return rounds.order_by("-opened_at", "-pk")


def _of(pairing: Pairing, rounds: Iterable[Round]) -> list[Round]:
    found = list(rounds)
    for round in found:
        round.pairing = pairing
    return found


def answered_by(me: Membership, rounds: Iterable[Round]) -> set[int]:
    """The keys of those in which I have answered; no query where there are no rounds."""
    keys = [round.pk for round in rounds]
    return set(Answer.objects.filter(round__in=keys, membership=me).values_list("round", flat=True)) if keys else set()


def unanswered_by(me: Membership, pairings: Iterable[Pairing], names: Iterable[str], now: datetime) -> list[Round]:
    """What I could answer now, have not and have not put off, in these pairings and of these kinds, the oldest first.

    In one query, and a second where something is open.
    """
    known = {pairing.pk: pairing for pairing in pairings}
    found = list(Round.objects.filter(pairing__in=known, kind__in=list(names)).open_at(now).not_put_off_by(me).order_by("opened_at", "pk"))
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
