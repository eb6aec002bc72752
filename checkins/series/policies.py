"""May this person? Pure questions: no query, no write, no request."""

from django.utils.translation import gettext_lazy as _

from checkins.sessions.models import Series
from matching.pairings import acts
from programs.memberships.models import Membership

END = acts.declare("session.end_series", _("End what is left of a series of sessions"), "checkins:series-end")


def may_end(membership: Membership, series: Series) -> bool:
    """Either half, whoever suggested it: a series takes two to begin, and one to end."""
    return END.is_open_to(membership, series.pairing) and series.starts_at is not None and series.ended_at is None
