"""Choosing how long things are kept, seeing what would go, and letting it go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils.translation import gettext as _

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program
from programs.retention import kinds, policies
from programs.retention.models import FEWEST_MONTHS, MOST_MONTHS, RetentionRule

ROWS_AT_ONCE = 50


@dataclass(frozen=True)
class Foreseen:
    """One kind in one program: kept for `months`, so that what was over before `before` goes; `number` of rows would
    go now, None where no page says."""

    kind: kinds.Kind
    months: int
    before: datetime
    number: int | None


def preview(program: Program, *, now: datetime, months: Mapping[str, int] | None = None) -> list[Foreseen]:
    """What would go now, by the rules of the program or by those that somebody thinks of."""
    rules = _months_of(program) | dict(months or {})
    found = []
    for kind in kinds.every():
        before = _before(now, rules[kind.name])
        number = kind.expired(program.pk, before).count() if kind.is_counted else None
        found.append(Foreseen(kind, rules[kind.name], before, number))
    return found


@transaction.atomic
def choose(*, by: Membership, months: Mapping[str, int], now: datetime) -> None:
    """Keep each kind for so many months from now on. What is over by then goes in the next night."""
    if not policies.may_choose(by):
        raise Refused(_("Only an admin says how long things are kept."))
    known = {kind.name for kind in kinds.every()}
    if not all(kind in known and FEWEST_MONTHS <= number <= MOST_MONTHS for kind, number in months.items()):
        raise Refused(_("Choose from 1 to 120 months."))
    before = _months_of(by.program)
    for kind, number in months.items():
        if before[kind] == number:
            continue
        RetentionRule.objects.update_or_create(program=by.program, kind=kind, defaults={"months": number})
        audit.record(
            verb="retention.chosen",
            subject=by.program,
            program_id=by.program_id,
            actor_id=by.user_id,
            now=now,
            detail={"kind": kind, "months": number, "before": before[kind]},
        )


def let_go(*, now: datetime) -> int:
    """Delete in every program what is over, a few rows a transaction. Returns how many rows; doing it again deletes nothing."""
    gone = 0
    for program in Program.objects.order_by("pk"):
        rules = _months_of(program)
        for kind in kinds.every():
            before = _before(now, rules[kind.name])
            gone_of_kind = 0
            while number := _let_some_go(kind, program, before):
                gone_of_kind += number
            if gone_of_kind:
                audit.record(
                    verb="retention.let_go",
                    subject=program,
                    program_id=program.pk,
                    actor_id=None,
                    now=now,
                    detail={"kind": kind.name, "rows": gone_of_kind},
                )
            gone += gone_of_kind
    return gone


@transaction.atomic
def _let_some_go(kind: kinds.Kind, program: Program, before: datetime) -> int:
    over = kind.expired(program.pk, before).order_by("pk")
    some = list(over.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)[:ROWS_AT_ONCE])
    over.model._base_manager.filter(pk__in=some).delete()
    return len(some)


def _months_of(program: Program) -> dict[str, int]:
    usual = {kind.name: kind.months for kind in kinds.every()}
    chosen = dict(RetentionRule.objects.filter(program=program).values_list("kind", "months"))
    return usual | {kind: months for kind, months in chosen.items() if kind in usual}


def _before(now: datetime, months: int) -> datetime:
    before: datetime = now - relativedelta(months=months)
    return before
