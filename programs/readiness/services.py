"""Keeps `Membership.ready_at` in step with what is still to do."""

from datetime import datetime

from django.db import transaction

from programs.memberships.models import Membership
from programs.readiness.models import Requirement


@transaction.atomic
def require(*, membership: Membership, key: str, now: datetime) -> None:
    """Open a requirement, unless it is there already, done or not."""
    membership = Membership.objects.select_for_update(of=["self"]).get(pk=membership.pk)
    Requirement.objects.get_or_create(membership=membership, key=key, defaults={"opened_at": now})
    _keep_in_step(membership, now)


@transaction.atomic
def open_again(*, membership: Membership, key: str, now: datetime) -> None:
    """Ask again for something that was done, such as guidelines that have changed."""
    membership = Membership.objects.select_for_update(of=["self"]).get(pk=membership.pk)
    Requirement.objects.update_or_create(membership=membership, key=key, defaults={"opened_at": now, "done_at": None})
    _keep_in_step(membership, now)


@transaction.atomic
def settle(*, membership: Membership, key: str, now: datetime) -> bool:
    """Mark a requirement as done. True when nothing is left, so that the caller can start the pairings that waited for it."""
    membership = Membership.objects.select_for_update(of=["self"]).get(pk=membership.pk)
    Requirement.objects.filter(membership=membership, key=key, done_at=None).update(done_at=now)
    return _keep_in_step(membership, now)


def _keep_in_step(membership: Membership, now: datetime) -> bool:
    is_ready = not membership.requirements.open().exists()
    if is_ready != (membership.ready_at is not None):
        membership.ready_at = now if is_ready else None
        membership.save(update_fields=["ready_at"])
    return is_ready
