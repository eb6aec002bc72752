"""When a mail that can wait may go, by the clock of the person it goes to. Knows no Django.

Moments are aware; what is returned is in UTC. Quiet hours begin and end at whole minutes, run over midnight where they end before they
begin, and are none where both are the same. They are what a clock on the wall shows: where clocks go back over their end they are over
twice, and where clocks go forward over it they are over at once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mentoring.kernel import times

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# As far ahead as `good_until` looks: longer than any lease.
AHEAD = 3 * MINUTE


@dataclass(frozen=True, kw_only=True)
class Hours:
    """The clock of a person, and when it is quiet on it."""

    zone: str
    quiet_from: time
    quiet_until: time

    def are_quiet_at(self, moment: datetime) -> bool:
        shown = times.local(moment, self.zone).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= shown < self.quiet_until
        return shown >= self.quiet_from or shown < self.quiet_until

    def next_allowed(self, moment: datetime) -> datetime:
        """This moment, or the first minute after it that is not quiet."""
        if not self.are_quiet_at(moment):
            return moment.astimezone(UTC)
        day = times.local_day(moment, self.zone)
        ends = [self._shown(day + ahead * DAY, fold) for ahead in range(3) for fold in (0, 1)]
        return min(end for end in [*ends, *self._change_after(moment)] if end > moment and not self.are_quiet_at(end))

    def first_allowed_of(self, day: date) -> datetime:
        return self.next_allowed(times.start_of(day, self.zone))

    def good_until(self, moment: datetime) -> datetime:
        """Of a moment that is allowed: until when it stays so, on the same local day; at most three minutes ahead."""
        day = times.local_day(moment, self.zone)
        minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
        while (minute := minute + MINUTE) < moment + AHEAD:
            if self.are_quiet_at(minute) or times.local_day(minute, self.zone) != day:
                break
        return minute

    def _shown(self, day: date, fold: int) -> datetime:
        """When the clock shows the end of the quiet hours on that day, the first or the second time."""
        return datetime.combine(day, self.quiet_until.replace(fold=fold), ZoneInfo(self.zone)).astimezone(UTC)

    def _change_after(self, moment: datetime) -> list[datetime]:
        """When clocks are changed in the next two days, if they are: the new time may be no quiet one."""
        before, after = moment.astimezone(UTC), moment.astimezone(UTC) + 2 * DAY
        offset = times.local(before, self.zone).utcoffset()
        if times.local(after, self.zone).utcoffset() == offset:
            return []
        while after - before > timedelta(seconds=1):
            middle = before + (after - before) / 2
            if times.local(middle, self.zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return [after.replace(microsecond=0)]


def turn_of(
    *,
    due_at: datetime,
    now: datetime,
    hours: Hours,
    gathers: bool = False,
    snoozed_until: datetime | None = None,
    taken: Collection[date] = (),
) -> datetime:
    """The first moment from now on at which a mail may go; now, if it may now.

    `gathers`: the person gets all that can wait in the first allowed minute of a day. `taken`: local days that have their mail already.
    """
    earliest = max(now, snoozed_until) if snoozed_until else now
    if gathers:
        wanted = max(due_at, snoozed_until) if snoozed_until else due_at
        day = times.local_day(wanted, hours.zone)
        first = hours.first_allowed_of(day)
        earliest = max(earliest, first if wanted <= first else hours.first_allowed_of(day + DAY))
    turn = hours.next_allowed(earliest)
    while (day := times.local_day(turn, hours.zone)) in taken:
        turn = hours.first_allowed_of(day + DAY)
    return turn
