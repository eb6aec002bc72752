"""The reset conversations of a pairing, as one half may read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from checkins.resets.forms import HOW_IT_IS
from checkins.resets.services import AFTERWARDS, RESET
from matching.joint import queries as joint
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from mentoring.kernel.keys import whole_number
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from matching.joint.models import RoundQuerySet


@dataclass(frozen=True)
class OnPairPage:
    """What is open now: one that is being prepared, or the question some days later; of several, first what one has not answered.

    `have_answered` is about oneself alone.
    """

    round: Round | None = None
    is_afterwards: bool = False
    have_answered: bool = False


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> OnPairPage:
    """One query, and a second where something is open."""
    found = open_ones(pairing, me, now) if pairing.state == Pairing.State.ACTIVE else []
    answered = joint.answered_by(me, found)
    shown = min(found, key=lambda round: round.pk in answered, default=None)
    if shown is None:
        return OnPairPage()
    return OnPairPage(shown, shown.kind == AFTERWARDS, shown.pk in answered)


def open_ones(pairing: Pairing, me: Membership, now: datetime) -> list[Round]:
    """What can be answered now: a conversation that is being prepared, and what is asked some days after earlier ones."""
    asked = Round.objects.in_pairing(pairing, me).filter(kind__in=[RESET, AFTERWARDS]).open_at(now)
    found = list(asked.order_by("-opened_at", "-pk"))
    for round in found:
        round.pairing = pairing
    return found


def one_of(pairing: Pairing, me: Membership, key: str) -> Round | None:
    """Whatever became of it."""
    number = whole_number(key)
    if number is None:
        return None
    found = Round.objects.in_pairing(pairing, me).filter(kind__in=[RESET, AFTERWARDS], pk=number).first()
    if found is not None:
        found.pairing = pairing
    return found


def to_read(pairing: Pairing, me: Membership, asked: Iterable[Round]) -> "RoundQuerySet":
    """Those that both have prepared, and of those that did not open what I prepared, the newest first. What is `asked` now is no part."""
    return _with_my_words(Round.objects.in_pairing(pairing, me).of_kind(RESET), me, asked).order_by("-opened_at", "-pk")


def _with_my_words(rounds: "RoundQuerySet", me: Membership, asked: Iterable[Round]) -> "RoundQuerySet":
    mine = Exists(Answer.objects.filter(round=OuterRef("pk"), membership=me))
    return rounds.filter(Q(opened_together_at__isnull=False) | mine).exclude(pk__in=[round.pk for round in asked])


@dataclass(frozen=True)
class Conversation:
    """What each asks and offers, and what both said some days later. Of what did not open: what I wrote alone."""

    round: Round
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any]
    my_word: str
    their_word: str


def told(rounds: Iterable[Round], pairing: Pairing, me: Membership, asked: Iterable[Round] = ()) -> list[Conversation]:
    """Two queries, however many."""
    rounds = list(rounds)
    later = Round.objects.in_pairing(pairing, me).of_kind(AFTERWARDS).filter(source_id__in=[round.pk for round in rounds])
    later = _with_my_words(later, me, asked)
    after = {round.source_id: round for round in later}
    said = joint.said_in([*rounds, *after.values()], me)
    words = {key: str(label) for key, label in HOW_IT_IS}
    nothing = joint.Said()

    def conversation(round: Round) -> Conversation:
        answers, afterwards = said[round.pk], said[after[round.pk].pk] if round.pk in after else nothing
        return Conversation(
            round,
            answers.mine or {},
            answers.theirs or {},
            words.get((afterwards.mine or {}).get("how", ""), ""),
            words.get((afterwards.theirs or {}).get("how", ""), ""),
        )

    return [conversation(round) for round in rounds]
