"""In which week something fell, and on which side. A week is named by its Monday."""

from datetime import date, datetime, timedelta

from matching.pairings.models import Pairing
from mentoring.kernel.times import local_day


def week_of(moment: datetime, zone: str) -> date:
    """The Monday of the week, by the clock of the program."""
    day = local_day(moment, zone)
    return day - timedelta(days=day.weekday())


def sides(pairing: Pairing) -> tuple[int, int]:
    """The keys of both halves. Side 0 is the half that is not the mentor, and the first where both mentor."""
    both = (pairing.first_id, pairing.second_id)
    return both[::-1] if pairing.mentor == Pairing.Mentor.FIRST else both
