"""Somebody who runs the program gives one person of a draft somebody else. What it does to all is known before it is done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.criteria.models import Exclusion
from matching.runs import anew, arrays, peers, policies, reckoning, services
from matching.runs.exact import Exact
from matching.runs.memory import memory_of
from matching.runs.models import Proposal, Run, Unmatched
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs.models import Job
from programs.memberships.models import Membership, Program

State = Proposal.State
# Why somebody has no match, as `Unmatched.found` keeps it.
BY_HAND = {"by_hand": True}
NOT_YOURS = gettext_lazy("This would change a pair that is not yours to change. Nothing was changed.")


@dataclass(frozen=True)
class Trade:
    """What giving `one` of a pair `new` in place of `old` does.

    Where `new` has no free place, `other_one` of their pair `other` gets `old` in return. `left`: whoever has nobody afterwards.
    """

    proposal: Proposal
    one: Membership
    old: Membership
    new: Membership
    shown: int
    # Of the pairs that change, of 100 each.
    change: int
    other: Proposal | None = None
    other_one: Membership | None = None
    other_shown: int = 0
    left: Membership | None = None

    @property
    def loss(self) -> int:
        return max(0, -self.change)

    @property
    def weakest(self) -> int:
        return min(self.shown, self.other_shown) if self.other else self.shown


Changes = list[tuple[Proposal, reckoning.Pair]]


def trade_of(proposal: Proposal, new: Membership, one: Membership | None = None, *, by: Membership) -> Trade:
    """What it would do, or Refused with the reason. `one` is who gets somebody else: the mentee, but of equal peers either.

    Of those whom the new one would meet, the pair trades for which all is best.
    """
    made = _reckoned(proposal, new, one or proposal.mentee)[0]
    if made.other is not None and by.pk in (made.other.mentee_id, made.other.mentor_id):
        raise Refused(NOT_YOURS)
    return made


@transaction.atomic
def trade(*, proposal: Proposal, new: Membership, by: Membership, now: datetime, one: Membership | None = None) -> Trade:
    """Give one of a draft somebody else; where those have no free place, two pairs change partners."""
    # The program comes first, as where people are asked: nobody is asked about a pair while it changes.
    Program.objects.select_for_update(no_key=True).get(pk=proposal.run.program_id)
    proposal = services.locked(proposal)
    run = proposal.run
    if not policies.may_settle(by, proposal):
        raise Refused(_("These two have been asked or left out meanwhile. Nothing was changed."))
    made, changed = _reckoned(proposal, new, one or proposal.mentee)
    if made.other is not None:
        other = services.locked(made.other)
        if not policies.may_settle(by, other) or other.state != State.DRAFT:
            raise Refused(NOT_YOURS)
    criteria = memory_of(run, ()).criteria
    for pair, found in changed:
        fresh = services.proposal_of(run, found, criteria)
        for name in ("mentee_id", "mentor_id", "score", "shown", "parts", "has_anchor", "has_difference", "waiting_since"):
            setattr(pair, name, getattr(fresh, name))
        pair.alternatives, pair.state, pair.by_hand = [], State.DRAFT, True
        pair.save()
    if made.left is not None:
        _swap_unmatched(run, made)
    audit.record(
        verb="run.changed_by_hand",
        subject=proposal,
        program_id=run.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"pairs": len(changed)},
    )
    return made


def others_of(proposal: Proposal, top: int) -> list[list[Any]]:
    """For a pair changed by hand, as a proposal keeps them: the best for either half by score. What all would lose nobody knows."""
    inputs = services.seen_by(proposal.run)
    scores_of = peers.scores_of if inputs.is_among_peers else reckoning.scores_of
    standing = Proposal.objects.filter(run=proposal.run).exclude(state=State.DROPPED).values_list("mentee", "mentor")
    taken = Counter(person for mentee, mentor in standing for person in ((mentee, mentor) if inputs.is_among_peers else (mentor,)))
    found = []
    for one, other in ((proposal.mentee_id, proposal.mentor_id), (proposal.mentor_id, proposal.mentee_id))[: 1 + inputs.is_among_peers]:
        row = inputs.mentees.tolist().index(one)
        scores = scores_of(inputs, [row], list(range(len(inputs.mentors))))[0]
        best = [j for j in np.argsort(-scores, kind="stable").tolist() if scores[j] >= 0 and inputs.mentors[j] not in (one, other)]
        for j in best[:top]:
            person = int(inputs.mentors[j])
            found.append([person, int(scores[j]), None, taken[person] < int(inputs.capacity[j]), False, one])
    return found


def exact_of(*, proposal: Proposal, new: Membership, one: Membership | None, by: Membership, now: datetime) -> Exact | Job:
    """What all would be with these two together in any case, or the job that reckons it. Refused as the trade itself would be."""
    one = one or proposal.mentee
    trade_of(proposal, new, one, by=by)
    return anew.exact_of(run=proposal.run, asked=anew.asked_of(proposal.run, one, new), by=by, now=now)


def _swap_unmatched(run: Run, made: Trade) -> None:
    """Who had nobody has somebody now, and the other way round."""
    inputs = services.seen_by(run)
    waiting = int(inputs.waiting[_place(inputs.mentees, made.old)])
    Unmatched.objects.filter(run=run, membership=made.new).delete()
    Unmatched.objects.create(run=run, membership=made.old, waiting_since=datetime.fromtimestamp(waiting, UTC), found=BY_HAND)


def _reckoned(proposal: Proposal, new: Membership, one: Membership) -> tuple[Trade, Changes]:
    if proposal.state == State.LOCKED:
        raise Refused(_("These two are locked together. Take the lock back first."))
    inputs = services.seen_by(proposal.run)
    made, changes = _among_peers(inputs, proposal, new, one) if inputs.is_among_peers else _with_sides(inputs, proposal, new)
    for half, other in ((made.one, made.new), (made.other_one, made.old)):
        # What was settled since the run. What somebody chose in private is not told here: it holds when the two are asked.
        if half is not None and Exclusion.objects.of(half, other).of_program().exists():
            raise Refused(
                _("%(one)s and %(other)s are kept apart in this program.") % {"one": half.user.full_name, "other": other.user.full_name}
            )
    return made, changes


def _with_sides(inputs: arrays.Inputs, proposal: Proposal, new: Membership) -> tuple[Trade, Changes]:
    if new.pk == proposal.mentor_id or _place(inputs.mentors, new) < 0:
        raise Refused(_("Choose somebody else of this run."))
    one, old = proposal.mentee, proposal.mentor
    me, to, back_to = _place(inputs.mentees, one), _place(inputs.mentors, new), _place(inputs.mentors, old)
    _refuse_apart(reckoning.scores_of(inputs, [me], [to])[0, 0])
    found = reckoning.pair_of(inputs, me, to)
    # Also those that have been asked take a place; who was left out of the drafts takes none.
    theirs = list(Proposal.objects.filter(run=proposal.run, mentor=new).exclude(state=State.DROPPED).for_list().order_by("pk"))
    if len(theirs) < int(inputs.capacity[to]):
        return Trade(proposal, one, old, new, found.shown, found.shown - proposal.shown), [(proposal, found)]
    free = [pair for pair in theirs if pair.state == State.DRAFT]
    rows = [_place(inputs.mentees, pair.mentee) for pair in free]
    back = reckoning.scores_of(inputs, rows, [back_to])[:, 0].tolist() if free else []
    other = _best_return(free, back, new, old)
    other.run = proposal.run
    returned = reckoning.pair_of(inputs, _place(inputs.mentees, other.mentee), back_to)
    return _both(proposal, one, old, new, found, other, other.mentee, returned)


def _among_peers(inputs: arrays.Inputs, proposal: Proposal, new: Membership, one: Membership) -> tuple[Trade, Changes]:
    if one.pk not in (proposal.mentee_id, proposal.mentor_id):
        raise Refused(_("This person is not one of the two. Nothing was changed."))
    old = proposal.mentor if one.pk == proposal.mentee_id else proposal.mentee
    me, to, back_to = (_place(inputs.mentees, person) for person in (one, new, old))
    if new.pk == old.pk or to in (me, -1):
        raise Refused(_("Choose somebody else of this run."))
    _refuse_apart(peers.scores_of(inputs, [me], [to])[0, 0])
    found = peers.pair_of(inputs, me, to)
    there = Proposal.objects.filter(run=proposal.run).exclude(state=State.DROPPED).exclude(pk=proposal.pk)
    theirs = list(there.half_of(new).for_list())
    if not theirs:
        return Trade(proposal, one, old, new, found.shown, found.shown - proposal.shown, left=old), [(proposal, found)]
    free = [pair for pair in theirs if pair.state == State.DRAFT]
    halves = [pair.mentor if pair.mentee_id == new.pk else pair.mentee for pair in free]
    back = peers.scores_of(inputs, [_place(inputs.mentees, half) for half in halves], [back_to])[:, 0].tolist() if free else []
    other = _best_return(free, back, new, old)
    other.run = proposal.run
    returned = peers.pair_of(inputs, _place(inputs.mentees, halves[free.index(other)]), back_to)
    return _both(proposal, one, old, new, found, other, halves[free.index(other)], returned)


def _both(
    proposal: Proposal,
    one: Membership,
    old: Membership,
    new: Membership,
    found: reckoning.Pair,
    other: Proposal,
    other_one: Membership,
    returned: reckoning.Pair,
) -> tuple[Trade, Changes]:
    change = found.shown + returned.shown - proposal.shown - other.shown
    made = Trade(proposal, one, old, new, found.shown, change, other, other_one, returned.shown)
    return made, [(proposal, found), (other, returned)]


def _refuse_apart(score: Any) -> None:
    if score < 0:
        # Why is not said: it may be somebody's own wish, which is theirs alone.
        raise Refused(_("These two cannot be put together. That can have many reasons, and it may be somebody’s own choice."))


def _best_return(free: Sequence[Proposal], back: Sequence[int], new: Membership, old: Membership) -> Proposal:
    """Of the pairs that could trade, the one for which all is best."""
    gains = [(score - pair.score, -at) for at, (pair, score) in enumerate(zip(free, back, strict=True)) if score >= 0]
    if not gains:
        raise Refused(
            _("%(new)s has no free place, and nobody who would meet them can meet %(old)s instead.")
            % {"new": new.user.short_name, "old": old.user.short_name}
        )
    return free[-max(gains)[1]]


def _place(keys: Any, person: Membership) -> int:
    """Where somebody stands in an array of keys; -1 where they do not."""
    found = (keys == person.pk).nonzero()[0]
    return int(found[0]) if len(found) else -1
