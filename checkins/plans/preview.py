"""The next check-ins of one person, as a coordinator looks them up before anybody is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from checkins.plans import cadence
from checkins.plans.models import CheckInPlan, started_on, zone_of
from matching.pairings.models import Pairing
from mentoring.kernel import times
from programs.memberships.models import Holiday, Membership


@dataclass(frozen=True, kw_only=True)
class NextDate:
    """`opens_at` and `until` by the person's own clock. `holiday` is the one in which it is skipped."""

    opens_at: datetime
    until: datetime
    is_long: bool
    holiday: Holiday | None
    # By how much clocks have changed since the one before, or since now.
    clocks_moved: timedelta
    # No clock shows the plan's time on this day.
    is_left_out: bool

    @property
    def clocks_went_forward(self) -> bool:
        return self.clocks_moved > timedelta(0)


def next_dates(plan: CheckInPlan, pairing: Pairing, person: Membership, how_many: int, now: datetime) -> list[NextDate]:
    """Those in holidays included. Fewer where the rule ends. The pairing must come with its people and the program."""
    zone = zone_of(person.user, pairing.program)
    holidays = list(Holiday.objects.filter(program=pairing.program_id).in_order())
    due_days = cadence.upcoming(
        plan.rule,
        started_on(pairing),
        times.local_day(now, zone),
        how_many,
        holidays=[(holiday.first_day, holiday.last_day) for holiday in holidays],
        long_every_days=plan.long_every_days,
    )
    found = []
    before = times.local(now, zone).utcoffset() or timedelta(0)
    for due in due_days:
        opens_at = times.local(plan.opens_at(due.day, zone), zone)
        offset = opens_at.utcoffset() or timedelta(0)
        closes_at = plan.closes_at(due.day, zone, next_day=due.next_day)
        found.append(
            NextDate(
                opens_at=opens_at,
                until=times.local(closes_at - timedelta(minutes=1), zone),
                is_long=due.is_long,
                holiday=next((one for one in holidays if one.first_day <= due.day <= one.last_day), None),
                clocks_moved=offset - before,
                is_left_out=times.is_left_out(due.day, plan.at_time, zone),
            )
        )
        before = offset
    return found
