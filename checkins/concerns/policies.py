"""May this person? Pure questions: no query, no write, no request."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from checkins.concerns.models import Concern
from programs.memberships.models import Membership

# In which whoever raised it can open it again.
REOPENED_WITHIN = timedelta(days=90)


def readers(
    people: Iterable[Membership], *, audience: str, raised_by_id: int | None, shut_out: Iterable[int], handled_by_id: int | None = None
) -> list[Membership]:
    """Of these people of one program, who reads such a concern. `shut_out`: who is named, or part of the pairing.

    The same as `Concern.objects.readable_by`, for many people and one concern, which need not be there yet.
    """
    out = {*shut_out, raised_by_id}
    there = [person for person in people if person.left_at is None and person.pk not in out]
    usual = [person for person in there if person.is_admin or (person.is_coordinator and audience == Concern.Audience.COORDINATORS)]
    deputies = [person for person in there if person.is_deputy and person not in usual and (not usual or person.pk == handled_by_id)]
    return usual + deputies


def may_receive(membership: Membership) -> bool:
    """Whose role lets them read concerns, if there are any for them."""
    return membership.left_at is None and (membership.is_staff or membership.is_deputy)


def may_raise(membership: Membership) -> bool:
    """Everybody in the program, also before they are in a pairing."""
    return membership.left_at is None


def may_add(membership: Membership, concern: Concern, now: datetime) -> bool:
    """Whoever raised it. What has been closed for long is raised anew."""
    is_theirs = concern.raised_by_id == membership.pk and membership.left_at is None
    return is_theirs and (concern.closed_at is None or now - concern.closed_at <= REOPENED_WITHIN)
