"""What is done for each program once a day, whatever its weeks: offers, draws and patterns."""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError

from checkins.imbalance import draws, offers, patterns
from programs.memberships.models import Program

logger = logging.getLogger(__name__)


def look_over(*, now: datetime) -> None:
    """Running late, twice, or twice at once changes nothing but the delay. One that fails is told by its number and stops no other."""
    for program in Program.objects.filter(archived_at=None).order_by("pk"):
        for work in (patterns.raise_patterns, draws.draw, offers.offer):
            try:
                work(program=program, now=now)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:
                logger.error("program %s could not be looked over: %s (%s)", program.pk, work.__name__, type(error).__name__)
