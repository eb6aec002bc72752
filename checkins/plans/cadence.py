"""On which days a pairing's check-ins are due. Pure reckoning with days: it knows no Django, no clock and no zone.

Check-ins are due every so many whole weeks from the day on which the pairing started, so always on the same day of the week. A day
is a local one: each half is asked on it by their own clock, so that no change of clocks makes two or none.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice


def following(due_on: date, every_weeks: int) -> date:
    return due_on + timedelta(weeks=every_weeks)


def latest(started_on: date, every_weeks: int, until: date) -> date | None:
    """The last due day up to and including `until`; None before the first, which is one whole interval after the start."""
    rounds = (until - started_on).days // (7 * every_weeks)
    return started_on + timedelta(weeks=every_weeks * rounds) if rounds > 0 else None


def upcoming(started_on: date, every_weeks: int, since: date, how_many: int) -> list[date]:
    """The next due days, `since` itself included."""
    return list(islice(_from(started_on, every_weeks, since), how_many))


def _from(started_on: date, every_weeks: int, since: date) -> Iterator[date]:
    last = latest(started_on, every_weeks, since - timedelta(days=1))
    due_on = following(last or started_on, every_weeks)
    while True:
        yield due_on
        due_on = following(due_on, every_weeks)
