"""The goals of two people as one of them sees them, in a number of queries that does not grow with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checkins.goals import policies
from checkins.goals.models import Goal
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

SHOWN_ON_PAIR_PAGE = 2


def have_set_any(*, pairing: Pairing, now: datetime) -> bool:
    return Goal.objects.filter(pairing=pairing).exists()


@dataclass(frozen=True)
class Card:
    goal: Goal
    # "me", "other" or "both".
    whose: str
    may_edit: bool
    may_take_up: bool
    # Of both: it waits for my yes; and what each of us says became of it, as a `State` or empty.
    may_agree: bool
    my_word: str
    their_word: str


@dataclass(frozen=True)
class Goals:
    """Those that are open: mine, the other's, and of both."""

    mine: list[Card]
    theirs: list[Card]
    ours: list[Card]
    may_add: bool


def open_goals(pairing: Pairing, me: Membership) -> Goals:
    """The oldest first, in one query. A half has at most twelve that are open, and so have both, what waits for a yes among them."""
    found = cards(sorted(Goal.objects.in_pairing(pairing, me).current(), key=lambda goal: (goal.made_at, goal.pk)), pairing, me)
    of = {whose: [card for card in found if card.whose == whose] for whose in ("me", "other", "both")}
    return Goals(mine=of["me"], theirs=of["other"], ours=of["both"], may_add=policies.may_add(me, pairing))


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> dict[str, Any]:
    """What `_now.html` needs, in one query: the oldest two of each."""
    goals = open_goals(pairing, me)
    kinds = (goals.mine, goals.theirs, goals.ours)
    mine, theirs, ours = (cards_of[:SHOWN_ON_PAIR_PAGE] for cards_of in kinds)
    return {
        "mine": mine,
        "theirs": theirs,
        "ours": ours,
        "has_more": any(len(cards_of) > SHOWN_ON_PAIR_PAGE for cards_of in kinds),
        "may_add": goals.may_add,
    }


def cards(goals: Iterable[Goal], pairing: Pairing, me: Membership) -> list[Card]:
    """`pairing` with its two people."""
    return [_card(goal, pairing, me) for goal in goals]


def _card(goal: Goal, pairing: Pairing, me: Membership) -> Card:
    goal.pairing = pairing
    whose = "both" if goal.whose == Goal.Whose.BOTH else "me" if goal.is_of(me) else "other"
    both_say = whose == "both" and goal.state == Goal.State.OPEN
    return Card(
        goal=goal,
        whose=whose,
        may_edit=policies.may_edit(me, goal),
        may_take_up=policies.may_take_up(me, goal),
        may_agree=policies.may_agree(me, goal),
        my_word=goal.said_by(me) if both_say else "",
        their_word=goal.said_by(pairing.other_half(me)) if both_say else "",
    )
