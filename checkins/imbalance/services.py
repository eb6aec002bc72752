"""What people do about signals and what they rest on, and what becomes of a signal when its task or its pairing ends."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import CharField, Max, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from checkins.care import services as care
from checkins.care.models import Task
from checkins.imbalance import policies
from checkins.imbalance.in_force import typed, values_of
from checkins.imbalance.models import Baseline, OptOut, Pattern, QuietReview, Signal, SignalRule
from checkins.imbalance.records import last_ended_week
from matching.pairings.models import Pairing
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet


# --- what becomes of a signal ---


@transaction.atomic
def close(*, signal: Signal, by: Membership, verdict: str, outcome: str, now: datetime) -> Signal:
    """Say of what a signal told whether it was useful and what became of it: all that joined its task are closed, and the task is done.

    What closed by itself, or with its task, can be judged all the same, once; saying it twice changes nothing.
    """
    # The task first, as everybody who ends one locks it.
    Task.objects.select_for_update(of=["self"]).get(signals=signal.pk)
    signal = Signal.objects.select_related("task__pairing").get(pk=signal.pk)
    if not policies.may_close(by, signal):
        raise Refused(_("This is not yours to close."))
    if verdict not in Signal.Verdict.values:
        raise Refused(_("Choose whether it was useful."))
    if outcome not in Signal.Outcome.values:
        raise Refused(_("Choose what became of it."))
    if signal.verdict:
        return signal
    together = Signal.objects.filter(task=signal.task, verdict="")
    keys = list(together.filter(Q(closed_at=None) | Q(pk=signal.pk)).values_list("pk", flat=True))
    Signal.objects.filter(pk__in=keys).update(verdict=verdict, outcome=outcome)
    Signal.objects.filter(pk__in=keys).open().update(closed_at=now, closed_by=by)
    care.finish(task=signal.task, by=by, now=now)
    audit.record_many(
        [
            audit.Event(
                verb="signal.closed",
                subject=one,
                actor_id=by.user_id,
                detail={"kind": one.kind, "pairing": one.pairing_id, "verdict": verdict, "outcome": outcome},
            )
            for one in Signal.objects.filter(pk__in=keys).order_by("found_at", "pk")
        ],
        program_id=by.program_id,
        now=now,
    )
    signal.refresh_from_db()
    return signal


def close_with_tasks(*, tasks: "QuerySet[Task]", by: Membership | None, now: datetime) -> None:
    """Tasks are done, by somebody or by themselves: so is what joined them. Whether it was useful can still be said."""
    Signal.objects.open().filter(task__in=tasks).update(closed_at=now, closed_by=by)


def stop(*, pairing: Pairing, now: datetime) -> None:
    """A pairing has just been paused or ended. With its end everything that was found is closed."""
    if pairing.state == Pairing.State.PAUSED:
        return
    # Tasks before signals, as everybody locks them.
    list(Task.objects.open().filter(pairing=pairing).select_for_update(of=["self"]).order_by("pk").values_list("pk", flat=True))
    Signal.objects.open().filter(pairing=pairing).update(closed_at=now, outcome=Signal.Outcome.ENDED)
    for kind in (Task.Kind.ONE_SIDED, Task.Kind.GAP):
        care.let_go(kind=kind, pairing_ids=[pairing.pk], now=now)


# --- what is usual in a program ---


@transaction.atomic
def put_in_force(*, baseline: Baseline, by: Membership, now: datetime) -> Baseline:
    """From the next week on, pairings are judged by what is usual in this version. What was found before stays as it is."""
    return _decide(baseline, by, now, "in_force_at", verb="baseline.put_in_force")


@transaction.atomic
def set_aside(*, baseline: Baseline, by: Membership, now: datetime) -> Baseline:
    """Not this version; what was in force stays so, and another is offered in about a month."""
    return _decide(baseline, by, now, "set_aside_at", verb="baseline.set_aside")


def _decide(baseline: Baseline, by: Membership, now: datetime, field: str, *, verb: str) -> Baseline:
    baseline = Baseline.objects.select_for_update(of=["self"]).get(pk=baseline.pk)
    if not policies.may_decide(by, baseline.program_id):
        raise Refused(_("Coordinators and admins decide what counts as usual in a program."))
    if getattr(baseline, field) is not None:
        return baseline
    if baseline.in_force_at is not None or baseline.set_aside_at is not None:
        raise Refused(_("This has been decided in the meantime. Nothing was changed."))
    setattr(baseline, field, now)
    baseline.decided_by = by
    baseline.save(update_fields=[field, "decided_by"])
    _record(verb, baseline, by, now, number=baseline.number)
    return baseline


@transaction.atomic
def type_shares(*, program: Program, by: Membership, shares: Mapping[str, float], now: datetime) -> Baseline:
    """Say what is usual by design when a program starts, such as that mentors write the agenda. `shares`: of topics, decisions and
    scheduling, the part of the side that does not mentor, between 0.01 and 0.99. In force at once; findings stay provisional.
    """
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    if not policies.may_decide(by, program.pk):
        raise Refused(_("Coordinators and admins decide what counts as usual in a program."))
    if Baseline.objects.filter(program=program, pairs_used__gt=0).in_force().exists():
        raise Refused(_("What is usual here was learned from the program itself. That is not replaced by what somebody types."))
    try:
        values = values_of(typed(shares))
    except ValueError:
        raise Refused(_("Enter shares between 1 and 99 of 100.")) from None
    baseline = Baseline.objects.create(
        program=program,
        number=next_number(program),
        values=values,
        pairs_used=0,
        until=last_ended_week(program, now),
        offered_at=now,
        in_force_at=now,
        decided_by=by,
    )
    _record("baseline.typed", baseline, by, now, number=baseline.number)
    return baseline


def next_number(program: Program) -> int:
    """The program is locked by whoever asks."""
    return (Baseline.objects.filter(program=program).aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def choose_preset(*, program: Program, by: Membership, preset: str, now: datetime) -> SignalRule:
    """How careful a program is, from the next week on."""
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    if not policies.may_decide(by, program.pk):
        raise Refused(_("Coordinators and admins decide how careful a program is."))
    if preset not in SignalRule.Preset.values:
        raise Refused(_("Choose how careful the program is to be."))
    if preset == SignalRule.Preset.CAREFUL and program.kind == Program.Kind.RECIPROCAL:
        raise Refused(_("Where everybody both mentors and learns there is one way of looking, and no more careful one."))
    rule, _is_new = SignalRule.objects.get_or_create(program=program)
    if rule.preset != preset:
        rule.preset = preset
        rule.save(update_fields=["preset"])
        _record("signals.preset_chosen", rule, by, now, preset=preset)
    return rule


# --- not being measured: no event is recorded, since those who read the trail would learn of it ---


@transaction.atomic
def opt_out(*, membership: Membership, now: datetime) -> None:
    """From now on nothing of this person's pairings is measured. Check-ins, what an answer says at once, and concerns go on."""
    Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=membership.pk)
    OptOut.objects.now().get_or_create(membership=membership, defaults={"since": now})


