"""A run is started, kept whole and released.

What a worker does is kept in one transaction with the end of its job: of a run that was stopped or killed nothing stays but what it saw.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from matching import solver
from matching.criteria import services as criteria
from matching.criteria.models import Criterion
from matching.pairings import services as pairings
from matching.pairings.models import Pairing
from matching.runs import arrays, memory, peers, policies, reckoning
from matching.runs.field import Field, Wish, apart, field_of, kind_of, refuse_what_cannot_be
from matching.runs.found import Found
from matching.runs.models import Lock, Proposal, Run, Unmatched
from matching.scoring import encoding
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership, Program

MATCHING, RELEASING = "match-run", "match-release"
READING = gettext_noop("Reading what everybody said")
ASKING = gettext_noop("Asking the people of each pair")
FORGOTTEN = gettext_lazy("What this run saw has been forgotten. Start a new one.")
# So long a run keeps what it saw: until after the next cohort has been matched, and can be put beside it.
KEPT = timedelta(days=180)
# So many are asked while the page waits; more are left to a worker.
AT_ONCE = 3
BATCH = 500
State, LeftOut = Proposal.State, Proposal.LeftOut


@transaction.atomic
def start(*, program: Program, by: Membership, wish: Wish, now: datetime) -> Run:
    """Queue a run. Refused, with what or whom it is about, where it could come to nothing or contradicts itself."""
    _refuse_unless_staff(by, program)
    _one_at_a_time(program)
    _criteria_of(program)
    refuse_what_cannot_be(field_of(program=program, wish=wish, now=now))
    kind = kind_of(program)
    if kind == Run.Kind.PEERS:
        # Of a pool the greatest total is found, and nobody has more than one place.
        wish = replace(wish, fairness=Run.Fairness.NONE, load_step=0)
    run = _new(program, by, now, kind=kind, **vars(wish))
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
        raise Refused(_("This run keeps nothing of what everybody said. Start a new one."))
    wish = Wish(run.cohort, run.fairness, run.sides, run.minimum, run.load_step)
    kept = {name: getattr(run, name) for name in ("kind", "inputs", "inputs_hash", "people", "mentors", "places", "maximum")}
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
    counting = list(Criterion.objects.filter(program=program).for_list())
    if not counting:
        raise Refused(_("Nothing counts in matching yet. Say first what makes two people a good pair."))
    for criterion in counting:
        if criterion.trouble:
            raise Refused(_("One of the criteria cannot count. %(trouble)s Change it or take it out.") % {"trouble": criterion.trouble})
    return counting


# --- what the worker does ---


def inputs_of(*, job: Job, now: datetime) -> arrays.Inputs:
    """What the run saw: read now, and kept, where it has seen nothing yet."""
    run = Run.objects.select_related("program", "cohort").get(pk=job.input["run"])
    if run.inputs or run.forgotten_at is not None:
        return arrays.inputs_of(_unless_forgotten(run.inputs))
    jobs.advance(job, done=1, step=READING, now=now)
    wish = Wish(run.cohort, run.fairness, run.sides, run.minimum, run.load_step)
    counting = _criteria_of(run.program)
    field = field_of(program=run.program, wish=wish, now=now)
    refuse_what_cannot_be(field)
    inputs = _encoded(run, counting, field, now)
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(
            inputs=inputs.packed(),
            inputs_hash=inputs.digest(),
            people=len(inputs.mentees),
            mentors=len(inputs.mentors),
            places=int(inputs.capacity.sum()),
            maximum=inputs.maximum,
        )
        jobs.advance(job, done=5, step=READING, now=now)
    return inputs


def _encoded(run: Run, counting: Sequence[Criterion], field: Field, now: datetime) -> arrays.Inputs:
    scores = encoding.encoded(counting, field.mentees, field.mentors, local_day(now, run.program.time_zone))
    row, column, most = field.row, field.column, scores.maximum * (2 if field.is_among_peers else 1)
    return arrays.Inputs(
        mentees=_numbers(person.membership_id for person in field.mentees),
        mentors=_numbers(person.membership_id for person in field.mentors),
        capacity=_numbers(person.places for person in field.mentors),
        waiting=_numbers(int(person.waiting_since.timestamp()) for person in field.mentees),
        locks=_pairs((row[lock.mentee_id], column[lock.mentor_id]) for lock in field.locks),
        forbids=_pairs(apart(field)),
        earlier=_pairs(_earlier(run, field)),
        criteria=scores.criteria,
        fairness=run.fairness,
        minimum=-(-run.minimum * most // 100),
        load_step=run.load_step * most // 100,
        compared=memory.compared_by(counting),
        said=memory.said_by(counting, field.mentees, field.mentors),
        is_among_peers=field.is_among_peers,
    )


def _earlier(run: Run, field: Field) -> list[tuple[int, int]]:
    """The pairs (i, j) of the latest run as they stand, each mentee's one. Of equal peers a run keeps to none."""
    latest = Run.objects.finished().filter(program=run.program_id, kind=run.kind).without_arrays().order_by("-number").first()
    if latest is None or field.is_among_peers:
        return []
    row, column = field.row, field.column
    pairs = Proposal.objects.filter(run=latest).values_list("mentee", "mentor")
    return sorted((row[mentee], column[mentor]) for mentee, mentor in pairs if mentee in row and mentor in column)


