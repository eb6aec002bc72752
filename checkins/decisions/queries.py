"""What the pages of decisions show, each in a number of queries that does not grow with the history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from checkins.decisions import policies
from checkins.decisions.models import Decision, Place
from checkins.sessions.models import Session
from matching.pairings.models import Pairing
from mentoring.kernel.dates import written
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership

WAITING_SHOWN, STANDING_SHOWN = 5, 3
# Beyond so many that wait, those that stand are on their own page alone.
LOOKED_AT = 20
HISTORY_SHOWN = 50
# In one pairing; beyond it, how many wait says nothing more.
MOST_ASKED = 50


@dataclass(frozen=True)
class Card:
    """A decision as one of the two sees it, and what they can do about it now."""

    decision: Decision
    place: Place
    is_mine: bool
    # The two halves, first and second: what each has said, and whether it was yes. None where nobody is asked any more.
    sides: tuple[tuple[str, bool], tuple[str, bool]] | None
    # None as well where the pairing rests or has ended, and nobody can say so; a try has ended all the same.
    asked_since: date | None
    try_ended: bool
    may_answer: bool
    may_withdraw: bool
    may_reopen: bool
    may_change: bool
    may_keep: bool
    may_let_go: bool


def on_pair_page(pairing: Pairing, me: Membership, now: datetime) -> dict[str, Any]:
    """What `_now.html` needs, in two queries at most: what waits and what the two are asked again, then the newest that stand."""
    today = local_day(now, pairing.program.time_zone)
    found = Decision.objects.in_pairing(pairing, me).current().for_list(pairing, me, today)[:LOOKED_AT]
    decisions: Any = with_people(list(found), pairing)
    waiting = [decision for decision in decisions if decision.place < Place.STANDS]
    standing = [decision for decision in decisions if decision.place == Place.STANDS]
    return {
        "cards": [_card(decision, me, today) for decision in waiting[:WAITING_SHOWN] + standing[:STANDING_SHOWN]],
        "has_more": len(waiting) > WAITING_SHOWN or len(standing) > STANDING_SHOWN,
        "may_propose": policies.may_propose(me, pairing),
    }


def waiting_for(me: Membership, pairings: Sequence[Pairing], now: datetime) -> list[Decision]:
    """Decisions of these pairings, of one program, on which I have a word to say: the newest first. In one query."""
    if not pairings:
        return []
    known, today = {pairing.pk: pairing for pairing in pairings}, local_day(now, pairings[0].program.time_zone)
    asking = Decision.objects.filter(pairing__in=known).perhaps_asking(today).order_by("-proposed_at", "-pk")
    found = list(asking[: MOST_ASKED * len(known)])
    for decision in found:
        decision.pairing = known[decision.pairing_id]
    suggested = {decision.in_place_of_id for decision in found if decision.state == Decision.State.OPEN}
    return [
        decision
        for decision in found
        if policies.may_agree(me, decision) or (policies.may_keep(me, decision, today) and decision.pk not in suggested)
    ]


def of_session(session: Session, pairing: Pairing, me: Membership, now: datetime) -> list[Card]:
    """What came up in one meeting, the newest first and at most fifty, in one query."""
    today = local_day(now, pairing.program.time_zone)
    found = Decision.objects.in_pairing(pairing, me).filter(session=session).for_list(pairing, me, today)
    return cards(found.order_by("-proposed_at", "-pk")[:HISTORY_SHOWN], pairing, me, today)


def history_of(decision: Decision, me: Membership) -> list[Decision]:
    """All that took each other's place, this one among them, the newest first and at most fifty."""
    return list(Decision.objects.in_pairing(decision.pairing, me).in_line_with(decision).order_by("-proposed_at", "-pk")[:HISTORY_SHOWN])


def cards(decisions: Iterable[Decision], pairing: Pairing, me: Membership, today: date) -> list[Card]:
    """`decisions` come from `for_list`, `pairing` with its program and its two people."""
    return [_card(decision, me, today) for decision in with_people(list(decisions), pairing)]


def with_people(decisions: Sequence[Decision], pairing: Pairing) -> Sequence[Decision]:
    """Everybody who has a part in it is one of the two, who are known."""
    halves = {half.pk: half for half in pairing.halves}
    # Until when each can be reopened depends on them.
    prefetch_related_objects([pairing], "pauses")
    for decision in decisions:
        decision.pairing = pairing
        decision.proposed_by = halves[decision.proposed_by_id]
        if decision.ended_by_id is not None:
            decision.ended_by = halves[decision.ended_by_id]
    return decisions


def _card(decision: Any, me: Membership, today: date) -> Card:
    return Card(
        decision=decision,
        place=Place(decision.place),
        is_mine=decision.proposed_by_id == me.pk,
        sides=_sides(decision, me, today),
        asked_since=_asked_since(decision, today),
        try_ended=decision.try_has_ended(today),
        may_answer=policies.may_agree(me, decision),
        may_withdraw=policies.may_withdraw(me, decision),
        may_reopen=policies.may_reopen(me, decision, today),
        may_change=decision.state != Decision.State.OPEN and not decision.change_waits and policies.may_suggest(me, decision),
        may_keep=policies.may_keep(me, decision, today),
        may_let_go=policies.may_let_go(me, decision, today),
    )


def _asked_since(decision: Decision, today: date) -> date | None:
    return decision.asked_again_since(today) if decision.pairing.state == Pairing.State.ACTIVE else None


def _sides(decision: Decision, me: Membership, today: date) -> tuple[tuple[str, bool], tuple[str, bool]] | None:
    first, second = decision.pairing.halves
    if decision.state == Decision.State.OPEN:
        return _has_answered(decision, first, me), _has_answered(decision, second, me)
    if _asked_since(decision, today) is not None:
        return _has_kept(decision, first, me, today), _has_kept(decision, second, me, today)
    return None


def _has_answered(decision: Decision, half: Membership, me: Membership) -> tuple[str, bool]:
    agreed_at = decision.first_agreed_at if half == decision.pairing.first else decision.second_agreed_at
    if agreed_at is None:
        return _no_answer_yet(half, me) if decision.pairing.is_open else _no_answer(half, me), False
    day = written(timezone.localtime(agreed_at), "day")
    if half == me:
        return _("You agreed on %(day)s") % {"day": day}, True
    return _("%(name)s agreed on %(day)s") % {"name": half.user.short_name, "day": day}, True


def _has_kept(decision: Decision, half: Membership, me: Membership, today: date) -> tuple[str, bool]:
    if not decision.has_kept(half, today):
        return _no_answer_yet(half, me), False
    return (_("You: keep it") if half == me else _("%(name)s: keep it") % {"name": half.user.short_name}), True


def _no_answer_yet(half: Membership, me: Membership) -> str:
    return _("You: no answer yet") if half == me else _("%(name)s: no answer yet") % {"name": half.user.short_name}


def _no_answer(half: Membership, me: Membership) -> str:
    return _("You: no answer") if half == me else _("%(name)s: no answer") % {"name": half.user.short_name}