@transaction.atomic
def opt_in(*, membership: Membership, now: datetime) -> None:
    """Measured again, from the next week that begins. The time between stays unmeasured."""
    Membership.objects.select_for_update(of=["self"], no_key=True).get(pk=membership.pk)
    OptOut.objects.now().filter(membership=membership).update(until=now)


# --- a look at those without a signal, and one level up ---


@transaction.atomic
def review(*, review: QuietReview, by: Membership, verdict: str, now: datetime) -> QuietReview:
    """Say how a pairing is that was drawn by chance. It can be said once."""
    review = QuietReview.objects.select_for_update(of=["self"]).select_related("pairing").get(pk=review.pk)
    if not policies.may_review(by, review):
        raise Refused(_("This is not yours to look at."))
    if verdict not in QuietReview.Verdict.values:
        raise Refused(_("Choose how it is."))
    if review.reviewed_at is not None:
        return review
    review.verdict, review.reviewed_at, review.reviewed_by = verdict, now, by
    review.save(update_fields=["verdict", "reviewed_at", "reviewed_by"])
    _record("review.done", review, by, now, pairing=review.pairing_id, verdict=verdict)
    return review


@transaction.atomic
def finish_pattern(*, pattern: Pattern, by: Membership, now: datetime) -> Pattern:
    """Somebody who is no part of it has looked. Doing so twice changes nothing."""
    pattern = Pattern.objects.select_for_update(of=["self"]).get(pk=pattern.pk)
    if not Pattern.objects.visible_to(by).filter(pk=pattern.pk).exists():
        raise Refused(_("This is not yours to look at."))
    if pattern.done_at is None:
        pattern.done_at, pattern.done_by = now, by
        pattern.save(update_fields=["done_at", "done_by"])
        _record("pattern.done", pattern, by, now, kind=pattern.kind)
    return pattern


def events_of_own(membership: Membership) -> Q:
    """What the audit log keeps from staff who are part of it: signals and looks of a pairing of theirs, and patterns not theirs to see."""
    own = Pairing.objects.of(membership)
    patterns = Pattern.objects.visible_to(membership)
    key = Cast("pk", CharField())
    hidden = Q(object_type=Pattern._meta.label_lower) & ~Q(object_id__in=patterns.values_list(key))
    for model in (Signal, QuietReview):
        keys = model._default_manager.filter(pairing__in=own).values_list(key)
        hidden |= Q(object_type=model._meta.label_lower, object_id__in=keys)
    return hidden


def _record(verb: str, subject: "Model", by: Membership, now: datetime, **detail: int | str) -> None:
    audit.record(verb=verb, subject=subject, program_id=by.program_id, actor_id=by.user_id, now=now, detail=detail)
