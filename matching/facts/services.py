"""Facts are written in the transaction of what they tell of, and so are the counts by week that are kept of them."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from matching.facts.models import Fact, Numbers, WeeklyCount
from matching.facts.weeks import sides, week_of
from matching.pairings.models import Pairing
from programs.memberships.models import Membership, Program

ROWS_A_STATEMENT = 1000
# What is taken back this soon was a slip, and counts for nobody.
SLIP = timedelta(hours=1)
# One statement, so that of two who count at the same moment neither overwrites the other.
ONE_MORE = """
    INSERT INTO matching_weeklycount (pairing_id, week, side, kind, number) VALUES (%s, %s, %s, %s, 1)
    ON CONFLICT (pairing_id, week, side, kind) DO UPDATE SET number = matching_weeklycount.number + 1
"""


@transaction.atomic
def note(*, pairing: Pairing, by: Membership, kind: Fact.Kind, source_id: int, happened_at: datetime) -> None:
    """Note one fact. Noting it again changes nothing. What was taken back and is noted again counts again, from the later moment."""
    fact, is_new = Fact.objects.get_or_create(
        kind=kind, source_id=source_id, by=by, defaults={"pairing": pairing, "happened_at": happened_at}
    )
    if not is_new:
        taken_back = Fact.objects.filter(pk=fact.pk, withdrawn_at__isnull=False)
        is_new = bool(taken_back.update(withdrawn_at=None, happened_at=happened_at))
    if is_new:
        with connection.cursor() as cursor:
            cursor.execute(ONE_MORE, _counted_as(pairing, by.pk, kind, happened_at))


@transaction.atomic
def withdraw(*, kind: Fact.Kind, source_id: int, now: datetime) -> None:
    """What the fact told of was taken back; it no longer counts."""
    facts = Fact.objects.filter(kind=kind, source_id=source_id, withdrawn_at=None).select_for_update(of=["self"])
    for fact in facts.select_related("pairing__program").order_by("pk"):
        fact.withdrawn_at = now
        fact.save(update_fields=["withdrawn_at"])
        pairing, week, side, kind_counted = _counted_as(fact.pairing, fact.by_id, fact.kind, fact.happened_at)
        counted = WeeklyCount.objects.filter(pairing=pairing, week=week, side=side, kind=kind_counted)
        counted.update(number=F("number") - 1)


@transaction.atomic
def rebuild(*, pairings: Iterable[Pairing]) -> None:
    """Make the counts of these pairings anew from their facts, in a number of queries that grows with a thousandth of the facts."""
    # Locked, so that nobody notes a fact meanwhile: who does holds the pairing.
    held = Pairing.objects.filter(pk__in=[pairing.pk for pairing in pairings]).select_for_update(of=["self"], no_key=True)
    known = {pairing.pk: pairing for pairing in held.select_related("program").order_by("pk")}
    numbers: Numbers = Counter()
    facts = Fact.objects.filter(pairing__in=known).counted().values_list("pairing", "by", "kind", "happened_at")
    for pairing, by, kind, happened_at in facts.iterator():
        numbers[_counted_as(known[pairing], by, kind, happened_at)] += 1
    WeeklyCount.objects.filter(pairing__in=known).delete()
    WeeklyCount.objects.bulk_create(
        [
            WeeklyCount(pairing=known[pairing], week=week, side=side, kind=kind, number=number)
            for (pairing, week, side, kind), number in numbers.items()
        ],
        batch_size=ROWS_A_STATEMENT,
    )


def rebuild_those_of(*, program: Program, now: datetime) -> None:
    """Where a week begins elsewhere, what fell near its edge is counted in another."""
    rebuild(pairings=Pairing.objects.filter(program=program))


def _counted_as(pairing: Pairing, by: int, kind: str, happened_at: datetime) -> tuple[int, date, int, str]:
    return pairing.pk, week_of(happened_at, pairing.program.time_zone), sides(pairing).index(by), kind
