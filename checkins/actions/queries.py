"""What the pages show of the actions, in a number of queries that does not grow with the data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from checkins.actions import policies
from checkins.actions.models import ActionItem
from matching.pairings.models import Pairing
from programs.memberships.models import Membership

SHOWN_ON_PAIR_PAGE = 10
# In one pairing; beyond it, how many there are says nothing more.
MOST_ASKED = 20


@dataclass(frozen=True)
class Row:
    """An action, and what this reader may do with it."""

    action: ActionItem
    is_mine: bool
    is_of_both: bool
    may_do: bool
    may_take_on: bool
    may_decline: bool
    may_remove: bool
    may_undo: bool


@dataclass(frozen=True)
class ActionsNow:
    """`asked` waits for a yes, of this reader or of the other; `standing` is taken on."""

    asked: list[Row]
    standing: list[Row]
    has_more: bool
    may_add: bool
    may_do: bool


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> ActionsNow:
    """The actions that are due first; for `checkins/actions/_now.html`. In one query."""
    return open_actions(pairing, me, at_most=SHOWN_ON_PAIR_PAGE)


def open_actions(pairing: Pairing, me: Membership, *, at_most: int | None = None) -> ActionsNow:
    """Each half has written down at most fifty."""
    found = soonest_first(ActionItem.objects.in_pairing(pairing, me).open())
    shown = [as_seen_by(me, action, pairing) for action in found[:at_most]]
    return ActionsNow(
        asked=[row for row in shown if not row.action.is_taken_on],
        standing=[row for row in shown if row.action.is_taken_on],
        has_more=len(found) > len(shown),
        may_add=policies.may_add(me, pairing),
        may_do=policies.may_do(me, pairing),
    )


def soonest_first(actions: Iterable[ActionItem]) -> list[ActionItem]:
    """What has no day comes last. Put in order here: they are few, and writing an order into a query of many columns is half its time."""
    return sorted(actions, key=lambda action: (action.due_on is None, action.due_on or date.min, action.added_at, action.pk))


def asked_of(me: Membership, pairings: Sequence[Pairing]) -> list[ActionItem]:
    """What the other halves ask of me and I have not said yes or no to, those that are due first. In one query."""
    known = {pairing.pk: pairing for pairing in pairings}
    found = ActionItem.objects.filter(pairing__in=known).requests().exclude(author=me)
    asked = soonest_first(found)[: MOST_ASKED * len(known)]
    for action in asked:
        action.pairing = known[action.pairing_id]
    return [action for action in asked if policies.may_take_on(me, action)]


def as_seen_by(me: Membership, action: ActionItem, pairing: Pairing) -> Row:
    action.pairing = pairing
    return Row(
        action=action,
        is_mine=action.is_owned_by(me),
        is_of_both=action.owner == ActionItem.Owner.BOTH,
        may_do=policies.may_do(me, pairing) and action.is_open and action.is_taken_on,
        may_take_on=policies.may_take_on(me, action),
        may_decline=policies.may_decline(me, action),
        may_remove=policies.may_remove(me, action),
        may_undo=policies.may_undo(me, action),
    )
