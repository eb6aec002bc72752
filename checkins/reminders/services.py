"""Making check-ins due, and owing one message for each.

Decided: what is due is reckoned from the pairings themselves at each run, rather than kept as a next date beside them, because
a rhythm that changes then needs no rows put right. A run looks 36 hours ahead and two days back, which together with the spread of
the world's clocks is a week: no rhythm can have two of its days in it.

Decided: after a first meeting the two are asked how it fits on the third day, on one and the same day as ever. They are not where a regular
check-in comes within two days of it, because it asks the same and more; nor about a meeting of weeks ago, which the regular ones
have covered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import DateField, Exists, ExpressionWrapper, F, FloatField, OuterRef, QuerySet, Value
from django.db.models.functions import ExtractDay, Mod, TruncDate

from checkins.answers.models import CheckIn
from checkins.answers.services import REMINDER, call_off_of_stopped, close_due
from checkins.plans import cadence
from checkins.plans.models import CheckInPlan, started_on
from checkins.sessions.models import Session
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.outbox import services as outbox
from programs.memberships.models import Membership

AHEAD = timedelta(hours=36)
# For an installation that was away. What should have opened longer ago is not made up for.
BEHIND = timedelta(days=2)
# Two check-ins and two messages each: a thousand rows a transaction.
PAIRINGS_AT_ONCE = 250
FIT_AFTER = timedelta(days=3)
# A regular check-in as near as this asks it in its place.
NEAR = timedelta(days=2)
FIRST_MEETING_WITHIN = timedelta(days=14)


def plan_due(now: datetime) -> int:
    """Make the check-ins of both halves of every active pairing that open in the next 36 hours, with one message owed for each.

    Running late, twice, or twice at once changes nothing but the delay. Returns how many check-ins were made.
    """
    made, after = 0, 0
    while True:
        with transaction.atomic():
            pairings = list(_unplanned(now, after))
            made += _plan(pairings, now)
        if len(pairings) < PAIRINGS_AT_ONCE:
            return made
        after = pairings[-1].pk


def ask_after_first_meeting(*, session: Session, now: datetime) -> None:
    """A meeting was logged. If it is the first of the two, ask both how it fits, on day three, or the first morning after that.

    Whoever calls holds the pairing's lock, so that of two meetings logged at once one is the first.
    """
    pairing = Pairing.objects.select_related("program__check_in_plan", "first__user", "second__user").get(pk=session.pairing_id)
    # One that was held has a time.
    met_at = cast(datetime, session.starts_at)
    if met_at < now - FIRST_MEETING_WITHIN or not hasattr(pairing.program, "check_in_plan") or not _is_first_meeting(session):
        return
    zones = [half.user.time_zone for half in pairing.halves]
    due_on = times.local_day(met_at, pairing.program.time_zone) + FIT_AFTER
    while any(pairing.program.check_in_plan.opens_at(due_on, zone) < now for zone in zones):
        due_on += timedelta(days=1)
    if not _is_regular_near(pairing, due_on):
        _ask([_check_in(pairing, half, due_on, CheckIn.Occasion.FIT) for half in pairing.halves if half.left_at is None], now)


def settle(now: datetime) -> None:
    """What every minute looks at: call off what has stopped, close what has ended, make due what comes."""
    while call_off_of_stopped(now=now):
        pass
    while close_due(now=now):
        pass
    plan_due(now)


@dataclass(frozen=True)
class Days:
    """The local days, anywhere in the world, on which something may open that this run looks at."""

    first: date
    last: date

    @classmethod
    def around(cls, now: datetime) -> "Days":
        now = now.astimezone(UTC)
        return cls((now - BEHIND).date() - timedelta(days=1), (now + AHEAD).date() + timedelta(days=1))


def _unplanned(now: datetime, after: int) -> "QuerySet[Pairing]":
    """Active pairings with a due day among these, but without a check-in of both halves; some that are a day off, too.

    Locked, so that a pairing that is paused in this second is paused before or after, and its check-ins with it.
    """
    days = Days.around(now)
    planned = CheckIn.objects.filter(
        pairing=OuterRef("pk"), occasion=CheckIn.Occasion.SCHEDULED, due_on__gte=days.first, due_on__lte=days.last
    )
    # Whole days from the start to the last of the days. The start is taken by the clock of UTC here, hence a day more on both ends.
    days_run = ExtractDay(Value(days.last, output_field=DateField()) - TruncDate("activated_at", tzinfo=UTC))
    interval = ExpressionWrapper(F("program__check_in_plan__every_weeks") * 7, FloatField())
    return (
        Pairing.objects.active()
        .filter(pk__gt=after, program__archived_at=None)
        .annotate(days_run=days_run + 1, interval=interval)
        .filter(days_run__gte=F("interval"))
        .annotate(days_since_due=Mod("days_run", "interval"))
        .filter(days_since_due__lte=(days.last - days.first).days + 2)
        .exclude(Exists(planned.filter(membership=OuterRef("first"))), Exists(planned.filter(membership=OuterRef("second"))))
        .select_related("program__check_in_plan", "first__user", "second__user")
        .select_for_update(of=["self"], no_key=True, skip_locked=True)
        .order_by("pk")[:PAIRINGS_AT_ONCE]
    )


def _plan(pairings: list[Pairing], now: datetime) -> int:
    days = Days.around(now)
    there = set(
        CheckIn.objects.filter(pairing__in=pairings, occasion=CheckIn.Occasion.SCHEDULED, due_on__gte=days.first).values_list(
            "pairing_id", "membership_id", "due_on"
        )
    )
    due = [
        check_in
        for pairing in pairings
        for check_in in _due_in(pairing, days.last)
        if _is_to_be_made(check_in, now) and (check_in.pairing_id, check_in.membership_id, check_in.due_on) not in there
    ]
    _ask(due, now)
    return len(due)


def _ask(due: list[CheckIn], now: datetime) -> None:
    CheckIn.objects.bulk_create(due)
    outbox.owe_many(
        [
            outbox.Duty(
                kind=REMINDER,
                subject_id=check_in.pk,
                recipient_id=check_in.membership.user_id,
                program_id=check_in.pairing.program_id,
                due_at=check_in.opens_at,
                expires_at=check_in.closes_at,
            )
            for check_in in due
        ],
        now=now,
    )


def _due_in(pairing: Pairing, until: date) -> Iterator[CheckIn]:
    """The last check-in of both halves whose day is not after `until`."""
    plan: CheckInPlan = pairing.program.check_in_plan
    due_on = cadence.latest(started_on(pairing), plan.every_weeks, until)
    if due_on is None:
        return
    for half in pairing.halves:
        if half.left_at is None:
            yield _check_in(pairing, half, due_on, CheckIn.Occasion.SCHEDULED)


def _check_in(pairing: Pairing, half: Membership, due_on: date, occasion: CheckIn.Occasion) -> CheckIn:
    plan, zone = pairing.program.check_in_plan, half.user.time_zone
    return CheckIn(
        plan=plan,
        occasion=occasion,
        pairing=pairing,
        membership=half,
        due_on=due_on,
        opens_at=plan.opens_at(due_on, zone),
        closes_at=plan.closes_at(due_on, zone),
        read_by=pairing.program.answers_read_by,
    )


def _is_first_meeting(session: Session) -> bool:
    """As far as the two have said: which of their meetings is written down first."""
    others = Session.objects.held().filter(pairing=session.pairing_id).exclude(pk=session.pk)
    asked = CheckIn.objects.filter(pairing=session.pairing_id, occasion=CheckIn.Occasion.FIT)
    return not others.exists() and not asked.exists()


def _is_regular_near(pairing: Pairing, day: date) -> bool:
    regular = cadence.latest(started_on(pairing), pairing.program.check_in_plan.every_weeks, day + NEAR)
    return regular is not None and regular >= day - NEAR


def _is_to_be_made(check_in: CheckIn, now: datetime) -> bool:
    not_before = max(now - BEHIND, check_in.plan.in_force_since)
    return not_before <= check_in.opens_at <= now + AHEAD and check_in.closes_at > now
