"""The reset conversations of a pairing, as one half may read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checkins.resets.forms import HOW_IT_IS
from checkins.resets.services import AFTERWARDS, RESET
from matching.joint import queries as joint
from matching.joint.models import Round
from matching.joint.policies import waits_while_it_rests
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


@dataclass(frozen=True)
class OnPairPage:
    """What is open now: one that is being prepared, or the question some days later; of several, first what one has not answered.

    `have_answered` is about oneself alone.
    """

    round: Round | None = None
    is_afterwards: bool = False
    have_answered: bool = False


def on_pair_page(pairing: Pairing, asked: Iterable[Any]) -> OnPairPage:
    """Of the rounds that `joint.on_pair_page` has found. Without a query."""
    found = [round for round in asked if round.kind in (RESET, AFTERWARDS) and not round.is_put_off]
    if not found or pairing.state != Pairing.State.ACTIVE:
        return OnPairPage()
    shown = min(found, key=lambda round: round.have_answered)
    return OnPairPage(shown, shown.kind == AFTERWARDS, shown.have_answered)


@dataclass(frozen=True)
class Conversation:
    """What each asks and offers, and what both said some days later. Of what did not open: what I wrote alone.

    `resting`: of these two rounds the one with a part of mine that waits while the pairing rests, and can still open.
    """

    round: Round
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any]
    my_word: str
    their_word: str
    resting: Round | None


def told(rounds: Iterable[Round], pairing: Pairing, me: Membership, now: datetime, asked: Iterable[Round] = ()) -> list[Conversation]:
    """Two queries, however many."""
    rounds = list(rounds)
    later = Round.objects.in_pairing(pairing, me).of_kind(AFTERWARDS).filter(source_id__in=[round.pk for round in rounds])
    later = later.with_words_of(me).exclude(pk__in=[round.pk for round in asked])
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
            next((one for one in (round, after.get(round.pk)) if one is not None and waits_while_it_rests(pairing, one, now)), None),
        )

    return [conversation(round) for round in rounds]