def _numbers(found: Iterable[int]) -> np.ndarray:
    return np.array(list(found), dtype=np.int64)


def _pairs(found: Iterable[tuple[int, int]]) -> np.ndarray:
    return np.array(list(found), dtype=np.int64).reshape(-1, 2)


@transaction.atomic
def keep(*, job: Job, inputs: arrays.Inputs, found: Found, now: datetime) -> None:
    """The whole result, and the end of the job: both or neither. Who is in the program no more is left out of it."""
    run = Run.objects.select_for_update(of=["self"]).defer("inputs").get(pk=job.input["run"])
    if run.forgotten_at is not None:
        raise Refused(FORGOTTEN)
    criteria = memory.criteria_in(inputs.compared)
    there = set(Membership.objects.filter(program_id=run.program_id).values_list("pk", flat=True))
    proposals = [proposal_of(run, pair, criteria) for pair in found.result.pairs if {pair.mentee, pair.mentor} <= there]
    Proposal.objects.bulk_create(proposals, batch_size=BATCH)
    alone = [
        Unmatched(run=run, membership_id=one.mentee, waiting_since=one.waiting_since, found=one.found)
        for one in found.result.alone
        if one.mentee in there
    ]
    Unmatched.objects.bulk_create(alone, batch_size=BATCH)
    run.outcome, run.fingerprint = found.outcome, found.fingerprint
    run.value, run.total, run.floor, run.matched = found.value, found.total, found.floor, found.matched
    # Of all pairs, the locked as well: what the solver counts is without them.
    scores = [pair.score for pair in found.result.pairs if pair.score >= 0]
    of_all = {"weakest": min(scores, default=None), "mean": round(sum(scores) / len(scores)) if scores else None}
    run.statistics = {**found.statistics, **of_all, "averages": found.result.averages, "locked": found.locked}
    run.kept_at, run.proved_at = now, now if found.is_proved else None
    run.save(update_fields=["outcome", "value", "total", "floor", "matched", "fingerprint", "statistics", "kept_at", "proved_at"])
    jobs.finish(job, {"matched": run.matched, "alone": len(alone)}, now)


def proposal_of(run: Run, pair: reckoning.Pair, criteria: Mapping[str, Criterion]) -> Proposal:
    """Not saved. `criteria`: those that the run compared by."""
    known = [(criteria[key], quality, unknown) for key, _weight, quality, unknown, *_rest in pair.parts]
    return Proposal(
        run=run,
        mentee_id=pair.mentee,
        mentor_id=pair.mentor,
        score=pair.score,
        shown=pair.shown,
        state=State.LOCKED if pair.locked else State.DRAFT,
        parts=pair.parts,
        has_anchor=any(encoding.shares(criterion, quality, unknown) for criterion, quality, unknown in known),
        has_difference=any(encoding.differs(criterion, quality, unknown) for criterion, quality, unknown in known),
        waiting_since=pair.waiting_since,
        alternatives=pair.alternatives,
    )


def seen_by(run: Run) -> arrays.Inputs:
    """What a run saw, or Refused where it was forgotten. One query."""
    return arrays.inputs_of(_unless_forgotten(Run.objects.values_list("inputs", flat=True).get(pk=run.pk)))


def _unless_forgotten(kept: bytes | memoryview) -> bytes:
    if not (found := bytes(kept)):
        raise Refused(FORGOTTEN)
    return found


