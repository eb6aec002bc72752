"""What is usual in a program, learned anew each month from its own weeks, and offered to those who run it.

Learned from all pairings, whatever was found in them: to leave out where something was found would make that look rarer than it is. Where
some mentor and in others both do, from those of which there are more, since a side means something else in each.
"""

from datetime import datetime, timedelta

from django.db import transaction

from checkins.imbalance.calibration import calibrate
from checkins.imbalance.in_force import values_of
from checkins.imbalance.models import Baseline
from checkins.imbalance.records import A_WEEK, facts_of, last_ended_week
from checkins.imbalance.services import next_number
from matching.pairings.models import Pairing
from programs.memberships.models import Program

A_MONTH = timedelta(days=28)
# As far back as a program is like itself; and as many pairings as tell no less than all.
LEARNS_FROM = timedelta(days=2 * 365)
MOST_PAIRINGS = 1500
FEWEST_PAIRINGS, FEWEST_WEEKS = 30, 6


def offer(*, program: Program, now: datetime) -> Baseline | None:
    """Offer what is usual now, at most once in four weeks; an earlier one that nobody decided on gives way. None where it is too early."""
    if _was_offered_lately(program, now):
        return None
    until = last_ended_week(program, now)
    begun = Pairing.objects.filter(program=program, activated_at__gt=now - LEARNS_FROM, activated_at__lt=now - FEWEST_WEEKS * A_WEEK)
    pairings = list(begun.order_by("-activated_at", "pk")[:MOST_PAIRINGS])
    reciprocal = [pairing for pairing in pairings if pairing.is_reciprocal]
    alike = reciprocal if 2 * len(reciprocal) > len(pairings) else [pairing for pairing in pairings if not pairing.is_reciprocal]
    if len(alike) < FEWEST_PAIRINGS:
        return None
    facts = facts_of(alike, program, until=until).facts
    enough = facts.active.sum(axis=1) >= FEWEST_WEEKS
    if enough.sum() < FEWEST_PAIRINGS:
        return None
    learned = calibrate(facts.of(enough))
    if not learned.pairs_used:
        return None
    with transaction.atomic():
        program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        if _was_offered_lately(program, now):
            return None
        Baseline.objects.filter(program=program).offered().update(set_aside_at=now)
        return Baseline.objects.create(
            program=program,
            number=next_number(program),
            values=values_of(learned),
            pairs_used=learned.pairs_used,
            until=until,
            offered_at=now,
        )


def _was_offered_lately(program: Program, now: datetime) -> bool:
    """What somebody typed is no offer."""
    return Baseline.objects.filter(program=program, pairs_used__gt=0, offered_at__gt=now - A_MONTH).exists()
