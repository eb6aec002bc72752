"""A run is started, kept whole, looked at, changed by hand and released.

What a worker does is kept in one transaction with the end of its job: of a run that was stopped or killed nothing stays but what it saw.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from matching import solver
from matching.criteria.models import Criterion
from matching.pairings import services as pairings
from matching.pairings.models import Pairing
from matching.runs import arrays, policies, reckoning
from matching.runs.models import Proposal, Run, RunRule, Unmatched
from matching.scoring import encoding
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.times import local_day
from programs.memberships.models import Cohort, Membership, Program

if TYPE_CHECKING:
    from matching.scoring.people import Side

MATCHING, RELEASING = "match-run", "match-release"
READING = gettext_noop("Reading what everybody said")
ASKING = gettext_noop("Asking the people of each pair")
# So many are asked while the page waits; more are left to a worker.
AT_ONCE = 3
BATCH = 500
State, LeftOut, Kind = Proposal.State, Proposal.LeftOut, RunRule.Kind


@dataclass(frozen=True)
class Wish:
    """How a run should go about it. `minimum` and `load_step` are of 100."""

    cohort: Cohort | None = None
    fairness: str = Run.Fairness.FLOOR
    sides: str = Run.Sides.SUGGESTED
    minimum: int = 0
    load_step: int = 0


@dataclass(frozen=True)
class Field:
    """Who would take part in a run, and what holds for them."""

    mentees: Sequence[encoding.Candidate]
    mentors: Sequence[encoding.Candidate]
    # How many of them could stand on either side.
    either: int
    locks: Sequence[RunRule]
    # Locks of people who take no part now: they count again when both do.
    resting: Sequence[RunRule]

    @property
    def places(self) -> int:
        return sum(mentor.places for mentor in self.mentors)


def field_of(*, program: Program, wish: Wish, now: datetime) -> Field:
    """Who takes part on this day, each on one side; whoever is locked to somebody stands where the lock says. Five queries at most."""
    on = local_day(now, program.time_zone)
    mentees, mentors, either = encoding.candidates(program, cohort=wish.cohort, on=on)
    could_be_either, suggested = set(either), len(either)
    locks = list(RunRule.objects.filter(program=program, kind=Kind.LOCK).for_list())
    side_of: dict[int, Side] = {}
    if wish.sides != Run.Sides.SUGGESTED:
        side_of = dict.fromkeys(either, "mentor" if wish.sides == Run.Sides.MENTORS else "mentee")
    for lock in locks:
        for person, side in ((lock.mentee_id, "mentee"), (lock.mentor_id, "mentor")):
            if person in could_be_either:
                side_of[person] = side  # type: ignore[assignment]
    if side_of:
        mentees, mentors, either = encoding.candidates(program, cohort=wish.cohort, on=on, side_of=side_of)
    rows, columns = ({person.membership_id for person in side} for side in (mentees, mentors))
    counting = [lock for lock in locks if lock.mentee_id in rows and lock.mentor_id in columns]
    return Field(mentees, mentors, suggested, counting, [lock for lock in locks if lock not in counting])


@transaction.atomic
def start(*, program: Program, by: Membership, wish: Wish, now: datetime) -> Run:
    """Queue a run. Refused, with what or whom it is about, where it could come to nothing or contradicts itself."""
    _refuse_unless_staff(by, program)
    if program.kind == Program.Kind.RECIPROCAL:
        raise Refused(_("In a program of equal peers nobody is the mentor, and a run needs both sides. Introduce people by hand."))
    _one_at_a_time(program)
    _criteria_of(program)
    field = field_of(program=program, wish=wish, now=now)
    if not field.mentees:
        raise Refused(_("Nobody looks for a mentor who has a free place and a finished profile. There is nobody to match."))
    if not field.places:
        raise Refused(_("No mentor has a free place. Ask mentors in, or wait until somebody has room."))
    _refuse_contradictions(program, field)
    run = _new(program, by, now, **vars(wish))
    audit.record(verb="run.started", subject=run, program_id=program.pk, actor_id=by.user_id, now=now)
    return run


@transaction.atomic
def repeat(*, run: Run, by: Membership, now: datetime) -> Run:
    """The same once more, from what it saw: it comes to the same result, whatever people have answered since."""
    if not policies.may_run(by, run):
        raise Refused(_("Only those who run the program do that."))
    _one_at_a_time(run.program)
    run = Run.objects.select_related("program").get(pk=run.pk)
    if not run.inputs:
        raise Refused(_("This run has not read what everybody said. Start a new one."))
    wish = Wish(run.cohort, run.fairness, run.sides, run.minimum, run.load_step)
    kept = {name: getattr(run, name) for name in ("inputs", "inputs_hash", "people", "mentors", "places", "maximum")}
    again = _new(run.program, by, now, repeats=run, **vars(wish), **kept)
    audit.record(verb="run.repeated", subject=again, program_id=run.program_id, actor_id=by.user_id, now=now, detail={"of": run.pk})
    return again


def _new(program: Program, by: Membership, now: datetime, **fields: Any) -> Run:
    """The program is locked, so that no two runs take one number."""
    number = (Run.objects.filter(program=program).aggregate(last=Max("number"))["last"] or 0) + 1
    run = Run.objects.create(program=program, number=number, started_by=by, started_at=now, **fields)
    job = jobs.start(kind=MATCHING, program_id=program.pk, started_by_id=by.user_id, input={"run": run.pk}, total=100, now=now)
    run.job_id = job.pk
    run.save(update_fields=["job_id"])
    return run


def _one_at_a_time(program: Program) -> None:
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    at_work = Job.objects.visible_to_program(program.pk).of_kind(MATCHING).open().values("pk")
    if run := Run.objects.without_arrays().filter(program=program, job_id__in=at_work).first():
        raise Refused(_("Run %(number)d is on its way already. Wait until it is done, or stop it.") % {"number": run.number})


def _refuse_unless_staff(by: Membership, program: Program) -> None:
    if not by.is_staff or by.program_id != program.pk:
        raise Refused(_("Only those who run the program do that."))


def _criteria_of(program: Program) -> list[Criterion]:
    """Those that count, with their questions. Refused, with its name, where one cannot."""
    criteria = list(Criterion.objects.filter(program=program).for_list())
    if not criteria:
        raise Refused(_("Nothing counts in matching yet. Say first what makes two people a good pair."))
    for criterion in criteria:
        if criterion.trouble:
            raise Refused(_("One of the criteria cannot count. %(trouble)s Change it or take it out.") % {"trouble": criterion.trouble})
    return criteria


def _refuse_contradictions(program: Program, field: Field) -> None:
    """Locks that cannot all hold, each with the names of whom they are about."""
    places = {mentor.membership_id: mentor.places for mentor in field.mentors}
    taken: dict[int, int] = {}
    row = {person.membership_id: i for i, person in enumerate(field.mentees)}
    column = {person.membership_id: j for j, person in enumerate(field.mentors)}
    forbidden = set(encoding.forbidden(program, field.mentees, field.mentors))
    for lock in field.locks:
        taken[lock.mentor_id] = taken.get(lock.mentor_id, 0) + 1
        if taken[lock.mentor_id] > places[lock.mentor_id]:
            raise Refused(
                _("%(name)s has %(places)d free places, and more people are locked to them. Take a lock away.")
                % {"name": lock.mentor.user.full_name, "places": places[lock.mentor_id]}
            )
        if (row[lock.mentee_id], column[lock.mentor_id]) in forbidden:
            # Why is not said: it may be somebody's own wish, which is theirs alone.
            names = {"one": lock.mentee.user.full_name, "other": lock.mentor.user.full_name}
            raise Refused(_("%(one)s and %(other)s are locked together, but cannot be put together. Take the lock away.") % names)


# --- what the worker does ---


def inputs_of(*, job: Job, now: datetime) -> arrays.Inputs:
    """What the run saw: read now, and kept, where it has seen nothing yet."""
    run = Run.objects.select_related("program", "cohort").get(pk=job.input["run"])
    if run.inputs:
        return arrays.inputs_of(bytes(run.inputs))
    jobs.advance(job, done=1, step=READING, now=now)
    wish = Wish(run.cohort, run.fairness, run.sides, run.minimum, run.load_step)
    criteria = _criteria_of(run.program)
    field = field_of(program=run.program, wish=wish, now=now)
    _refuse_contradictions(run.program, field)
    inputs = _encoded(run, criteria, field, now)
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(
            inputs=inputs.packed(),
            inputs_hash=inputs.digest(),
            people=len(inputs.mentees),
            mentors=len(inputs.mentors),
            places=int(inputs.capacity.sum()),
            maximum=inputs.scores.maximum,
        )
        jobs.advance(job, done=5, step=READING, now=now)
    return inputs


def _encoded(run: Run, criteria: Sequence[Criterion], field: Field, now: datetime) -> arrays.Inputs:
    scores = encoding.encoded(criteria, field.mentees, field.mentors, local_day(now, run.program.time_zone))
    row = {person.membership_id: i for i, person in enumerate(field.mentees)}
    column = {person.membership_id: j for j, person in enumerate(field.mentors)}
    forbids = RunRule.objects.filter(program=run.program, kind=Kind.FORBID).values_list("mentee", "mentor")
    # Never together is meant of the two, whoever of them would be the mentor.
    both_ways = [pair for one, other in forbids for pair in ((one, other), (other, one))]
    apart = {(row[one], column[other]) for one, other in both_ways if one in row and other in column}
    return arrays.Inputs(
        mentees=_numbers(person.membership_id for person in field.mentees),
        mentors=_numbers(person.membership_id for person in field.mentors),
        capacity=_numbers(person.places for person in field.mentors),
        waiting=_numbers(int(person.waiting_since.timestamp()) for person in field.mentees),
        locks=_pairs((row[lock.mentee_id], column[lock.mentor_id]) for lock in field.locks),
        forbids=_pairs(sorted(apart.union(encoding.forbidden(run.program, field.mentees, field.mentors)))),
        criteria=scores.criteria,
        fairness=run.fairness,
        minimum=-(-run.minimum * scores.maximum // 100),
        load_step=run.load_step * scores.maximum // 100,
        words={encoding.key_of(criterion): f"{criterion.get_kind_display()}: {criterion.question.text}" for criterion in criteria},
    )


def _numbers(found: Iterable[int]) -> np.ndarray:
    return np.array(list(found), dtype=np.int64)


def _pairs(found: Iterable[tuple[int, int]]) -> np.ndarray:
    return np.array(list(found), dtype=np.int64).reshape(-1, 2)


@transaction.atomic
def keep(*, job: Job, inputs: arrays.Inputs, solution: solver.MatchSolution, result: reckoning.Result, now: datetime) -> None:
    """The whole result, and the end of the job: both or neither."""
    run = Run.objects.select_for_update(of=["self"]).defer("inputs").get(pk=job.input["run"])
    parts = _parts_of(run.program_id)
    there = set(Membership.objects.filter(program_id=run.program_id).values_list("pk", flat=True))
    proposals = [_proposal(run, found, parts) for found in result.pairs if {found.mentee, found.mentor} <= there]
    Proposal.objects.bulk_create(proposals, batch_size=BATCH)
    alone = [
        Unmatched(run=run, membership_id=found.mentee, waiting_since=found.waiting_since, found=found.found)
        for found in result.alone
        if found.mentee in there
    ]
    Unmatched.objects.bulk_create(alone, batch_size=BATCH)
    run.outcome = arrays.packed_outcome(solution)
    run.value, run.total, run.floor, run.matched = solution.value, solution.total, solution.floor, solution.matched
    run.fingerprint, run.statistics = (
        solution.fingerprint,
        {
            **solution.statistics,
            "averages": result.averages,
            "locked": int(solution.locked.sum()),
        },
    )
    run.kept_at = run.proved_at = now
    run.save(update_fields=["outcome", "value", "total", "floor", "matched", "fingerprint", "statistics", "kept_at", "proved_at"])
    jobs.finish(job, {"matched": run.matched, "alone": len(alone)}, now)


def _parts_of(program_id: int) -> dict[str, Criterion]:
    return {encoding.key_of(criterion): criterion for criterion in Criterion.objects.filter(program_id=program_id).for_list()}


def _proposal(run: Run, found: reckoning.Pair, criteria: Mapping[str, Criterion]) -> Proposal:
    known = [(criteria[key], quality, unknown) for key, _weight, quality, unknown, _points in found.parts if key in criteria]
    return Proposal(
        run=run,
        mentee_id=found.mentee,
        mentor_id=found.mentor,
        score=found.score,
        shown=found.shown,
        state=State.LOCKED if found.locked else State.DRAFT,
        parts=found.parts,
        has_anchor=any(encoding.shares(criterion, quality, unknown) for criterion, quality, unknown in known),
        has_difference=any(encoding.differs(criterion, quality, unknown) for criterion, quality, unknown in known),
        waiting_since=found.waiting_since,
        alternatives=found.alternatives,
    )


def result_of(run: Run) -> tuple[arrays.Inputs, solver.MatchSolution]:
    """What a finished run saw, and what came of it, as the solver takes them. One query."""
    inputs, outcome, value = Run.objects.finished().values_list("inputs", "outcome", "value").get(pk=run.pk)
    return arrays.inputs_of(bytes(inputs)), arrays.outcome_of(bytes(outcome), value or 0)


def check(run: Run) -> list[str]:
    """Prove a finished run once more, from what it kept. Nothing where it is proved."""
    inputs, solution = result_of(run)
    faults = [] if inputs.digest() == run.inputs_hash else [_("What the run saw is not what it kept.")]
    return [*faults, *solver.verify(inputs.problem(), solution)]


# --- what those who run the program settle ---


@transaction.atomic
def settle(*, proposal: Proposal, kind: str, by: Membership, now: datetime) -> None:
    """Lock two people together or keep them apart, in this run and from the next one on."""
    proposal = _locked(proposal)
    if not policies.may_settle(by, proposal):
        raise Refused(_("These two have been asked or left out meanwhile. Nothing was changed."))
    RunRule.objects.filter(program_id=proposal.run.program_id, mentee=proposal.mentee, kind=Kind.LOCK).delete()
    RunRule.objects.update_or_create(
        program_id=proposal.run.program_id,
        mentee=proposal.mentee,
        mentor=proposal.mentor,
        defaults={"kind": kind, "by": by, "made_at": now},
    )
    proposal.state = State.LOCKED if kind == Kind.LOCK else State.DROPPED
    proposal.left_out = LeftOut.NONE
    proposal.save(update_fields=["state", "left_out"])
    verb = "run.pair_locked" if kind == Kind.LOCK else "run.pair_forbidden"
    audit.record(verb=verb, subject=proposal, program_id=proposal.run.program_id, actor_id=by.user_id, now=now)


@transaction.atomic
def unsettle(*, rule: RunRule, by: Membership, now: datetime) -> None:
    """Take a lock or a "never" back. A pair that nobody was asked about is a draft like any other again."""
    _refuse_unless_staff(by, rule.program)
    pairs = Proposal.objects.filter(run__program=rule.program, mentee=rule.mentee, mentor=rule.mentor)
    pairs.filter(Q(state=State.LOCKED) | Q(state=State.DROPPED, left_out="")).update(state=State.DRAFT)
    audit.record(verb="run.rule_taken_back", subject=rule, program_id=rule.program_id, actor_id=by.user_id, now=now)
    rule.delete()


def _locked(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_related("run__program", "mentee__user", "mentor__user").defer("run__inputs", "run__outcome")
    return rows.select_for_update(of=["self"]).get(pk=proposal.pk)


@transaction.atomic
def release(*, run: Run, by: Membership, proposals: Sequence[int] | None, now: datetime) -> list[int]:
    """Ask the people of these proposals (their keys), or of all drafts: a few at once, whose keys come back; more are left to a worker.

    Refused while another release of the run is on its way: of two who press the button at once, one is told so.
    """
    if not policies.may_run(by, run):
        raise Refused(_("Only those who run the program do that."))
    run = Run.objects.select_for_update(of=["self"]).without_arrays().select_related("program").get(pk=run.pk)
    before = run.release_job()
    if before is not None and before.is_open:
        raise Refused(_("Somebody is asking the people of this run at this moment. Look again when that is done."))
    chosen = Proposal.objects.filter(run=run).drafts()
    if proposals is not None:
        chosen = chosen.filter(pk__in=proposals)
    keys = sorted(chosen.values_list("pk", flat=True))
    if not keys:
        raise Refused(_("There is nobody left to ask: these have been asked or left out already."))
    audit.record(verb="run.released", subject=run, program_id=run.program_id, actor_id=by.user_id, now=now, detail={"pairs": len(keys)})
    if len(keys) <= AT_ONCE:
        for key in keys:
            release_one(proposal=key, by=by, now=now)
        return keys
    job = jobs.start(
        kind=RELEASING,
        program_id=run.program_id,
        started_by_id=by.user_id,
        input={"run": run.pk, "by": by.pk, "proposals": keys if proposals is not None else None, "last": keys[-1]},
        total=len(keys),
        now=now,
    )
    Run.objects.filter(pk=run.pk).update(release_job_id=job.pk)
    return []


@transaction.atomic
def release_portion(*, job: Job, number: int, now: datetime) -> int:
    """Ask the people of the next drafts of a release, and say how far it is, both or neither. Returns how many; 0 when none is left."""
    by = Membership.objects.current().select_related("user").filter(pk=job.input["by"]).first()
    if by is None or not by.is_staff:
        raise Refused(_("Whoever started this no longer runs the program. Somebody who does can go on with it."))
    chosen = Proposal.objects.filter(run=job.input["run"], pk__lte=job.input["last"]).drafts()
    if job.input["proposals"] is not None:
        chosen = chosen.filter(pk__in=job.input["proposals"])
    keys = list(chosen.order_by("pk").values_list("pk", flat=True)[:number])
    for key in keys:
        release_one(proposal=key, by=by, now=now)
    if keys:
        # Somebody may have dropped a draft meanwhile, or locked one by hand: never more than all.
        jobs.advance(job, done=min(job.done + len(keys), job.total or 0), step=ASKING, now=now)
    return len(keys)


@transaction.atomic
def release_one(*, proposal: int, by: Membership, now: datetime) -> Proposal:
    """One pair is asked, or left out with the reason. Asked or left out meanwhile by somebody else, it stays as it is."""
    # The program comes first, as when two are introduced by hand: else each would wait for the other.
    pair = Proposal.objects.select_related("run__program").defer("run__inputs", "run__outcome").get(pk=proposal)
    Program.objects.select_for_update(no_key=True).get(pk=pair.run.program_id)
    pair = _locked(pair)
    if not pair.is_draft:
        return pair
    pair.left_out = _why_not(pair)
    if not pair.left_out:
        try:
            with transaction.atomic():
                pair.pairing = pairings.propose(
                    program=pair.run.program, one=pair.mentee, other=pair.mentor, mentor=pair.mentor, by=by, now=now
                )
        except pairings.AskedBefore:
            pair.left_out = LeftOut.OPEN
        except Refused:
            pair.left_out = LeftOut.BUSY
    pair.state = State.DROPPED if pair.left_out else State.RELEASED
    pair.save(update_fields=["state", "left_out", "pairing"])
    if pair.pairing is not None:
        RunRule.objects.filter(program=pair.run.program, mentee=pair.mentee, mentor=pair.mentor, kind=Kind.LOCK).delete()
    return pair


def _why_not(pair: Proposal) -> str:
    if any(half.left_at is not None or not half.is_participant for half in (pair.mentee, pair.mentor)):
        return LeftOut.LEFT
    one, other = (encoding.Candidate(half.pk, 0, half.joined_at, "UTC") for half in (pair.mentee, pair.mentor))
    if not encoding.forbidden(pair.run.program, [one], [other]):
        return LeftOut.NONE
    has_met = Pairing.objects.of(pair.mentee).of(pair.mentor).exists()
    return LeftOut.OPEN if has_met else LeftOut.APART


# --- by hand ---


@dataclass(frozen=True)
class Trade:
    """What giving a mentee another mentor does. `other` gets this mentee's mentor in return, where the new one has no free place."""

    proposal: Proposal
    mentor: Membership
    shown: int
    other: Proposal | None
    other_shown: int
    # Of the pairs that change, of 100 each.
    change: int

    @property
    def loss(self) -> int:
        return max(0, -self.change)

    @property
    def weakest(self) -> int:
        return min(self.shown, self.other_shown) if self.other else self.shown


