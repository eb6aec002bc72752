"""What the pages of a meeting show of what two people wrote down."""

from django.db.models import Prefetch

from checkins.absences.models import Absence
from checkins.accounts.models import NotReached, SessionAccount
from checkins.sessions.models import SessionQuerySet


def with_all_that_was_said(sessions: SessionQuerySet) -> SessionQuerySet:
    """Everything a page shows of what is over, newest first, in five queries."""
    accounts = Prefetch("accounts", queryset=SessionAccount.objects.in_order())
    absences = Prefetch("absences", queryset=Absence.objects.in_order())
    not_reached = Prefetch("not_reached", queryset=NotReached.objects.in_order())
    return sessions.with_people().prefetch_related("topics__author__user", accounts, not_reached, absences).order_by("-starts_at", "-pk")