def result_of(run: Run) -> tuple[arrays.Inputs, solver.MatchSolution | solver.PoolSolution]:
    """What a finished run saw, and what came of it, as the solver takes them, or Refused where it was forgotten. One query."""
    inputs, outcome, value = Run.objects.finished().values_list("inputs", "outcome", "value").get(pk=run.pk)
    unpack = arrays.pool_of if run.is_among_peers else arrays.outcome_of
    return arrays.inputs_of(_unless_forgotten(inputs)), unpack(bytes(outcome), value or 0)


def check(run: Run) -> list[str]:
    """Prove a finished run once more, from what it kept. Nothing where it is proved, as far as it was."""
    inputs, solution = result_of(run)
    faults = [] if inputs.digest() == run.inputs_hash else [_("What the run saw is not what it kept.")]
    if isinstance(solution, solver.PoolSolution):
        return [*faults, *peers.check(inputs, solution, is_proved=run.proved_at is not None)]
    return [*faults, *solver.verify(inputs.problem(), solution)]


@transaction.atomic
def forget(*, now: datetime) -> int:
    """Forget what a run saw that began half a year ago, and how each in it was compared. Returns how many; call it until it says 0.

    Whatever was repeated from it is forgotten with it: it saw no more.
    """
    old = Run.objects.without_arrays().filter(forgotten_at=None, started_at__lt=now - KEPT).order_by("pk").first()
    if old is None:
        return 0
    runs = Run.objects.filter(Q(pk=old.pk) | (Q(program=old.program_id, inputs_hash=old.inputs_hash) & ~Q(inputs_hash="")))
    keys = list(runs.order_by("pk").select_for_update(of=["self"]).values_list("pk", flat=True))
    Run.objects.filter(pk__in=keys).update(inputs=b"", outcome=b"", forgotten_at=now)
    Proposal.objects.filter(run__in=keys).update(parts=[], alternatives=[])
    Unmatched.objects.filter(run__in=keys).update(found={})
    return len(keys)


# --- its people are asked ---


def open_lock(lock: Lock) -> None:
    """The lock goes, and the pairs of every run that it holds are drafts like any other again."""
    Proposal.objects.filter(run__program=lock.program_id, state=State.LOCKED).under(lock).update(state=State.DRAFT)
    lock.delete()


def locked(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_related("run__program", "mentee__user", "mentor__user").defer("run__inputs", "run__outcome")
    return rows.select_for_update(of=["self"]).get(pk=proposal.pk)


@transaction.atomic
def release(*, run: Run, by: Membership, proposals: Sequence[int] | None, now: datetime) -> list[int]:
    """Ask the people of these proposals (their keys), or of all drafts: a few at once, whose keys come back; more are left to a worker.

    Refused while another release of the run is on its way: of two who press the button at once, one is told so.
    """
    if not policies.may_run(by, run):
        raise Refused(_("Only those who run the program do that."))
    # The program comes first, as wherever drafts change: else each would wait for the other.
    Program.objects.select_for_update(no_key=True).get(pk=run.program_id)
    run = Run.objects.without_arrays().select_related("program").get(pk=run.pk)
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
    pair = locked(pair)
    if not pair.is_draft:
        return pair
    pair.left_out = _why_not(pair)
    if not pair.left_out:
        try:
            with transaction.atomic():
                pair.pairing = pairings.propose(
                    program=pair.run.program,
                    one=pair.mentee,
                    other=pair.mentor,
                    mentor=None if pair.run.is_among_peers else pair.mentor,
                    by=by,
                    now=now,
                )
        except pairings.AskedBefore:
            pair.left_out = LeftOut.OPEN
        except Refused:
            pair.left_out = LeftOut.BUSY
    pair.state = State.DROPPED if pair.left_out else State.RELEASED
    pair.save(update_fields=["state", "left_out", "pairing"])
    if pair.pairing is not None:
        for lock in Lock.objects.filter(program=pair.run.program).of(pair):
            open_lock(lock)
    return pair


def _why_not(pair: Proposal) -> str:
    if any(half.left_at is not None or not half.is_participant for half in (pair.mentee, pair.mentor)):
        return LeftOut.LEFT
    if Pairing.objects.of(pair.mentee).of(pair.mentor).exists():
        return LeftOut.OPEN
    return LeftOut.APART if criteria.are_apart(pair.mentee, pair.mentor) else LeftOut.NONE