def trade_of(proposal: Proposal, mentor: Membership) -> Trade:
    """What it would do, or Refused with the reason. Of those whom the new mentor meets, the one trades for whom all is best."""
    return _reckoned(proposal, mentor)[0]


@transaction.atomic
def trade(*, proposal: Proposal, mentor: Membership, by: Membership, now: datetime) -> Trade:
    """Give a mentee of the drafts another mentor, by hand; where that mentor has no free place, two mentees change mentors."""
    run = Run.objects.select_for_update(of=["self"]).without_arrays().get(pk=proposal.run_id)
    proposal = _locked(proposal)
    if not policies.may_settle(by, proposal):
        raise Refused(_("These two have been asked or left out meanwhile. Nothing was changed."))
    made, changed = _reckoned(proposal, mentor)
    if made.other is not None and not policies.may_settle(by, made.other):
        raise Refused(_("This would change a pair that is not yours to change. Nothing was changed."))
    for pair, found in changed:
        pair.mentor_id, pair.score, pair.shown, pair.parts = found.mentor, found.score, found.shown, found.parts
        fresh = _proposal(run, found, _parts_of(run.program_id))
        pair.has_anchor, pair.has_difference, pair.by_hand = fresh.has_anchor, fresh.has_difference, True
        pair.alternatives, pair.state = [], State.DRAFT
        pair.save(update_fields=["mentor", "score", "shown", "parts", "has_anchor", "has_difference", "by_hand", "alternatives", "state"])
    audit.record(
        verb="run.changed_by_hand",
        subject=proposal,
        program_id=run.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"pairs": len(changed)},
    )
    return made


