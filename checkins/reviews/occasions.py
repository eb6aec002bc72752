"""When a review would be timely. Knows no Django."""

from datetime import date, timedelta
from enum import StrEnum

# So long after the beginning, the last review or a "not now" nothing is offered.
QUIET = timedelta(days=28)
# Where nobody has said when it ends.
AFTER_DAYS = timedelta(days=90)
AFTER_MEETINGS = 6
BEFORE_THE_END = timedelta(days=21)


class Occasion(StrEnum):
    MIDWAY = "midway"
    BEFORE_THE_END = "before-the-end"


def by_calendar(since: date, today: date, *, starts_on: date | None, ends_on: date | None) -> Occasion | None:
    """`since`: the day of the last thing of its kind, or of the beginning. The first and the last day are those of the cohort."""
    if ends_on is None:
        return Occasion.MIDWAY if since + AFTER_DAYS <= today else None
    if today > ends_on:
        return None
    if since + QUIET <= ends_on - BEFORE_THE_END <= today:
        return Occasion.BEFORE_THE_END
    middle = (starts_on or since) + (ends_on - (starts_on or since)) / 2
    return Occasion.MIDWAY if since + QUIET <= middle <= today else None


def is_by_meetings(since: date, today: date, *, ends_on: date | None, have_met_enough: bool) -> bool:
    """`have_met_enough`: the two have met `AFTER_MEETINGS` times since."""
    return ends_on is None and since + QUIET <= today and have_met_enough