def _reckoned(proposal: Proposal, mentor: Membership) -> tuple[Trade, list[tuple[Proposal, reckoning.Pair]]]:
    if proposal.state == State.LOCKED:
        raise Refused(_("These two are locked together. Take the lock back first."))
    inputs, _solution = result_of(proposal.run)
    row = {key: i for i, key in enumerate(inputs.mentees.tolist())}
    column = {key: j for j, key in enumerate(inputs.mentors.tolist())}
    if mentor.pk == proposal.mentor_id or mentor.pk not in column:
        raise Refused(_("Choose another mentor of this run."))
    new, old, mine = column[mentor.pk], column[proposal.mentor_id], row[proposal.mentee_id]
    # Also those that have been asked take a place; who was left out of the drafts takes none.
    theirs = list(Proposal.objects.filter(run=proposal.run, mentor=mentor).exclude(state=State.DROPPED).for_list().order_by("pk"))
    scores = reckoning.scores_of(inputs, [mine], [new])
    if scores[0, 0] < 0:
        raise Refused(_("A rule keeps these two apart, or they were together before."))
    if len(theirs) < int(inputs.capacity[new]):
        found = reckoning.pair_of(inputs, mine, new)
        return Trade(proposal, mentor, found.shown, None, 0, found.shown - proposal.shown), [(proposal, found)]
    free = [pair for pair in theirs if pair.state == State.DRAFT]
    back = reckoning.scores_of(inputs, [row[pair.mentee_id] for pair in free], [old]) if free else np.empty((0, 1))
    gains = [(int(back[at, 0]) - pair.score, -at) for at, pair in enumerate(free) if back[at, 0] >= 0]
    if not gains:
        raise Refused(
            _("%(mentor)s has no free place, and nobody who would meet them can meet %(old)s instead.")
            % {"mentor": mentor.user.short_name, "old": proposal.mentor.user.short_name}
        )
    other = free[-max(gains)[1]]
    found, returned = reckoning.pair_of(inputs, mine, new), reckoning.pair_of(inputs, row[other.mentee_id], old)
    change = found.shown + returned.shown - proposal.shown - other.shown
    return Trade(proposal, mentor, found.shown, other, returned.shown, change), [(proposal, found), (other, returned)]
